import type { Repository } from "#generated/ecr/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { type RepositoryRecord, repositoryArn } from "../model.ts";

/** A repository as every operation tells it. Its URI is on the host by which the caller reaches the platform. */
export function describeRepository(repository: RepositoryRecord, { endpoint }: RequestContext): Repository {
  const { name, account, createdAt, imageTagMutability, exclusionFilters, encryption } = repository;
  return {
    repositoryArn: repositoryArn(repository, name),
    registryId: account,
    repositoryName: name,
    repositoryUri: `${new URL(endpoint).host}/${name}`,
    createdAt,
    imageTagMutability,
    ...(exclusionFilters.length > 0 && { imageTagMutabilityExclusionFilters: exclusionFilters }),
    imageScanningConfiguration: { scanOnPush: repository.scanOnPush ?? false },
    encryptionConfiguration: encryption,
  };
}
