import { scheduledActionKey } from "../model.ts";
import type { AutoScalingHandler } from "../request/handler.ts";
import { serviceNamed, words } from "../request/target.ts";

export const DeleteScheduledAction: AutoScalingHandler<"DeleteScheduledAction"> = async (input, ctx) => {
  const service = serviceNamed(ctx, input);
  const action = service && (await ctx.store.get(scheduledActionKey(service, input.ScheduledActionName)));
  if (action?.value === undefined) {
    const which = `${words(input)}, scheduled action name: ${input.ScheduledActionName}`;
    throw ctx.fault("ObjectNotFoundException", `No scheduled action found for ${which}`);
  }
  await ctx.store.commit({ unchanged: [action], remove: [action.key] });
  return {};
};
