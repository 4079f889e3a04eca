import { requireGroup } from "../lookup.ts";
import { logRemovalKey, logResourcePolicyKey, logStreams, metricFilters, subscriptionFilters } from "../model.ts";
import type { LogsHandler } from "./handler.ts";

/** The group and its streams are gone with the commit; controllers/removal deletes the events. */
export const DeleteLogGroup: LogsHandler<"DeleteLogGroup"> = async (input, ctx) => {
  const group = await requireGroup(ctx, input.logGroupName);
  if (group.value.deletionProtectionEnabled) {
    const message = "The log group cannot be deleted because deletion protection is enabled.";
    throw ctx.fault("ValidationException", message);
  }
  const streams = ctx.store.view(logStreams).by("group", group.value.id);
  const { id } = group.value;
  const filters = [
    ...ctx.store.view(metricFilters).by("group", id),
    ...ctx.store.view(subscriptionFilters).by("group", id),
  ];
  const policy = logResourcePolicyKey(ctx, input);
  const removal = { groupId: group.value.id };
  await ctx.store.commit({
    unchanged: [group],
    remove: [group.key, policy, ...[...streams, ...filters].map(({ key }) => key)],
    put: [{ key: logRemovalKey(removal), value: removal }],
  });
  return {};
};
