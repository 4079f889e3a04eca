import { Fault } from "#kernel/fault.ts";
import { policyOf, statementsOf } from "../request/bus-policy.ts";
import { replaceBus, requireBus } from "../request/find.ts";
import type { EventsHandler } from "../request/handler.ts";

export const RemovePermission: EventsHandler<"RemovePermission"> = async (input, ctx) => {
  const found = requireBus(ctx, input.EventBusName);
  const before = statementsOf(found.bus);
  const left = input.RemoveAllPermissions ? [] : before.filter(({ Sid }) => Sid !== input.StatementId);
  if (!input.RemoveAllPermissions && left.length === before.length) {
    throw new Fault("ResourceNotFoundException", "Statement with the provided id does not exist.");
  }
  const { policy: _, ...bus } = found.bus;
  const policy = policyOf(left);
  await replaceBus(ctx, found, { ...bus, ...(policy !== undefined && { policy }) });
  return {};
};
