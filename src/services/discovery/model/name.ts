import { type Collection, type Key, keyOf } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import type { NamespaceRecord } from "./namespace.ts";
import type { ServiceRecord } from "./service.ts";

/** Says whose a name is. Records are under ids, so it is this that keeps two from being made under one name. */
export interface NameRecord {
  readonly id: string;
}

export const names: Collection<NameRecord> = { name: "servicediscovery/name" };

/** The name under which DiscoverInstances finds a namespace. */
export function httpNameKey({ account, region }: World, httpName: string): Key<NameRecord> {
  return keyOf(names, account, region, "http", httpName);
}

/** The domain of a namespace in its VPC. */
export function zoneNameKey({ account, region }: World, vpcId: string, name: string): Key<NameRecord> {
  return keyOf(names, account, region, "zone", vpcId, name.toLowerCase());
}

/** Names of services with records differ in more than case. */
export function serviceNameKey(
  { account, region, namespaceId }: Pick<ServiceRecord, "account" | "region" | "namespaceId">,
  name: string,
  type: NamespaceRecord["type"],
): Key<NameRecord> {
  return keyOf(names, account, region, "service", namespaceId, type === "HTTP" ? name : name.toLowerCase());
}
