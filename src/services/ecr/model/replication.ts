import type { ReplicationDestination } from "#generated/ecr/types.ts";
import { type Collection, type Key, keyOf, type Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { within } from "./image.ts";
import { registrySettings } from "./registry.ts";
import type { RepositoryRecord } from "./repository.ts";

/** That an image is to be in another registry too: one for each image and destination. */
export interface ReplicationRecord {
  /** Where the image was pushed. */
  readonly repositoryId: string;
  readonly digest: string;
  /** The registry that it is copied to. */
  readonly destination: World;
  readonly status: "IN_PROGRESS" | "COMPLETE" | "FAILED";
  /** Why it failed, in a word. */
  readonly failureCode?: string;
  /** The tags that have been pushed, and are yet to be copied. */
  readonly tags: readonly string[];
}

/** Index `image`: by `within` the repository and the manifest's digest. */
export const replications: Collection<ReplicationRecord, "repository" | "image"> = {
  name: "ecr/replication",
  indexes: {
    repository: ({ repositoryId }) => repositoryId,
    image: ({ repositoryId, digest }) => within(repositoryId, digest),
  },
  machines: [
    {
      state: ({ status }) => status,
      initial: ["IN_PROGRESS"],
      // A push begins it anew.
      transitions: {
        "ecr.replication": [
          ["IN_PROGRESS", "COMPLETE"],
          ["IN_PROGRESS", "FAILED"],
        ],
        ...Object.fromEntries(
          ["api", "registry"].map((pusher) => [
            pusher,
            [
              ["COMPLETE", "IN_PROGRESS"],
              ["FAILED", "IN_PROGRESS"],
            ],
          ]),
        ),
      },
      removable: true,
    },
  ],
};

export function replicationKey(
  repositoryId: string,
  digest: string,
  { account, region }: World,
): Key<ReplicationRecord> {
  return keyOf(replications, repositoryId, digest, account, region);
}

/** The registries that what is pushed to the repository is copied to, each once. */
export function destinationsOf(store: Pick<Store, "view">, repository: RepositoryRecord): readonly World[] {
  const { rules = [] } = registrySettings(store, repository).replication ?? {};
  const wanted = rules.filter(
    ({ repositoryFilters }) =>
      repositoryFilters === undefined || repositoryFilters.some(({ filter }) => repository.name.startsWith(filter)),
  );
  return uniqueDestinations(wanted);
}

export function uniqueDestinations(
  rules: readonly { readonly destinations: readonly ReplicationDestination[] }[],
): readonly World[] {
  const all = rules.flatMap(({ destinations }) => destinations);
  const worlds = all.map(({ registryId: account, region }) => ({ account, region }));
  return [...new Map(worlds.map((world) => [`${world.account} ${world.region}`, world])).values()];
}
