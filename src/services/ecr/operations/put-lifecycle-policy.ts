import { parseLifecyclePolicy } from "../lifecycle/parse.ts";
import { requireRepository } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";
import { describeLifecycle } from "../request/lifecycle.ts";

/** The controller applies it from now on. */
export const PutLifecyclePolicy: EcrHandler<"PutLifecyclePolicy"> = async (input, ctx) => {
  const repository = await requireRepository(ctx, input);
  parseLifecyclePolicy(input.lifecyclePolicyText);
  const lifecycle = { text: input.lifecyclePolicyText };
  const value = { ...repository.value, lifecycle };
  await ctx.store.commit({ unchanged: [repository], put: [{ key: repository.key, value }] });
  return describeLifecycle(value, lifecycle);
};
