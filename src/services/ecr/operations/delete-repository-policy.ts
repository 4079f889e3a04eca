import { requireRepository } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";
import { requirePolicy } from "../request/repository-policy.ts";

export const DeleteRepositoryPolicy: EcrHandler<"DeleteRepositoryPolicy"> = async (input, ctx) => {
  const repository = await requireRepository(ctx, input);
  const policyText = requirePolicy(repository.value);
  const { policy: _, ...value } = repository.value;
  await ctx.store.commit({ unchanged: [repository], put: [{ key: repository.key, value }] });
  return { registryId: value.account, repositoryName: value.name, policyText };
};
