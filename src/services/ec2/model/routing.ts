import type { Collection, Key } from "#kernel/store.ts";
import { keyOf } from "#kernel/store.ts";
import { type World, worldOf } from "#kernel/world.ts";
import type { Resource } from "./common.ts";

export interface RouteTable extends Resource {
  readonly routeTableId: string;
  readonly vpcId: string;
  /** All but the local route, which every table has and which nobody can change. */
  readonly routes: readonly Route[];
  readonly associations: readonly RouteTableAssociation[];
}

/** Exactly one of the two targets is set. */
export interface Route {
  /** In canonical form: `0.0.0.0/0`. */
  readonly destinationCidrBlock: string;
  readonly internetGatewayId?: string;
  readonly natGatewayId?: string;
}

/** Without `subnetId` it is the main one: it serves every subnet of the VPC that has none of its own. */
export interface RouteTableAssociation {
  readonly routeTableAssociationId: string;
  readonly subnetId?: string;
}

export const routeTables: Collection<RouteTable, "region" | "vpc" | "subnet" | "association" | "target"> = {
  name: "ec2/route-table",
  indexes: {
    region: worldOf,
    vpc: (table) => table.vpcId,
    /** The subnets that are associated by name. */
    subnet: (table) => table.associations.flatMap((association) => association.subnetId ?? []),
    association: (table) => table.associations.map((association) => association.routeTableAssociationId),
    /** The gateways that routes name. */
    target: (table) => [...new Set(table.routes.flatMap((r) => r.internetGatewayId ?? r.natGatewayId ?? []))],
  },
};

export function routeTableKey(world: World, routeTableId: string): Key<RouteTable> {
  return keyOf(routeTables, world.account, world.region, routeTableId);
}

/** The fence of a subnet's own association, which it can have one of. */
export interface SubnetRouteTable {
  readonly routeTableId: string;
}

export const subnetRouteTables: Collection<SubnetRouteTable> = { name: "ec2/subnet-route-table" };

export function subnetRouteTableKey(world: World, subnetId: string): Key<SubnetRouteTable> {
  return keyOf(subnetRouteTables, world.account, world.region, subnetId);
}

export function isMain(table: RouteTable): boolean {
  return table.associations.some((association) => association.subnetId === undefined);
}

export interface InternetGateway extends Resource {
  readonly internetGatewayId: string;
  /** The VPC that it is attached to. */
  readonly vpcId?: string;
}

export const internetGateways: Collection<InternetGateway, "region" | "vpc"> = {
  name: "ec2/internet-gateway",
  indexes: { region: worldOf, vpc: (gateway) => gateway.vpcId },
};

export function internetGatewayKey(world: World, internetGatewayId: string): Key<InternetGateway> {
  return keyOf(internetGateways, world.account, world.region, internetGatewayId);
}

/** The fence of a VPC's internet gateway, which it can have one of. */
export interface VpcInternetGateway {
  readonly internetGatewayId: string;
}

export const vpcInternetGateways: Collection<VpcInternetGateway> = { name: "ec2/vpc-internet-gateway" };

export function vpcInternetGatewayKey(world: World, vpcId: string): Key<VpcInternetGateway> {
  return keyOf(vpcInternetGateways, world.account, world.region, vpcId);
}

export interface NatGateway extends Resource {
  readonly natGatewayId: string;
  readonly vpcId: string;
  readonly subnetId: string;
  readonly connectivityType: "public" | "private";
  /** Milliseconds since the epoch. */
  readonly createTime: number;
  readonly networkInterfaceId: string;
  readonly privateIpAddress: string;
  readonly allocationId?: string;
  readonly associationId?: string;
  readonly publicIp?: string;
}

export const natGateways: Collection<NatGateway, "region" | "vpc" | "subnet"> = {
  name: "ec2/nat-gateway",
  indexes: { region: worldOf, vpc: (gateway) => gateway.vpcId, subnet: (gateway) => gateway.subnetId },
};

export function natGatewayKey(world: World, natGatewayId: string): Key<NatGateway> {
  return keyOf(natGateways, world.account, world.region, natGatewayId);
}

/** An address that stays the account's own until it is released. */
export interface ElasticAddress extends Resource {
  readonly allocationId: string;
  readonly publicIp: string;
  readonly association?: {
    readonly associationId: string;
    readonly networkInterfaceId: string;
    readonly privateIpAddress: string;
    readonly natGatewayId: string;
  };
}

export const elasticAddresses: Collection<ElasticAddress, "region"> = {
  name: "ec2/elastic-address",
  indexes: { region: worldOf },
};

export function elasticAddressKey(world: World, allocationId: string): Key<ElasticAddress> {
  return keyOf(elasticAddresses, world.account, world.region, allocationId);
}
