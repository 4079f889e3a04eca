import { scheduledActionKey, serviceOf } from "../model.ts";
import type { AutoScalingHandler } from "../request/handler.ts";
import { isSupported, words } from "../request/target.ts";

export const DeleteScheduledAction: AutoScalingHandler<"DeleteScheduledAction"> = async (input, ctx) => {
  const service = isSupported(input) ? serviceOf(ctx, input.ResourceId) : undefined;
  const action = service && (await ctx.store.get(scheduledActionKey(service, input.ScheduledActionName)));
  if (action?.value === undefined) {
    const which = `${words(input)}, scheduled action name: ${input.ScheduledActionName}`;
    throw ctx.fault("ObjectNotFoundException", `No scheduled action found for ${which}`);
  }
  await ctx.store.commit({ unchanged: [action], remove: [action.key] });
  return {};
};
