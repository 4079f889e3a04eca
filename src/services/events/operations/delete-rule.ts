import { Fault } from "#kernel/fault.ts";
import { busReference, ruleKey } from "../model.ts";
import { requireBus } from "../request/find.ts";
import type { EventsHandler } from "../request/handler.ts";

/** One that is not there is deleted already. `Force` is for rules that AWS manages, of which there are none. */
export const DeleteRule: EventsHandler<"DeleteRule"> = async ({ Name, EventBusName }, ctx) => {
  requireBus(ctx, EventBusName);
  const { name: busName, ...world } = busReference(ctx, EventBusName);
  const rule = await ctx.store.get(ruleKey(world, busName, Name));
  if (rule.value === undefined) return {};
  if (rule.value.targets.length > 0) {
    throw new Fault("ValidationException", "Rule can't be deleted since it has targets.");
  }
  await ctx.store.commit({ unchanged: [rule], remove: [rule.key] });
  return {};
};
