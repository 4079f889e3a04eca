import { policyKey } from "../model.ts";
import type { AutoScalingHandler } from "../request/handler.ts";
import { removal } from "../request/policy-removal.ts";
import { serviceNamed, words } from "../request/target.ts";

export const DeleteScalingPolicy: AutoScalingHandler<"DeleteScalingPolicy"> = async (input, ctx) => {
  const service = serviceNamed(ctx, input);
  const policy = service && (await ctx.store.get(policyKey(service, input.PolicyName)));
  if (policy?.value === undefined) {
    const which = `${words(input)}, policy name: ${input.PolicyName}`;
    throw ctx.fault("ObjectNotFoundException", `No scaling policy found for ${which}`);
  }
  const { unchanged, put, remove } = removal(ctx, [policy]);
  await ctx.store.commit({ unchanged: [policy, ...unchanged], put, remove });
  return {};
};
