import type { Entry, Store } from "#kernel/store.ts";
import { type ManifestRecord, manifests, pullTimeKey, replications, scanKey, tags, within } from "../model.ts";

/** What a commit that removes images reads and removes. */
export interface Removal {
  readonly read: readonly Entry<unknown>[];
  readonly keys: readonly string[];
}

/**
 * An image with all that goes with it: its tags, what is recorded of it, and the untagged artifacts that are about it,
 * such as signatures (Amazon ECR removes those within 24 hours).
 */
export function removalOf(store: Pick<Store, "view">, image: Entry<ManifestRecord>): Removal {
  const gone = withArtifacts(store, image);
  const tagged = gone.flatMap(({ value }) => store.view(tags).by("image", within(value.repositoryId, value.digest)));
  const recorded = gone.flatMap(({ value: { repositoryId, digest } }) => {
    const copies = store.view(replications).by("image", within(repositoryId, digest));
    return [pullTimeKey(repositoryId, digest), scanKey(repositoryId, digest), ...copies.map(({ key }) => key)];
  });
  const read = [...gone, ...tagged];
  return { read, keys: [...read.map(({ key }) => key), ...recorded] };
}

/** The image, and the untagged artifacts that are about it, or about one of those. */
export function withArtifacts(
  store: Pick<Store, "view">,
  image: Entry<ManifestRecord>,
): readonly Entry<ManifestRecord>[] {
  const about = store
    .view(manifests)
    .by("subject", within(image.value.repositoryId, image.value.digest))
    .filter(({ value }) => isAlone(store, value));
  return [image, ...about.flatMap((artifact) => withArtifacts(store, artifact))];
}

/** Neither a tag nor an index names it. */
function isAlone(store: Pick<Store, "view">, { repositoryId, digest }: ManifestRecord): boolean {
  const where = within(repositoryId, digest);
  return store.view(tags).count("image", where) === 0 && store.view(manifests).count("child", where) === 0;
}
