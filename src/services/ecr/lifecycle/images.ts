import type { Entry, Store } from "#kernel/store.ts";
import { type ManifestRecord, manifests, pullTimeKey, pullTimes, statusOf, tags, within } from "../model.ts";
import { parseLifecyclePolicy } from "./parse.ts";
import { type LifecycleImage, type Outcome, outcomes } from "./rules.ts";

/** An image that a lifecycle policy does something about. */
export interface AffectedImage extends Pick<Outcome, "action" | "rulePriority"> {
  readonly image: Entry<ManifestRecord>;
  readonly tags: readonly string[];
}

/** What the policy of this text does in a repository at `now` (milliseconds since the epoch). */
export function affectedImages(
  store: Pick<Store, "view">,
  repositoryId: string,
  text: string,
  now: number,
): readonly AffectedImage[] {
  const found = store
    .view(manifests)
    .by("repository", repositoryId)
    .map((image) => ({ image, facts: factsOf(store, image.value) }));
  const byDigest = new Map(found.map((each) => [each.facts.digest, each]));
  const facts = found.map((each) => each.facts);
  return outcomes(parseLifecyclePolicy(text), facts, now).map(({ digest, rulePriority, action }) => {
    const { image, facts } = byDigest.get(digest)!;
    return { image, tags: facts.tags, rulePriority, action };
  });
}

/** What rules go by. */
function factsOf(store: Pick<Store, "view">, manifest: ManifestRecord): LifecycleImage {
  const { repositoryId, digest, pushedAt, archival } = manifest;
  const where = within(repositoryId, digest);
  const pulled = store.view(pullTimes).get(pullTimeKey(repositoryId, digest))?.value;
  return {
    ...{ digest, pushedAt, isArchived: statusOf(manifest) === "ARCHIVED" },
    ...(pulled && { pulledAt: pulled.pulledAt }),
    ...(archival && { archivedAt: archival.archivedAt }),
    ...(archival?.activatedAt !== undefined && { activatedAt: archival.activatedAt }),
    tags: store
      .view(tags)
      .by("image", where)
      .map(({ value }) => value.tag),
    parents: store
      .view(manifests)
      .by("child", where)
      .map(({ value }) => value.digest),
  };
}
