import { requireGroup } from "../lookup.ts";
import { subscriptionFilterKey } from "../model.ts";
import type { LogsHandler } from "./handler.ts";

/** What was handed on already is delivered nevertheless. */
export const DeleteSubscriptionFilter: LogsHandler<"DeleteSubscriptionFilter"> = async (input, ctx) => {
  const group = await requireGroup(ctx, input.logGroupName);
  const filter = await ctx.store.get(subscriptionFilterKey(group.value.id, input.filterName));
  if (filter.value === undefined) {
    throw ctx.fault("ResourceNotFoundException", "The specified subscription filter does not exist.");
  }
  await ctx.store.commit({ unchanged: [filter], remove: [filter.key] });
  return {};
};
