import { removeInterface } from "../model.ts";
import type { Ec2Handler } from "../request/handler.ts";
import { find, kinds } from "../request/kinds.ts";

/** Deletes an interface that nothing uses; its address is free at once. */
export const DeleteNetworkInterface: Ec2Handler<"DeleteNetworkInterface"> = async (input, ctx) => {
  const eni = await find(ctx, kinds.networkInterface, input.NetworkInterfaceId);
  if (eni.value.status === "in-use") {
    const message = `Network interface '${input.NetworkInterfaceId}' is currently in use.`;
    throw ctx.fault("InvalidParameterValue", message);
  }
  await ctx.store.commit(removeInterface(eni));
  return {};
};
