import { parseLifecyclePolicy } from "../lifecycle/parse.ts";
import { requireRepository } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";
import { requireLifecycle } from "../request/lifecycle.ts";

/** Keeps the policy: what it would do is found when it is asked for. */
export const StartLifecyclePolicyPreview: EcrHandler<"StartLifecyclePolicyPreview"> = async (input, ctx) => {
  const repository = await requireRepository(ctx, input);
  const { account, name } = repository.value;
  const text = input.lifecyclePolicyText ?? requireLifecycle(repository.value).text;
  parseLifecyclePolicy(text);
  const value = { ...repository.value, lifecyclePreview: text };
  await ctx.store.commit({ unchanged: [repository], put: [{ key: repository.key, value }] });
  return { registryId: account, repositoryName: name, lifecyclePolicyText: text, status: "IN_PROGRESS" };
};
