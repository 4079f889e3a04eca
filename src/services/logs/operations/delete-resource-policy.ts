import { namedPolicy } from "../resource-policies.ts";
import type { LogsHandler } from "./handler.ts";

export const DeleteResourcePolicy: LogsHandler<"DeleteResourcePolicy"> = async (input, ctx) => {
  const { entry } = await namedPolicy(ctx, input);
  if (entry.value === undefined) {
    const which = input.policyName === undefined ? `for resource [${input.resourceArn}]` : `name [${input.policyName}]`;
    throw ctx.fault("ResourceNotFoundException", `Policy with ${which} does not exist.`);
  }
  await ctx.store.commit({ unchanged: [entry], remove: [entry.key] });
  return {};
};
