import { absent } from "#kernel/store.ts";
import { vpcInternetGatewayKey } from "../model.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { findOpen, kinds } from "../request/kinds.ts";

/** Attaches a gateway to a VPC that has none. */
export const AttachInternetGateway: Ec2Handler<"AttachInternetGateway"> = async (input, ctx) => {
  const { InternetGatewayId, VpcId } = input;
  const gateway = await findOpen(ctx, kinds.internetGateway, InternetGatewayId);
  const vpc = await findOpen(ctx, kinds.vpc, VpcId);
  if (gateway.value.vpcId !== undefined) {
    const message = `resource ${InternetGatewayId} is already attached to network ${gateway.value.vpcId}`;
    throw ctx.fault("Resource.AlreadyAssociated", message);
  }
  const attached = await ctx.store.get(vpcInternetGatewayKey(ctx, VpcId));
  if (attached.value !== undefined) {
    const message = `Network ${VpcId} already has an internet gateway attached`;
    throw ctx.fault("InvalidParameterValue", message);
  }
  await ctx.store.commit({
    unchanged: [gateway, vpc, absent(attached.key)],
    put: [
      { key: gateway.key, value: { ...gateway.value, vpcId: VpcId } },
      { key: attached.key, value: { internetGatewayId: InternetGatewayId } },
    ],
  });
  return {};
};
