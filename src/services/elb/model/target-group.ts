import { parseArn } from "#kernel/arn.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import type { Tags } from "#kernel/tags.ts";
import { type World, worldOf } from "#kernel/world.ts";
import { elbArn } from "./common.ts";

export type TargetGroupProtocol = "HTTP" | "HTTPS" | "TCP" | "TLS";

export interface TargetGroupRecord extends World {
  /** 16 hexadecimal digits, the end of the ARN. */
  readonly id: string;
  readonly name: string;
  readonly targetType: "instance" | "ip" | "alb";
  readonly protocol: TargetGroupProtocol;
  /** Of HTTP and HTTPS. */
  readonly protocolVersion?: "HTTP1" | "HTTP2" | "GRPC";
  readonly port: number;
  readonly vpcId: string;
  readonly healthCheck: HealthCheck;
  /** What differs from the defaults, by the keys of the API. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Tags;
  /** Counts what begins to use it: it can't be deleted at the same moment. */
  readonly uses: number;
}

export interface HealthCheck {
  readonly protocol: "HTTP" | "HTTPS" | "TCP";
  /** `traffic-port`, or a number. */
  readonly port: string;
  /** Of HTTP and HTTPS. */
  readonly path?: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThresholdCount: number;
  readonly unhealthyThresholdCount: number;
  /** Codes of HTTP, or of gRPC. */
  readonly matcher?: string;
}

/** Indexes: `world` by `worldOf`; `vpc` by id. */
export const targetGroups: Collection<TargetGroupRecord, "world" | "vpc"> = {
  name: "elb/target-group",
  indexes: { world: worldOf, vpc: ({ vpcId }) => vpcId },
};

/** Names are unique in an account and region. */
export function targetGroupKey({ account, region }: World, name: string): Key<TargetGroupRecord> {
  return keyOf(targetGroups, account, region, name);
}

export function targetGroupArn(group: World & Pick<TargetGroupRecord, "name" | "id">): string {
  return elbArn(group, `targetgroup/${group.name}/${group.id}`);
}

/** Where the target group is that an ARN names; undefined: it names none. */
export function targetGroupPlace(text: string): (World & { readonly name: string; readonly id: string }) | undefined {
  const arn = parseArn(text);
  const [kind, name, id, ...rest] = arn?.resource.split("/") ?? [];
  if (arn?.service !== "elasticloadbalancing" || kind !== "targetgroup" || rest.length > 0) return undefined;
  if (name === undefined || id === undefined) return undefined;
  return { account: arn.account, region: arn.region, name, id };
}
