import type { Collection, Key } from "#kernel/store.ts";
import { keyOf } from "#kernel/store.ts";
import { type World, worldOf } from "#kernel/world.ts";
import { idOf, type Resource } from "./common.ts";
import type { Subnet } from "./subnet.ts";

export interface NetworkAcl extends Resource {
  readonly networkAclId: string;
  readonly vpcId: string;
  /** Without the closing rules, which nobody can change. Absent: those that a default one is made with. */
  readonly entries?: readonly AclEntry[];
}

/** Exactly one of the two ranges is set. */
export interface AclEntry {
  readonly egress: boolean;
  /** 1 to 32766; there is one of each number in a direction. */
  readonly ruleNumber: number;
  readonly action: "allow" | "deny";
  /** A number as text, or `-1` for all. */
  readonly protocol: string;
  /** In canonical form. */
  readonly cidrBlock?: string;
  readonly ipv6CidrBlock?: string;
  /** Of TCP and UDP. */
  readonly ports?: { readonly from: number; readonly to: number };
  /** Of ICMP; -1 is any. */
  readonly icmp?: { readonly type: number; readonly code: number };
}

export const networkAcls: Collection<NetworkAcl, "region" | "vpc"> = {
  name: "ec2/network-acl",
  indexes: { region: worldOf, vpc: (acl) => acl.vpcId },
};

export function networkAclKey(world: World, networkAclId: string): Key<NetworkAcl> {
  return keyOf(networkAcls, world.account, world.region, networkAclId);
}

/** The ACL that comes and goes with its VPC and is that of all subnets without another. */
export function defaultNetworkAclId(vpcId: string): string {
  return idOf("acl", vpcId);
}

export function isDefaultAcl({ networkAclId, vpcId }: NetworkAcl): boolean {
  return networkAclId === defaultNetworkAclId(vpcId);
}

const allowAll = { ruleNumber: 100, action: "allow", protocol: "-1", cidrBlock: "0.0.0.0/0" } as const;

export function entriesOf(acl: NetworkAcl): readonly AclEntry[] {
  return acl.entries ?? [true, false].map((egress) => ({ ...allowAll, egress }));
}

/** Which ACL is a subnet's, and the association's id, which is another one with each change. */
export function aclAssociationOf({ subnetId, vpcId, networkAcl }: Subnet): NonNullable<Subnet["networkAcl"]> {
  return (
    networkAcl ?? {
      associationId: subnetId.replace("subnet-", "aclassoc-"),
      networkAclId: defaultNetworkAclId(vpcId),
    }
  );
}
