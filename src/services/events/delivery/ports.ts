import type { SendHttp } from "#kernel/http-sender.ts";
import type { LogSink, LogStreamName } from "#kernel/log-sink.ts";
import type { MetricCounter } from "#kernel/minute-counts.ts";
import type { RoleActor } from "#kernel/role-actor.ts";
import type { SecretBox } from "#kernel/secret-box.ts";

/** What deliveries go out through. */
export interface DeliveryPorts {
  readonly logs: LogSink;
  /** Why a service may not write to a log stream for the rule with this ARN; undefined when it may. */
  readonly logsRefusal: (service: string, ruleArn: string, stream: LogStreamName) => string | undefined;
  readonly roles: RoleActor;
  readonly send: SendHttp;
  /** Opens the secrets of connections. */
  readonly box: SecretBox;
  /** Counts invocations of targets. */
  readonly counts: MetricCounter;
}
