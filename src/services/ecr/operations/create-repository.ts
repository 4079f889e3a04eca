import type { CreateRepositoryRequest } from "#generated/ecr/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { uuid } from "#kernel/random.ts";
import { withDefaults } from "../catalog/create.ts";
import { type RepositoryRecord, repositoryKey } from "../model.ts";
import { describeRepository } from "../request/describe.ts";
import type { EcrHandler, EcrParts } from "../request/handler.ts";
import { checkMutability } from "../request/mutability.ts";
import { refuseKeys } from "../request/refusals.ts";
import { requireScanner } from "../request/scanning.ts";
import { withTags } from "../request/tags.ts";

export function createRepository({ scanner }: Pick<EcrParts, "scanner">): EcrHandler<"CreateRepository"> {
  return async (input, ctx) => {
    const { registryId, repositoryName, imageTagMutability = "MUTABLE" } = input;
    if (registryId !== undefined && registryId !== ctx.account) {
      const words = "Repositories can be created only in the registry of the caller's account.";
      throw new Fault("InvalidParameterException", `Invalid parameter at 'registryId': ${words}`);
    }
    if (input.imageScanningConfiguration?.scanOnPush) await requireScannerToCreate(scanner);
    refuseKeys(input.encryptionConfiguration);
    checkMutability(imageTagMutability, input.imageTagMutabilityExclusionFilters);
    const existing = await ctx.store.get(repositoryKey(ctx, repositoryName));
    if (existing.value !== undefined) {
      const where = `in the registry with id '${ctx.account}'`;
      const message = `The repository with name '${repositoryName}' already exists ${where}`;
      throw new Fault("RepositoryAlreadyExistsException", message);
    }
    const repository = newRepository(input, ctx);
    await ctx.store.commit({ unchanged: [existing], put: [{ key: existing.key, value: repository }] });
    return { repository: describeRepository(repository, ctx) };
  };
}

function newRepository(input: CreateRepositoryRequest, ctx: RequestContext): RepositoryRecord {
  const { account, region, clock, random } = ctx;
  const created = { id: uuid(random), account, region, name: input.repositoryName, createdAt: clock.now() };
  return {
    ...withDefaults(created),
    imageTagMutability: input.imageTagMutability ?? "MUTABLE",
    exclusionFilters: input.imageTagMutabilityExclusionFilters ?? [],
    scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
    tags: withTags({}, input.tags ?? []),
  };
}

/** The operation has no fault of its own for what is not available. */
async function requireScannerToCreate(scanner: EcrParts["scanner"]): Promise<void> {
  try {
    await requireScanner(scanner);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault("InvalidParameterException", `Invalid parameter at 'imageScanningConfiguration': ${error.message}`);
  }
}
