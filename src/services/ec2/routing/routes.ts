import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { cidrOf, formatCidr, parseCidr, type Route, type RouteTable, vpcKey } from "../model.ts";
import { invalidValue, missing, unsupported } from "../request/accept.ts";
import { findOpen, kinds } from "../request/kinds.ts";

export interface RouteInput {
  readonly DestinationCidrBlock?: string;
  readonly GatewayId?: string;
  readonly NatGatewayId?: string;
}

/** The parameters of a route that are honoured. */
export const routeParameters = ["RouteTableId", "DestinationCidrBlock", "GatewayId", "NatGatewayId"] as const;

/** The destination in canonical form. */
export function destinationOf(ctx: RequestContext, input: RouteInput): string {
  if (input.DestinationCidrBlock === undefined) throw missing(ctx, "destinationCidrBlock");
  const cidr = parseCidr(input.DestinationCidrBlock);
  if (cidr === undefined) {
    const reason = "This is not a valid CIDR block.";
    throw invalidValue(ctx, input.DestinationCidrBlock, "destinationCidrBlock", reason);
  }
  return formatCidr(cidr);
}

/**
 * The route that a request describes, with its gateway as it was read. Packets out of a VPC are routed as a whole: a
 * route for a part of the internet would not be obeyed, so it is refused.
 */
export async function routeOf(
  ctx: RequestContext,
  table: RouteTable,
  input: RouteInput,
): Promise<{ readonly route: Route; readonly target: Entry<unknown> }> {
  const destinationCidrBlock = destinationOf(ctx, input);
  if (destinationCidrBlock === (await localCidr(ctx, table))) {
    throw ctx.fault("RouteAlreadyExists", `The route identified by ${destinationCidrBlock} already exists.`);
  }
  if (destinationCidrBlock !== "0.0.0.0/0") {
    const message = `A route to ${destinationCidrBlock} is not supported: only 0.0.0.0/0 can be routed out of a VPC.`;
    throw ctx.fault("UnsupportedOperation", message);
  }
  const target = await targetOf(ctx, input);
  if (target.vpcId !== table.vpcId) {
    const message = `route table ${table.routeTableId} and ${target.text} belong to different networks`;
    throw ctx.fault("InvalidParameterValue", message);
  }
  return { route: { destinationCidrBlock, ...target.fields }, target: target.entry };
}

async function targetOf(ctx: RequestContext, { GatewayId, NatGatewayId }: RouteInput) {
  if ((GatewayId === undefined) === (NatGatewayId === undefined)) {
    const message = "The request must contain exactly one of gatewayId, natGatewayId";
    throw ctx.fault("InvalidParameterCombination", message);
  }
  if (NatGatewayId !== undefined) {
    const entry = await findOpen(ctx, kinds.natGateway, NatGatewayId);
    return {
      entry,
      vpcId: entry.value.vpcId,
      text: `nat gateway ${NatGatewayId}`,
      fields: { natGatewayId: NatGatewayId },
    };
  }
  if (!GatewayId!.startsWith("igw-")) throw unsupported(ctx, `GatewayId ${GatewayId}`);
  const entry = await findOpen(ctx, kinds.internetGateway, GatewayId!);
  return {
    entry,
    vpcId: entry.value.vpcId,
    text: `network gateway ${GatewayId}`,
    fields: { internetGatewayId: GatewayId! },
  };
}

/** The range of the VPC, which every table routes to itself. */
export async function localCidr(ctx: RequestContext, table: RouteTable): Promise<string | undefined> {
  const vpc = await ctx.store.get(vpcKey(ctx, table.vpcId));
  return vpc.value && formatCidr(cidrOf(vpc.value));
}
