import { requireRepository } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";
import { requirePolicy } from "../request/repository-policy.ts";

export const GetRepositoryPolicy: EcrHandler<"GetRepositoryPolicy"> = async (input, ctx) => {
  const { value } = await requireRepository(ctx, input);
  return { registryId: value.account, repositoryName: value.name, policyText: requirePolicy(value) };
};
