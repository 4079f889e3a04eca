import type { Collection, Key } from "#kernel/store.ts";
import { keyOf } from "#kernel/store.ts";
import { type World, worldOf } from "#kernel/world.ts";
import type { Resource } from "./common.ts";

export interface Vpc extends Resource {
  readonly vpcId: string;
  /** In canonical form: `10.0.0.0/16`. */
  readonly cidrBlock: string;
  readonly cidrAssociationId: string;
  readonly dhcpOptionsId: string;
  readonly isDefault: boolean;
  /** Whether public addresses have names. (Tasks always have a resolver: `enableDnsSupport` cannot be switched off.) */
  readonly enableDnsHostnames: boolean;
}

export const vpcs: Collection<Vpc, "region"> = {
  name: "ec2/vpc",
  indexes: { region: worldOf },
};

export function vpcKey(world: World, vpcId: string): Key<Vpc> {
  return keyOf(vpcs, world.account, world.region, vpcId);
}

/** The options that every VPC has; there are no others. */
export interface DhcpOptions extends Resource {
  readonly dhcpOptionsId: string;
}

export const dhcpOptions: Collection<DhcpOptions, "region"> = {
  name: "ec2/dhcp-options",
  indexes: { region: worldOf },
};

export function dhcpOptionsKey(world: World, dhcpOptionsId: string): Key<DhcpOptions> {
  return keyOf(dhcpOptions, world.account, world.region, dhcpOptionsId);
}

/**
 * Says that the account has got its default VPC in this region, so that one that the user deletes stays deleted.
 * `generation` counts the default VPCs that there have been; ids follow from it.
 */
export interface DefaultVpcMark extends World {
  readonly generation: number;
}

export const defaultVpcMarks: Collection<DefaultVpcMark> = { name: "ec2/default-vpc-mark" };

export function defaultVpcMarkKey(world: World): Key<DefaultVpcMark> {
  return keyOf(defaultVpcMarks, world.account, world.region);
}
