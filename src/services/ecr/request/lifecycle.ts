import { Fault } from "#kernel/fault.ts";
import type { RepositoryRecord } from "../model.ts";

/** The repository's lifecycle policy. */
export function requireLifecycle({ lifecycle, name, account }: RepositoryRecord) {
  if (lifecycle !== undefined) return lifecycle;
  const where = `for the repository with name '${name}' in the registry with id '${account}'`;
  throw new Fault("LifecyclePolicyNotFoundException", `Lifecycle policy does not exist ${where}`);
}

export function describeLifecycle(
  { account, name }: RepositoryRecord,
  { text, evaluatedAt }: NonNullable<RepositoryRecord["lifecycle"]>,
) {
  return {
    registryId: account,
    repositoryName: name,
    lifecyclePolicyText: text,
    ...(evaluatedAt !== undefined && { lastEvaluatedAt: evaluatedAt }),
  };
}
