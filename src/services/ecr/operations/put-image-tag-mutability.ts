import { requireRepository } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";
import { checkMutability } from "../request/mutability.ts";

export const PutImageTagMutability: EcrHandler<"PutImageTagMutability"> = async (input, ctx) => {
  const { imageTagMutability, imageTagMutabilityExclusionFilters: exclusionFilters = [] } = input;
  checkMutability(imageTagMutability, exclusionFilters);
  const repository = await requireRepository(ctx, input);
  const value = { ...repository.value, imageTagMutability, exclusionFilters };
  await ctx.store.commit({ unchanged: [repository], put: [{ key: repository.key, value }] });
  return {
    registryId: value.account,
    repositoryName: value.name,
    imageTagMutability,
    ...(exclusionFilters.length > 0 && { imageTagMutabilityExclusionFilters: exclusionFilters }),
  };
};
