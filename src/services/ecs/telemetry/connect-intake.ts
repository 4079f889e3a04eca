import { parseArn } from "#kernel/arn.ts";
import { readAwslogsOptions } from "#kernel/awslogs-options.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { Fault } from "#kernel/fault.ts";
import { type AccessRecord, connectProxyName, type LoadBalancingEndpoint } from "#kernel/load-balancing.ts";
import type { LogSink } from "#kernel/log-sink.ts";
import type { MetricSink } from "#kernel/metric-sink.ts";
import type { Store } from "#kernel/store.ts";
import { connectOf } from "../connect/endpoints.ts";
import { type TaskRecord, taskKeyOfArn, tasks } from "../model/task.ts";
import { createConnectReceiver, reachedName } from "./connect-receiver.ts";
import { connectResponseTimes } from "./connect-response-time.ts";

/** Takes in what the proxies of tasks say. What comes of a task that is gone is passed over. */
export type ConnectIntake = Pick<LoadBalancingEndpoint, "publishTraffic" | "publishAccess">;

export interface ConnectIntakeOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  /** Where access logs go, with the rights of the tasks. */
  readonly logs: LogSink;
  readonly metrics: MetricSink;
}

export function createConnectIntake(options: ConnectIntakeOptions): ConnectIntake {
  const { store, metrics } = options;
  const append = createAppend(options);
  return {
    publishTraffic: createConnectReceiver(store, metrics),
    async publishAccess(records) {
      for (const [taskArn = "", own] of Map.groupBy(records, (record) => record.taskArn)) {
        const key = taskKeyOfArn(parseArn(taskArn));
        const task = key && store.view(tasks).get(key)?.value;
        if (task?.service === undefined) continue;
        const client = { ...task, serviceName: task.service.serviceName };
        const nameOf = (arn: string) => reachedName(store, task, arn);
        for (const { time, measurements } of connectResponseTimes(client, own, nameOf)) {
          await metrics.put(measurements, { time, periodSeconds: 60 });
        }
        await append(task, own);
      }
    },
  };
}

/** Access logs are in the stream of the proxy's own output, as with AWS. */
function createAppend({ store, clock, log, logs }: ConnectIntakeOptions) {
  let count = 0;
  return async (task: TaskRecord, records: readonly AccessRecord[]): Promise<void> => {
    const { logConfiguration, accessLogConfiguration } = connectOf(store, task)?.configuration ?? {};
    const awslogs = logConfiguration && readAwslogsOptions(logConfiguration.options ?? {});
    if (accessLogConfiguration === undefined || awslogs === undefined || typeof awslogs === "string") return;
    const { account, taskArn } = task;
    const { region, group: logGroupName, streamPrefix, createGroup } = awslogs;
    const logStreamName = `${streamPrefix}/${connectProxyName}/${task.id}`;
    const stream = { account, region, logGroupName, logStreamName };
    const events = records
      .toSorted((a, b) => a.time - b.time)
      .flatMap(({ time, line }) => (line === "" ? [] : [{ timestamp: time, message: line }]));
    if (events.length === 0) return;
    const position = { timeNanos: `${clock.now()}000000`, count: ++count };
    try {
      await logs.ensureStream(stream, { createGroup, taskArn });
      await logs.append({ stream, taskArn, sourceId: `access ${task.id}`, position, events });
    } catch (error) {
      // The group is not there, or the task may not write to it: the task goes on, as with a container's output.
      if (!(error instanceof Fault)) throw error;
      log.warn("Access logs of Service Connect have nowhere to go", { ...stream, reason: error.message });
    }
  };
}
