import { Fault } from "#kernel/fault.ts";
import { operationKey, operations } from "../model.ts";
import type { DiscoveryHandler } from "../request/handler.ts";
import { toOperation } from "../request/shapes.ts";

export const GetOperation: DiscoveryHandler<"GetOperation"> = async (input, ctx) => {
  const isOwn = input.OwnerAccount === undefined || input.OwnerAccount === ctx.account;
  const found = isOwn ? ctx.store.view(operations).get(operationKey(ctx, input.OperationId)) : undefined;
  if (found === undefined) throw new Fault("OperationNotFound", input.OperationId);
  return { Operation: toOperation(found.value) };
};
