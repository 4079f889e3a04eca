import { requireRepository } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";
import { describeLifecycle, requireLifecycle } from "../request/lifecycle.ts";

export const DeleteLifecyclePolicy: EcrHandler<"DeleteLifecyclePolicy"> = async (input, ctx) => {
  const repository = await requireRepository(ctx, input);
  const removed = requireLifecycle(repository.value);
  const { lifecycle: _, ...value } = repository.value;
  await ctx.store.commit({ unchanged: [repository], put: [{ key: repository.key, value }] });
  return describeLifecycle(value, removed);
};
