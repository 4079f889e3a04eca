import type { Collection, Key } from "#kernel/store.ts";
import { keyOf } from "#kernel/store.ts";
import { type World, worldOf } from "#kernel/world.ts";
import { arnOf, type Resource } from "./common.ts";
import { type Cidr, containsAddress, parseCidr, sizeOf } from "./ipv4.ts";
import { aclAssociationOf } from "./network-acl.ts";

export interface Subnet extends Resource {
  readonly subnetId: string;
  readonly vpcId: string;
  /** In canonical form: `172.31.0.0/20`. */
  readonly cidrBlock: string;
  readonly availabilityZone: string;
  readonly defaultForAz: boolean;
  readonly mapPublicIpOnLaunch: boolean;
  /** Absent: the VPC's default one, as the subnet was made with (see `aclAssociationOf`). */
  readonly networkAcl?: { readonly associationId: string; readonly networkAclId: string };
}

export const subnets: Collection<Subnet, "region" | "vpc" | "acl" | "acl-association"> = {
  name: "ec2/subnet",
  indexes: {
    region: worldOf,
    vpc: (subnet) => subnet.vpcId,
    acl: (subnet) => aclAssociationOf(subnet).networkAclId,
    "acl-association": (subnet) => aclAssociationOf(subnet).associationId,
  },
};

export function subnetKey(world: World, subnetId: string): Key<Subnet> {
  return keyOf(subnets, world.account, world.region, subnetId);
}

export function subnetArn(subnet: Subnet): string {
  return arnOf(subnet, "subnet", subnet.subnetId);
}

/** The network, the router, the resolver, one for later use, and broadcast: never given to an interface. */
export const reservedAddressCount = 5;

/** Addresses that interfaces can have, used ones included. */
export function usableAddressCount(cidr: Cidr): number {
  return sizeOf(cidr) - reservedAddressCount;
}

export function isReservedAddress(cidr: Cidr, address: number): boolean {
  const offset = address - cidr.base;
  return containsAddress(cidr, address) && (offset < reservedAddressCount - 1 || offset === sizeOf(cidr) - 1);
}

/** The range of a stored subnet or VPC, whose text has been checked. */
export function cidrOf(record: { readonly cidrBlock: string }): Cidr {
  const cidr = parseCidr(record.cidrBlock);
  if (cidr === undefined) throw new TypeError(`Not a range of addresses: ${record.cidrBlock}`);
  return cidr;
}
