import type { ResourceType } from "#generated/ec2/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Collection, Entry, Key } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import {
  dhcpOptions,
  dhcpOptionsKey,
  elasticAddresses,
  elasticAddressKey,
  internetGatewayKey,
  internetGateways,
  natGatewayKey,
  natGateways,
  networkAclKey,
  networkAcls,
  networkInterfaceKey,
  networkInterfaces,
  type Resource,
  routeTableKey,
  routeTables,
  securityGroupKey,
  securityGroups,
  subnetKey,
  subnets,
  vpcKey,
  vpcs,
} from "../model.ts";

/** A kind of resource: where its records are, and how EC2 speaks of one that is not there. */
export interface Kind<T extends Resource> {
  readonly type: ResourceType;
  /** What ids start with: `vpc` for `vpc-0...` */
  readonly prefix: string;
  readonly collection: Collection<T, "region">;
  readonly key: (world: World, id: string) => Key<T>;
  readonly id: (record: T) => string;
  readonly malformed: string;
  readonly notFound: string;
  readonly notFoundMessage: (id: string) => string;
}

export const kinds = {
  vpc: {
    type: "vpc",
    prefix: "vpc",
    collection: vpcs,
    key: vpcKey,
    id: (vpc) => vpc.vpcId,
    malformed: "InvalidVpcId.Malformed",
    notFound: "InvalidVpcID.NotFound",
    notFoundMessage: (id) => `The vpc ID '${id}' does not exist`,
  } satisfies Kind<ValueOf<typeof vpcs>>,
  subnet: {
    type: "subnet",
    prefix: "subnet",
    collection: subnets,
    key: subnetKey,
    id: (subnet) => subnet.subnetId,
    malformed: "InvalidSubnetId.Malformed",
    notFound: "InvalidSubnetID.NotFound",
    notFoundMessage: (id) => `The subnet ID '${id}' does not exist`,
  } satisfies Kind<ValueOf<typeof subnets>>,
  securityGroup: {
    type: "security-group",
    prefix: "sg",
    collection: securityGroups,
    key: securityGroupKey,
    id: (group) => group.groupId,
    malformed: "InvalidGroupId.Malformed",
    notFound: "InvalidGroup.NotFound",
    notFoundMessage: (id) => `The security group '${id}' does not exist`,
  } satisfies Kind<ValueOf<typeof securityGroups>>,
  networkInterface: {
    type: "network-interface",
    prefix: "eni",
    collection: networkInterfaces,
    key: networkInterfaceKey,
    id: (eni) => eni.networkInterfaceId,
    malformed: "InvalidNetworkInterfaceId.Malformed",
    notFound: "InvalidNetworkInterfaceID.NotFound",
    notFoundMessage: (id) => `The networkInterface ID '${id}' does not exist`,
  } satisfies Kind<ValueOf<typeof networkInterfaces>>,
  routeTable: {
    type: "route-table",
    prefix: "rtb",
    collection: routeTables,
    key: routeTableKey,
    id: (table) => table.routeTableId,
    malformed: "InvalidRouteTableId.Malformed",
    notFound: "InvalidRouteTableID.NotFound",
    notFoundMessage: (id) => `The routeTable ID '${id}' does not exist`,
  } satisfies Kind<ValueOf<typeof routeTables>>,
  internetGateway: {
    type: "internet-gateway",
    prefix: "igw",
    collection: internetGateways,
    key: internetGatewayKey,
    id: (gateway) => gateway.internetGatewayId,
    malformed: "InvalidInternetGatewayId.Malformed",
    notFound: "InvalidInternetGatewayID.NotFound",
    notFoundMessage: (id) => `The internetGateway ID '${id}' does not exist`,
  } satisfies Kind<ValueOf<typeof internetGateways>>,
  natGateway: {
    type: "natgateway",
    prefix: "nat",
    collection: natGateways,
    key: natGatewayKey,
    id: (gateway) => gateway.natGatewayId,
    malformed: "NatGatewayMalformed",
    notFound: "NatGatewayNotFound",
    notFoundMessage: (id) => `The Nat Gateway ${id} was not found`,
  } satisfies Kind<ValueOf<typeof natGateways>>,
  elasticAddress: {
    type: "elastic-ip",
    prefix: "eipalloc",
    collection: elasticAddresses,
    key: elasticAddressKey,
    id: (address) => address.allocationId,
    malformed: "InvalidAllocationID.NotFound",
    notFound: "InvalidAllocationID.NotFound",
    notFoundMessage: (id) => `The allocation ID '${id}' does not exist`,
  } satisfies Kind<ValueOf<typeof elasticAddresses>>,
  networkAcl: {
    type: "network-acl",
    prefix: "acl",
    collection: networkAcls,
    key: networkAclKey,
    id: (acl) => acl.networkAclId,
    malformed: "InvalidNetworkAclId.Malformed",
    notFound: "InvalidNetworkAclID.NotFound",
    notFoundMessage: (id) => `The networkAcl ID '${id}' does not exist`,
  } satisfies Kind<ValueOf<typeof networkAcls>>,
  dhcpOptions: {
    type: "dhcp-options",
    prefix: "dopt",
    collection: dhcpOptions,
    key: dhcpOptionsKey,
    id: (options) => options.dhcpOptionsId,
    malformed: "InvalidDhcpOptionsId.Malformed",
    notFound: "InvalidDhcpOptionID.NotFound",
    notFoundMessage: (id) => `The dhcpOption ID '${id}' does not exist`,
  } satisfies Kind<ValueOf<typeof dhcpOptions>>,
} as const;

type ValueOf<C> = C extends Collection<infer T, infer _I> ? T : never;

/** The record with this id, whatever is happening to it. Throws the kind's faults. */
export async function find<T extends Resource>(ctx: RequestContext, kind: Kind<T>, id: string): Promise<Entry<T>> {
  if (!id.startsWith(`${kind.prefix}-`)) {
    throw ctx.fault(kind.malformed, `Invalid id: "${id}" (expecting "${kind.prefix}-...")`);
  }
  const read = await ctx.store.get(kind.key(ctx, id));
  if (read.value === undefined) throw ctx.fault(kind.notFound, kind.notFoundMessage(id));
  return read as Entry<T>;
}

/** The record with this id, for something that will depend on it: one that is being deleted is not there any more. */
export async function findOpen<T extends Resource>(ctx: RequestContext, kind: Kind<T>, id: string): Promise<Entry<T>> {
  const entry = await find(ctx, kind, id);
  if (entry.value.closing) throw ctx.fault(kind.notFound, kind.notFoundMessage(id));
  return entry;
}
