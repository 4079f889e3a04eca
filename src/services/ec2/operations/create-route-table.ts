import { idOf, type RouteTable, routeTableKey, routeTables } from "../model.ts";
import { acceptOnly } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { createRequest, madeBefore } from "../request/idempotency.ts";
import { findOpen, kinds } from "../request/kinds.ts";
import { checkQuota } from "../request/quotas.ts";
import { specifiedTags } from "../request/tags.ts";
import { toRouteTable } from "../shapes/routing.ts";

export const CreateRouteTable: Ec2Handler<"CreateRouteTable"> = async (input, ctx) => {
  acceptOnly(ctx, input, ["VpcId", "TagSpecifications", "ClientToken"]);
  const token = input.ClientToken === undefined ? {} : { ClientToken: input.ClientToken };
  const { seed, requestDigest } = createRequest(ctx, "CreateRouteTable", input);
  const before = await madeBefore(ctx, kinds.routeTable, { seed, ...(requestDigest && { requestDigest }) });
  if (before !== undefined) return { RouteTable: toRouteTable(before, ctx), ...token };
  const vpc = await findOpen(ctx, kinds.vpc, input.VpcId);
  checkQuota(ctx, "routeTables", ctx.store.view(routeTables).count("vpc", input.VpcId) + 1);
  const table: RouteTable = {
    account: ctx.account,
    region: ctx.region,
    routeTableId: idOf("rtb", seed),
    vpcId: input.VpcId,
    routes: [],
    associations: [],
    tags: specifiedTags(ctx, input.TagSpecifications, "route-table"),
    ...(requestDigest !== undefined && { requestDigest }),
  };
  await ctx.store.commit({ unchanged: [vpc], put: [{ key: routeTableKey(ctx, table.routeTableId), value: table }] });
  return { RouteTable: toRouteTable(table, ctx), ...token };
};
