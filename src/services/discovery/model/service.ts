import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import { type World, worldOf } from "#kernel/world.ts";
import { discoveryArn, locate } from "./world.ts";

/** A service of a namespace. Times are milliseconds since the epoch. */
export interface ServiceRecord extends World {
  /** `srv-abcdefghijklmnop` */
  readonly id: string;
  readonly name: string;
  readonly namespaceId: string;
  /** DNS_HTTP: its instances have records in the namespace's VPC too. */
  readonly type: "HTTP" | "DNS_HTTP";
  /** With DNS_HTTP. */
  readonly dns?: ServiceDns;
  /** Present: the health of its instances is what UpdateInstanceCustomHealthStatus says. */
  readonly healthCheckCustomConfig?: { readonly failureThreshold: number };
  readonly description?: string;
  readonly creatorRequestId: string;
  readonly createDate: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
  /** The key of the record that it was made for, and that takes it away again; absent: a caller made it. */
  readonly owner?: string;
  /** Grows whenever an instance is registered or deregistered, not with its health. */
  readonly revision: number;
}

export interface ServiceDns {
  /** MULTIVALUE answers with up to eight instances, WEIGHTED with one. */
  readonly routingPolicy: "MULTIVALUE" | "WEIGHTED";
  readonly records: readonly ServiceDnsRecord[];
}

export interface ServiceDnsRecord {
  readonly type: "A" | "SRV" | "CNAME";
  readonly ttlSeconds: number;
}

export type ServiceIndex = "world" | "namespace" | "owner";

/** Indexes: `world` by `worldOf`; `namespace` by `servicesOf`; `owner` by the key of the owner. */
export const services: Collection<ServiceRecord, ServiceIndex> = {
  name: "servicediscovery/service",
  indexes: {
    world: worldOf,
    namespace: (service) => `${worldOf(service)}/${service.namespaceId}`,
    owner: ({ owner }) => owner,
  },
};

/** The value of the index `namespace` under which a namespace's services are. */
export function servicesOf(namespace: World & { readonly id: string }): string {
  return `${worldOf(namespace)}/${namespace.id}`;
}

export function serviceKey({ account, region }: World, id: string): Key<ServiceRecord> {
  return keyOf(services, account, region, id);
}

export function serviceArn(service: World & { readonly id: string }): string {
  return discoveryArn(service, "service", service.id);
}

/** The key of the service with this ARN; undefined when the text is no ARN of a service. */
export function serviceKeyOfArn(arn: string): Key<ServiceRecord> | undefined {
  const place = arn.startsWith("arn:") ? locate({ account: "", region: "" }, "service", arn) : undefined;
  return place && serviceKey(place, place.id);
}
