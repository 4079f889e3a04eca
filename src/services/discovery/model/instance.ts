import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import { type World, worldOf } from "#kernel/world.ts";
import type { ServiceRecord } from "./service.ts";

export type CustomHealth = "HEALTHY" | "UNHEALTHY";

/** An instance of a service. Times are milliseconds since the epoch. */
export interface InstanceRecord extends World {
  readonly namespaceId: string;
  readonly serviceId: string;
  /** Unique within the service. */
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly creatorRequestId: string;
  /** The key of the ECS service whose task it is; absent: a caller of the API has registered it. */
  readonly owner?: string;
  /** Of a service with a custom health check. */
  readonly health?: CustomHealth;
  /** What the health becomes when it is due, unless it is taken back before. */
  readonly healthChange?: { readonly status: CustomHealth; readonly dueAt: number };
}

/** The attributes that Cloud Map itself knows; others are the caller's own. */
export const attributeNames = {
  alias: "AWS_ALIAS_DNS_NAME",
  ec2Instance: "AWS_EC2_INSTANCE_ID",
  initialHealth: "AWS_INIT_HEALTH_STATUS",
  cname: "AWS_INSTANCE_CNAME",
  ipv4: "AWS_INSTANCE_IPV4",
  ipv6: "AWS_INSTANCE_IPV6",
  port: "AWS_INSTANCE_PORT",
} as const;

/** How many instances a service can have (AWS Cloud Map quotas). */
export const mostInstances = 1000;

/** Indexes: `service` by `instancesOf`; `owner` by the key of the owner. */
export const instances: Collection<InstanceRecord, "service" | "owner"> = {
  name: "servicediscovery/instance",
  indexes: {
    service: ({ serviceId, ...world }) => `${worldOf(world)}/${serviceId}`,
    owner: ({ owner }) => owner,
  },
};

/** The value of the index `service` under which a service's instances are. */
export function instancesOf(service: World & { readonly id: string }): string {
  return `${worldOf(service)}/${service.id}`;
}

export function instanceKey(service: World & { readonly id: string }, instanceId: string): Key<InstanceRecord> {
  return keyOf(instances, service.account, service.region, service.id, instanceId);
}

export interface NewInstance {
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly creatorRequestId: string;
  readonly owner?: string;
}

/** An instance as it is registered. With a custom health check it is what AWS_INIT_HEALTH_STATUS says, else healthy. */
export function newInstance(service: ServiceRecord, given: NewInstance): InstanceRecord {
  const { account, region, namespaceId, id: serviceId } = service;
  const record = { account, region, namespaceId, serviceId, ...given };
  if (service.healthCheckCustomConfig === undefined) return record;
  return {
    ...record,
    health: given.attributes[attributeNames.initialHealth] === "UNHEALTHY" ? "UNHEALTHY" : "HEALTHY",
  };
}

/** UNKNOWN without a health check. */
export function healthOf(instance: InstanceRecord): CustomHealth | "UNKNOWN" {
  return instance.health ?? "UNKNOWN";
}

/** An instance whose custom health is this from now on. Without a health check nothing changes. */
export function withHealth(instance: InstanceRecord, health: CustomHealth): InstanceRecord {
  if (instance.health === undefined) return instance;
  const { healthChange: _, ...rest } = instance;
  return { ...rest, health };
}
