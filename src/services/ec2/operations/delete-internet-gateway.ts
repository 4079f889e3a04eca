import type { Ec2Handler } from "../request/handler.ts";
import { find, kinds } from "../request/kinds.ts";

export const DeleteInternetGateway: Ec2Handler<"DeleteInternetGateway"> = async (input, ctx) => {
  const gateway = await find(ctx, kinds.internetGateway, input.InternetGatewayId);
  if (gateway.value.vpcId !== undefined) {
    const message = `The internetGateway '${input.InternetGatewayId}' has dependencies and cannot be deleted.`;
    throw ctx.fault("DependencyViolation", message);
  }
  await ctx.store.commit({ unchanged: [gateway], remove: [gateway.key] });
  return {};
};
