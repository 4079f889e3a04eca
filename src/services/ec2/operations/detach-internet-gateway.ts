import { networkInterfaces, vpcInternetGatewayKey } from "../model.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { find, kinds } from "../request/kinds.ts";

/** Detaches a gateway from a VPC in which no interface has a public address. Routes to it become black holes. */
export const DetachInternetGateway: Ec2Handler<"DetachInternetGateway"> = async (input, ctx) => {
  const { InternetGatewayId, VpcId } = input;
  const gateway = await find(ctx, kinds.internetGateway, InternetGatewayId);
  if (gateway.value.vpcId !== VpcId) {
    const message = `resource ${InternetGatewayId} is not attached to network ${VpcId}`;
    throw ctx.fault("Gateway.NotAttached", message);
  }
  if (ctx.store.view(networkInterfaces).count("public", VpcId) > 0) {
    const message =
      `Network ${VpcId} has some mapped public address(es). ` +
      "Please unmap those public address(es) before detaching the gateway.";
    throw ctx.fault("DependencyViolation", message);
  }
  const { vpcId: _, ...detached } = gateway.value;
  await ctx.store.commit({
    unchanged: [gateway],
    put: [{ key: gateway.key, value: detached }],
    remove: [vpcInternetGatewayKey(ctx, VpcId)],
  });
  return {};
};
