import { hex } from "#kernel/random.ts";
import { worldOf } from "#kernel/world.ts";
import { type InternetGateway, idOf, internetGatewayKey, internetGateways } from "../model.ts";
import { acceptOnly } from "../request/accept.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { checkQuota } from "../request/quotas.ts";
import { specifiedTags } from "../request/tags.ts";
import { toInternetGateway } from "../shapes/routing.ts";

export const CreateInternetGateway: Ec2Handler<"CreateInternetGateway"> = async (input, ctx) => {
  acceptOnly(ctx, input, ["TagSpecifications"]);
  checkQuota(ctx, "internetGateways", ctx.store.view(internetGateways).count("region", worldOf(ctx)) + 1);
  const gateway: InternetGateway = {
    account: ctx.account,
    region: ctx.region,
    internetGatewayId: idOf("igw", hex(ctx.random, 32)),
    tags: specifiedTags(ctx, input.TagSpecifications, "internet-gateway"),
  };
  await ctx.store.commit({ put: [{ key: internetGatewayKey(ctx, gateway.internetGatewayId), value: gateway }] });
  return { InternetGateway: toInternetGateway(gateway) };
};
