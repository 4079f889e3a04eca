import { parseArn } from "#kernel/arn.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import type { Tags } from "#kernel/tags.ts";
import { type World, worldOf } from "#kernel/world.ts";
import { loadBalancerMachine } from "../states.ts";
import { elbArn } from "./common.ts";

export type LoadBalancerType = "application" | "network";
export type LoadBalancerState = "provisioning" | "active" | "active_impaired" | "failed";

/** A load balancer. Times are milliseconds since the epoch. */
export interface LoadBalancerRecord extends World {
  /** 16 hexadecimal digits, the end of the ARN. */
  readonly id: string;
  readonly name: string;
  readonly type: LoadBalancerType;
  readonly scheme: "internet-facing" | "internal";
  readonly dnsName: string;
  readonly vpcId: string;
  /** One subnet in each availability zone. */
  readonly zones: readonly LoadBalancerZone[];
  /** Those of its nodes' interfaces. A network load balancer may have none, for good. */
  readonly securityGroups: readonly string[];
  readonly state: LoadBalancerState;
  /** Why it is in this state, where there is something to say. */
  readonly stateReason?: string;
  readonly createdTime: number;
  /** What differs from the defaults, by the keys of the API. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly tags: Tags;
  /** Counts changes of its listeners: two of them can't take one port at the same moment. */
  readonly listenerChanges: number;
}

export interface LoadBalancerZone {
  readonly zoneName: string;
  readonly subnetId: string;
  /** Of an internal network load balancer: an address of the subnet that its owner has chosen. */
  readonly privateIPv4Address?: string;
}

/** Indexes: `world` by `worldOf`; `vpc`, `subnet` and `group` by ids. */
export const loadBalancers: Collection<LoadBalancerRecord, "world" | "vpc" | "subnet" | "group"> = {
  name: "elb/load-balancer",
  indexes: {
    world: worldOf,
    vpc: ({ vpcId }) => vpcId,
    subnet: ({ zones }) => zones.map(({ subnetId }) => subnetId),
    group: ({ securityGroups }) => securityGroups,
  },
  machines: [loadBalancerMachine],
};

/** Names are unique in an account and region, whatever the type. */
export function loadBalancerKey({ account, region }: World, name: string): Key<LoadBalancerRecord> {
  return keyOf(loadBalancers, account, region, name);
}

export function loadBalancerArn(record: World & Pick<LoadBalancerRecord, "type" | "name" | "id">): string {
  return elbArn(record, `loadbalancer/${pathOf(record)}`);
}

/** `app/web/50dc6c495c0c9188`, in the ARNs of a load balancer and of all that is in it. */
export function pathOf({ type, name, id }: Pick<LoadBalancerRecord, "type" | "name" | "id">): string {
  return `${type === "application" ? "app" : "net"}/${name}/${id}`;
}

/** What the ARN of a load balancer, a listener or a rule says of them; undefined: it is none. */
export interface LoadBalancerPlace extends World {
  readonly kind: "loadbalancer" | "listener" | "listener-rule";
  readonly type: LoadBalancerType;
  readonly name: string;
  readonly id: string;
  readonly listenerId?: string;
  readonly ruleId?: string;
}

const depths = { loadbalancer: 4, listener: 5, "listener-rule": 6 } as const;

export function placeOf(text: string): LoadBalancerPlace | undefined {
  const arn = parseArn(text);
  if (arn?.service !== "elasticloadbalancing") return undefined;
  const parts = arn.resource.split("/");
  const [kind, type, name, id, listenerId, ruleId] = parts;
  if (kind !== "loadbalancer" && kind !== "listener" && kind !== "listener-rule") return undefined;
  if (parts.length !== depths[kind] || (type !== "app" && type !== "net")) return undefined;
  return {
    ...{ account: arn.account, region: arn.region, kind },
    type: type === "app" ? "application" : "network",
    ...{ name: name!, id: id! },
    ...(listenerId !== undefined && { listenerId }),
    ...(ruleId !== undefined && { ruleId }),
  };
}
