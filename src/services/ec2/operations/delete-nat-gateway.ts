import type { Put } from "#kernel/store.ts";
import { elasticAddressKey, networkInterfaceKey, removeInterface } from "../model.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { find, kinds } from "../request/kinds.ts";

/** Deletes the gateway with its interface, at once. Its elastic address stays; routes to it become black holes. */
export const DeleteNatGateway: Ec2Handler<"DeleteNatGateway"> = async (input, ctx) => {
  const gateway = await find(ctx, kinds.natGateway, input.NatGatewayId);
  const eni = await ctx.store.get(networkInterfaceKey(ctx, gateway.value.networkInterfaceId));
  const gone = eni.value === undefined ? { unchanged: [eni], remove: [] } : removeInterface(eni);
  const put: Put[] = [];
  const { allocationId } = gateway.value;
  const address = allocationId === undefined ? undefined : await ctx.store.get(elasticAddressKey(ctx, allocationId));
  if (address?.value !== undefined) {
    const { association: _, ...free } = address.value;
    put.push({ key: address.key, value: free });
  }
  await ctx.store.commit({
    unchanged: [gateway, ...gone.unchanged, ...(address === undefined ? [] : [address])],
    put,
    remove: [gateway.key, ...gone.remove],
  });
  return { NatGatewayId: input.NatGatewayId };
};
