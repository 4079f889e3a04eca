import type { ImageFailure, ImageIdentifier } from "#generated/ecr/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
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
  const byDigest = input.imageIds.filter(({ imageDigest }) => imageDigest !== undefined);
  const going = new Set(byDigest.map(({ imageDigest }) => imageDigest!));
  const byTag = input.imageIds.filter(({ imageDigest }) => imageDigest === undefined);
  const goingTags = new Set(byTag.map(({ imageTag }) => imageTag!));
  const removals: IdRemoval[] = [];
  const failures: ImageFailure[] = [];
  for (const imageId of input.imageIds) {
    const removal = removalBy(imageId, id, going, goingTags, ctx);
    if ("failure" in removal) failures.push(removal.failure);
    else removals.push(removal);
  }
  const read = new Map(removals.flatMap((removal) => removal.read.map((each) => [each.key, each])));
  const keys = new Set(removals.flatMap((removal) => removal.keys));
  if (read.size > 0) await ctx.store.commit({ unchanged: [...read.values()], remove: [...keys] });
  const removed = new Map(removals.flatMap(({ imageIds }) => imageIds.map((each) => [JSON.stringify(each), each])));
  return { imageIds: [...removed.values()], failures };
};

function removalBy(
  imageId: ImageIdentifier,
  repositoryId: string,
  going: ReadonlySet<string>,
  goingTags: ReadonlySet<string>,
  { store }: RequestContext,
): IdRemoval | { readonly failure: ImageFailure } {
  const { image, failure } = findImage(store, repositoryId, imageId);
  if (failure !== undefined) return { failure };
  const { digest } = image.value;
  const tagged = store.view(tags).by("image", within(repositoryId, digest));
  const staysTagged = imageId.imageDigest === undefined && !tagged.every(({ value }) => goingTags.has(value.tag));
  if (staysTagged && !going.has(digest)) {
    const entry = store.view(tags).get(tagKey(repositoryId, imageId.imageTag!))!;
    return { read: [entry], keys: [entry.key], imageIds: [{ imageDigest: digest, imageTag: imageId.imageTag! }] };
  }
  const parents = store
    .view(manifests)
    .by("child", within(repositoryId, digest))
    .map(({ value }) => value.digest)
    .filter((parent) => !going.has(parent));
  if (parents.length > 0) {
    const words = `Requested image referenced by manifest list: [${parents.join(", ")}]`;
    return failed(imageId, "ImageReferencedByManifestList", words);
  }
  const ids = tagged.map(({ value }) => ({ imageDigest: digest, imageTag: value.tag }));
  return { ...removalOf(store, image), imageIds: ids.length > 0 ? ids : [{ imageDigest: digest }] };
}
