import type { Store } from "#kernel/store.ts";
import {
  internetGatewayKey,
  internetGateways,
  isMain,
  natGatewayKey,
  natGateways,
  type Route,
  type RouteTable,
  routeTables,
} from "./routing.ts";
import { type Subnet, subnetKey, subnets } from "./subnet.ts";

export type Egress = "internet-gateway" | "nat-gateway" | "none";
type Views = Pick<Store, "view">;

/** Where the subnet's 0.0.0.0/0 goes: by its own route table, or by the main one of the VPC. */
export function egressOf(store: Views, subnet: Subnet): Egress {
  const route = defaultRouteOf(store, subnet);
  if (route === undefined) return "none";
  if (route.internetGatewayId !== undefined) return "internet-gateway";
  const nat = store.view(natGateways).get(natGatewayKey(subnet, route.natGatewayId!))?.value;
  if (nat?.connectivityType !== "public") return "none";
  // A NAT gateway passes on what its own subnet can send to the internet gateway.
  const natSubnet = store.view(subnets).get(subnetKey(subnet, nat.subnetId))?.value;
  const natRoute = natSubnet && defaultRouteOf(store, natSubnet);
  return natRoute?.internetGatewayId === undefined ? "none" : "nat-gateway";
}

/** The route for 0.0.0.0/0, if there is one that is no black hole. */
function defaultRouteOf(store: Views, subnet: Subnet): Route | undefined {
  const table = routeTableOf(store, subnet);
  return table?.routes.find(
    (route) => route.destinationCidrBlock === "0.0.0.0/0" && isRouteActive(store, table, route),
  );
}

/** The route table that serves the subnet. */
function routeTableOf(store: Views, subnet: Subnet): RouteTable | undefined {
  const view = store.view(routeTables);
  const own = view.by("subnet", subnet.subnetId)[0];
  return (own ?? view.by("vpc", subnet.vpcId).find((entry) => isMain(entry.value)))?.value;
}

/** Whether the route's gateway exists and is attached to the table's VPC; else the route is a black hole. */
export function isRouteActive(store: Views, table: RouteTable, route: Route): boolean {
  if (route.internetGatewayId !== undefined) {
    const gateway = store.view(internetGateways).get(internetGatewayKey(table, route.internetGatewayId));
    return gateway?.value.vpcId === table.vpcId;
  }
  return store.view(natGateways).get(natGatewayKey(table, route.natGatewayId!)) !== undefined;
}
