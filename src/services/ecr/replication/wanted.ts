import type { Put, Read, Store } from "#kernel/store.ts";
import { destinationsOf, type ReplicationRecord, type RepositoryRecord, replicationKey } from "../model.ts";

/** What the commit of a push reads and writes so that the image is copied to where the registry's rules say. */
export async function wantReplication(
  store: Store,
  repository: RepositoryRecord,
  digest: string,
  tag: string | undefined,
): Promise<{ readonly read: readonly Read<unknown>[]; readonly put: readonly Put[] }> {
  const destinations = destinationsOf(store, repository);
  const read = await Promise.all(
    destinations.map((destination) => store.get(replicationKey(repository.id, digest, destination))),
  );
  const put = read.map(({ key, value: old }, i) => {
    const waiting = old?.status === "IN_PROGRESS" ? old.tags : [];
    const tags = tag === undefined || waiting.includes(tag) ? waiting : [...waiting, tag];
    const common = { repositoryId: repository.id, digest, destination: destinations[i]! };
    const value: ReplicationRecord = { ...common, status: "IN_PROGRESS", tags };
    return { key, value };
  });
  return { read, put };
}
