import type { ImageFailure, ImageIdentifier } from "#generated/ecr/types.ts";
import type { Store } from "#kernel/store.ts";
import { type Removal, removalOf } from "../catalog/removal.ts";
import { manifests, tagKey, tags, within } from "../model.ts";
import { requireRepository } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";
import { failed, findImage } from "../request/images.ts";

/** What one identifier removes. */
interface IdRemoval extends Removal {
  readonly imageIds: readonly ImageIdentifier[];
}

/** By its digest an image goes with all its tags; by a tag the tag goes, and with the last one the image. */
export const BatchDeleteImage: EcrHandler<"BatchDeleteImage"> = async (input, ctx) => {
  const { id } = (await requireRepository(ctx, input)).value;
  const going = goingWith(input.imageIds, id, ctx.store);
  const removals: IdRemoval[] = [];
  const failures: ImageFailure[] = [];
  for (const imageId of input.imageIds) {
    const removal = removalBy(imageId, id, going, ctx.store);
    if ("failure" in removal) failures.push(removal.failure);
    else removals.push(removal);
  }
  const read = new Map(removals.flatMap((removal) => removal.read.map((each) => [each.key, each])));
  const keys = new Set(removals.flatMap((removal) => removal.keys));
  if (read.size > 0) await ctx.store.commit({ unchanged: [...read.values()], remove: [...keys] });
  const removed = new Map(removals.flatMap(({ imageIds }) => imageIds.map((each) => [JSON.stringify(each), each])));
  return { imageIds: [...removed.values()], failures };
};

/** The images that identifiers mean as a whole: by their digests, or by all of their tags. */
interface Going {
  readonly meant: ReadonlySet<string>;
  /** Without those that an index names which stays. */
  readonly free: ReadonlySet<string>;
}

function goingWith(imageIds: readonly ImageIdentifier[], repositoryId: string, store: Pick<Store, "view">): Going {
  const goingTags = new Set(imageIds.flatMap(({ imageDigest, imageTag }) => (imageDigest ? [] : (imageTag ?? []))));
  const meant = new Set<string>();
  for (const imageId of imageIds) {
    const digest = findImage(store, repositoryId, imageId).image?.value.digest;
    if (digest === undefined) continue;
    const tagged = store.view(tags).by("image", within(repositoryId, digest));
    if (imageId.imageDigest !== undefined || tagged.every(({ value }) => goingTags.has(value.tag))) meant.add(digest);
  }
  const free = new Set(meant);
  let before: number;
  do {
    before = free.size;
    for (const digest of free) if (stayingParents(digest, repositoryId, free, store).length > 0) free.delete(digest);
  } while (free.size < before);
  return { meant, free };
}

function stayingParents(
  digest: string,
  repositoryId: string,
  free: ReadonlySet<string>,
  store: Pick<Store, "view">,
): readonly string[] {
  const parents = store.view(manifests).by("child", within(repositoryId, digest));
  return parents.map(({ value }) => value.digest).filter((parent) => !free.has(parent));
}

function removalBy(
  imageId: ImageIdentifier,
  repositoryId: string,
  { meant, free }: Going,
  store: Pick<Store, "view">,
): IdRemoval | { readonly failure: ImageFailure } {
  const { image, failure } = findImage(store, repositoryId, imageId);
  if (failure !== undefined) return { failure };
  const { digest } = image.value;
  if (!meant.has(digest)) {
    const entry = store.view(tags).get(tagKey(repositoryId, imageId.imageTag!))!;
    return { read: [entry], keys: [entry.key], imageIds: [{ imageDigest: digest, imageTag: imageId.imageTag! }] };
  }
  if (!free.has(digest)) {
    const parents = stayingParents(digest, repositoryId, free, store);
    const words = `Requested image referenced by manifest list: [${parents.join(", ")}]`;
    return failed(imageId, "ImageReferencedByManifestList", words);
  }
  const tagged = store.view(tags).by("image", within(repositoryId, digest));
  const ids = tagged.map(({ value }) => ({ imageDigest: digest, imageTag: value.tag }));
  return { ...removalOf(store, image), imageIds: ids.length > 0 ? ids : [{ imageDigest: digest }] };
}
