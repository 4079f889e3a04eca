import type {
  EncryptionConfiguration,
  ImageTagMutability,
  ImageTagMutabilityExclusionFilter,
} from "#generated/ecr/types.ts";
import { parseArn } from "#kernel/arn.ts";
import type { RegistryRepository } from "#kernel/registry.ts";
import { type Collection, type Entry, type Key, keyOf, type Store } from "#kernel/store.ts";
import type { Tags } from "#kernel/tags.ts";
import { arnIn, type World, worldOf } from "#kernel/world.ts";

/** A repository; what is in it has records of its own under its id. Times are milliseconds since the epoch. */
export interface RepositoryRecord extends World, RegistryRepository {
  readonly createdAt: number;
  readonly imageTagMutability: ImageTagMutability;
  /** The tags that are the other way round. */
  readonly exclusionFilters: readonly ImageTagMutabilityExclusionFilter[];
  readonly encryption: EncryptionConfiguration;
  /** Images are scanned when they are pushed; the registry may have rules that say so too. */
  readonly scanOnPush?: boolean;
  readonly tags: Tags;
  /** The text of the resource-based policy. */
  readonly policy?: string;
  /** The text of the lifecycle policy, and when it was last applied. */
  readonly lifecycle?: { readonly text: string; readonly evaluatedAt?: number };
  /** The text of the lifecycle policy whose outcome was last asked for. */
  readonly lifecyclePreview?: string;
}

/** Index `world`: by `worldOf`; `id`: by the repository's id. */
export const repositories: Collection<RepositoryRecord, "world" | "id"> = {
  name: "ecr/repository",
  indexes: { world: worldOf, id: ({ id }) => id },
};

export function repositoryKey({ account, region }: World, name: string): Key<RepositoryRecord> {
  return keyOf(repositories, account, region, name);
}

/** `arn:aws:ecr:us-east-1:000000000000:repository/team/app` */
export function repositoryArn(world: World, name: string): string {
  return arnIn(world, "ecr", `repository/${name}`);
}

/** The registry and the name in a repository's ARN; undefined when it is none. */
export function parseRepositoryArn(text: string): (World & { readonly name: string }) | undefined {
  const arn = parseArn(text);
  if (arn?.service !== "ecr" || !arn.resource.startsWith("repository/")) return undefined;
  return { account: arn.account, region: arn.region, name: arn.resource.slice("repository/".length) };
}

/** The repository as it is now; undefined when it has been deleted. */
export function repositoryOf(
  store: Pick<Store, "view">,
  { id }: Pick<RegistryRepository, "id">,
): Entry<RepositoryRecord> | undefined {
  return store.view(repositories).by("id", id)[0];
}
