import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import { type World, worldOf } from "#kernel/world.ts";
import { discoveryArn } from "./world.ts";

/** A namespace. Times are milliseconds since the epoch. */
export interface NamespaceRecord extends World {
  /** `ns-abcdefghijklmnop` */
  readonly id: string;
  readonly name: string;
  /** What DiscoverInstances calls it: the name, with a hash behind it when another namespace had the name first. */
  readonly httpName: string;
  readonly type: "HTTP" | "DNS_PRIVATE";
  /** With DNS_PRIVATE. */
  readonly dns?: NamespaceDns;
  readonly description?: string;
  readonly creatorRequestId: string;
  readonly createDate: number;
  readonly tags: Readonly<Record<string, string>>;
  /** Counted here so that a service can't be made in a namespace that is being deleted: both write this record. */
  readonly serviceCount: number;
}

export interface NamespaceDns {
  /** The VPC whose resolver answers for the namespace. */
  readonly vpcId: string;
  /** An id only: Route 53 itself is not served. */
  readonly hostedZoneId: string;
  /** How long "there is none" may be remembered, in seconds. */
  readonly soaTtlSeconds: number;
}

export type NamespaceIndex = "world" | "httpName" | "vpc";

/** Indexes: `world` by `worldOf`; `httpName` by `<world>/<httpName>`; `vpc` by the id of the VPC of DNS_PRIVATE. */
export const namespaces: Collection<NamespaceRecord, NamespaceIndex> = {
  name: "servicediscovery/namespace",
  indexes: {
    world: worldOf,
    httpName: (namespace) => `${worldOf(namespace)}/${namespace.httpName}`,
    vpc: ({ dns }) => dns?.vpcId,
  },
};

export function namespaceKey({ account, region }: World, id: string): Key<NamespaceRecord> {
  return keyOf(namespaces, account, region, id);
}

export function namespaceArn(namespace: World & { readonly id: string }): string {
  return discoveryArn(namespace, "namespace", namespace.id);
}
