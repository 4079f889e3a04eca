import { requireRepository } from "../request/find.ts";
import type { EcrHandler, EcrParts } from "../request/handler.ts";
import { checkRepositoryPolicy, refuseLockout } from "../request/repository-policy.ts";

export function setRepositoryPolicy({ policyFault }: EcrParts): EcrHandler<"SetRepositoryPolicy"> {
  return async (input, ctx) => {
    const repository = await requireRepository(ctx, input);
    const { policyText } = input;
    checkRepositoryPolicy(policyText, policyFault);
    refuseLockout(input, ctx.caller);
    const value = { ...repository.value, policy: policyText };
    await ctx.store.commit({ unchanged: [repository], put: [{ key: repository.key, value }] });
    return { registryId: value.account, repositoryName: value.name, policyText };
  };
}
