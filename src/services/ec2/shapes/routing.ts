import type {
  Address as ApiAddress,
  InternetGateway as ApiInternetGateway,
  NatGateway as ApiNatGateway,
  Route as ApiRoute,
  RouteTable as ApiRouteTable,
  RouteTableAssociation as ApiRouteTableAssociation,
} from "#generated/ec2/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import {
  type ElasticAddress,
  type InternetGateway,
  isMain,
  isRouteActive,
  type NatGateway,
  type Route,
  type RouteTable,
  subnetKey,
  subnets,
  vpcKey,
  vpcs,
  zoneIdOf,
} from "../model.ts";
import type { FilterTable } from "../request/filters.ts";
import { toTags } from "../request/tags.ts";

export function toRouteTable(table: RouteTable, ctx: RequestContext): ApiRouteTable {
  return {
    RouteTableId: table.routeTableId,
    VpcId: table.vpcId,
    OwnerId: table.account,
    Routes: toRoutes(table, ctx),
    Associations: table.associations.map((association) => toRouteTableAssociation(table, association)),
    PropagatingVgws: [],
    Tags: toTags(table.tags),
  };
}

function toRouteTableAssociation(
  table: RouteTable,
  association: RouteTable["associations"][number],
): ApiRouteTableAssociation {
  return {
    RouteTableAssociationId: association.routeTableAssociationId,
    RouteTableId: table.routeTableId,
    Main: association.subnetId === undefined,
    ...(association.subnetId !== undefined && { SubnetId: association.subnetId }),
    AssociationState: { State: "associated" },
  };
}

/** The local route comes first; the others in the order of their making. */
function toRoutes(table: RouteTable, ctx: RequestContext): readonly ApiRoute[] {
  const cidr = ctx.store.view(vpcs).get(vpcKey(table, table.vpcId))?.value.cidrBlock;
  const local: ApiRoute = { GatewayId: "local", Origin: "CreateRouteTable", State: "active" };
  return [
    ...(cidr === undefined ? [] : [{ DestinationCidrBlock: cidr, ...local }]),
    ...table.routes.map((route) => toRoute(table, route, ctx)),
  ];
}

function toRoute(table: RouteTable, route: Route, ctx: RequestContext): ApiRoute {
  return {
    DestinationCidrBlock: route.destinationCidrBlock,
    ...(route.internetGatewayId !== undefined && { GatewayId: route.internetGatewayId }),
    ...(route.natGatewayId !== undefined && { NatGatewayId: route.natGatewayId }),
    Origin: "CreateRoute",
    State: isRouteActive(ctx.store, table, route) ? "active" : "blackhole",
  };
}

const none = () => [];

export const routeTableFilters: FilterTable<RouteTable> = {
  "association.gateway-id": none,
  "association.main": (table) => isMain(table),
  "association.route-table-association-id": (table) => table.associations.map((a) => a.routeTableAssociationId),
  "association.route-table-id": (table) => (table.associations.length > 0 ? table.routeTableId : undefined),
  "association.subnet-id": (table) => table.associations.map((a) => a.subnetId),
  "owner-id": (table) => table.account,
  "route-table-id": (table) => table.routeTableId,
  "route.destination-cidr-block": (table, ctx) => toRoutes(table, ctx).map((route) => route.DestinationCidrBlock),
  "route.destination-ipv6-cidr-block": none,
  "route.destination-prefix-list-id": none,
  "route.egress-only-internet-gateway-id": none,
  "route.gateway-id": (table, ctx) => toRoutes(table, ctx).map((route) => route.GatewayId),
  "route.instance-id": none,
  "route.nat-gateway-id": (table) => table.routes.map((route) => route.natGatewayId),
  "route.transit-gateway-id": none,
  "route.origin": (table, ctx) => toRoutes(table, ctx).map((route) => route.Origin),
  "route.state": (table, ctx) => toRoutes(table, ctx).map((route) => route.State),
  "route.vpc-peering-connection-id": none,
  "vpc-id": (table) => table.vpcId,
};

export function toInternetGateway(gateway: InternetGateway): ApiInternetGateway {
  return {
    InternetGatewayId: gateway.internetGatewayId,
    OwnerId: gateway.account,
    // EC2 says "available" here, a word that the model's enumeration of attachment states does not have.
    Attachments:
      gateway.vpcId === undefined ? [] : [{ VpcId: gateway.vpcId, State: "available" as unknown as "attached" }],
    Tags: toTags(gateway.tags),
  };
}

export const internetGatewayFilters: FilterTable<InternetGateway> = {
  "attachment.state": (gateway) => (gateway.vpcId === undefined ? undefined : "available"),
  "attachment.vpc-id": (gateway) => gateway.vpcId,
  "internet-gateway-id": (gateway) => gateway.internetGatewayId,
  "owner-id": (gateway) => gateway.account,
};

export function toNatGateway(gateway: NatGateway, ctx: RequestContext): ApiNatGateway {
  const zone = ctx.store.view(subnets).get(subnetKey(gateway, gateway.subnetId))?.value.availabilityZone;
  return {
    NatGatewayId: gateway.natGatewayId,
    VpcId: gateway.vpcId,
    SubnetId: gateway.subnetId,
    ConnectivityType: gateway.connectivityType,
    AvailabilityMode: "zonal",
    State: "available",
    CreateTime: gateway.createTime,
    NatGatewayAddresses: [
      {
        NetworkInterfaceId: gateway.networkInterfaceId,
        PrivateIp: gateway.privateIpAddress,
        ...(gateway.allocationId !== undefined && { AllocationId: gateway.allocationId }),
        ...(gateway.associationId !== undefined && { AssociationId: gateway.associationId }),
        ...(gateway.publicIp !== undefined && { PublicIp: gateway.publicIp }),
        ...(zone !== undefined && { AvailabilityZone: zone, AvailabilityZoneId: zoneIdOf(gateway, zone) }),
        IsPrimary: true,
        Status: "succeeded",
      },
    ],
    Tags: toTags(gateway.tags),
  };
}

export const natGatewayFilters: FilterTable<NatGateway> = {
  "nat-gateway-id": (gateway) => gateway.natGatewayId,
  state: () => "available",
  "subnet-id": (gateway) => gateway.subnetId,
  "vpc-id": (gateway) => gateway.vpcId,
  "connectivity-type": (gateway) => gateway.connectivityType,
};

export function toAddress(address: ElasticAddress): ApiAddress {
  const { association } = address;
  return {
    AllocationId: address.allocationId,
    PublicIp: address.publicIp,
    Domain: "vpc",
    PublicIpv4Pool: "amazon",
    NetworkBorderGroup: address.region,
    ...(association && {
      AssociationId: association.associationId,
      NetworkInterfaceId: association.networkInterfaceId,
      NetworkInterfaceOwnerId: address.account,
      PrivateIpAddress: association.privateIpAddress,
    }),
    Tags: toTags(address.tags),
  };
}

export const addressFilters: FilterTable<ElasticAddress> = {
  "allocation-id": (address) => address.allocationId,
  "association-id": (address) => address.association?.associationId,
  domain: () => "vpc",
  "instance-id": none,
  "network-border-group": (address) => address.region,
  "network-interface-id": (address) => address.association?.networkInterfaceId,
  "network-interface-owner-id": (address) => address.association && address.account,
  "private-ip-address": (address) => address.association?.privateIpAddress,
  "public-ip": (address) => address.publicIp,
};
