import type { ImageFailure, ImageFailureCode, ImageIdentifier } from "#generated/ecr/types.ts";
import { digestAlgorithm } from "#kernel/blob-store.ts";
import { Fault } from "#kernel/fault.ts";
import type { Entry, Store } from "#kernel/store.ts";
import { type ManifestRecord, manifestKey, manifests, type RepositoryRecord, tagKey, tags, within } from "../model.ts";

/** What an identifier means in a repository: an image, or why there is none. */
export type FoundImage =
  | { readonly image: Entry<ManifestRecord>; readonly failure?: undefined }
  | { readonly image?: undefined; readonly failure: ImageFailure };

export function findImage(store: Pick<Store, "view">, repositoryId: string, imageId: ImageIdentifier): FoundImage {
  const { imageDigest, imageTag } = imageId;
  if (imageDigest === undefined && imageTag === undefined) {
    return failed(imageId, "MissingDigestAndTag", "Invalid request parameters: both tag and digest cannot be null");
  }
  if (imageDigest !== undefined && digestAlgorithm(imageDigest) === undefined) {
    const words = "image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'";
    return failed(imageId, "InvalidImageDigest", `Invalid request parameters: ${words}`);
  }
  const tagged = imageTag === undefined ? undefined : store.view(tags).get(tagKey(repositoryId, imageTag))?.value;
  const digest = imageDigest ?? tagged?.digest;
  const image = digest === undefined ? undefined : store.view(manifests).get(manifestKey(repositoryId, digest));
  if (image === undefined || (imageTag !== undefined && tagged === undefined)) {
    return failed(imageId, "ImageNotFound", "Requested image not found");
  }
  if (tagged !== undefined && tagged.digest !== digest) {
    return failed(imageId, "ImageTagDoesNotMatchDigest", "Tag does not match digest");
  }
  return { image };
}

export function failed(imageId: ImageIdentifier, failureCode: ImageFailureCode, failureReason: string) {
  return { failure: { imageId, failureCode, failureReason } };
}

/** The image that an identifier means. Throws `ImageNotFoundException`. */
export function requireImage(
  store: Pick<Store, "view">,
  { id, name, account }: Pick<RepositoryRecord, "id" | "name" | "account">,
  imageId: ImageIdentifier,
): Entry<ManifestRecord> {
  const { image, failure } = findImage(store, id, imageId);
  if (image !== undefined) return image;
  if (failure.failureCode !== "ImageNotFound" && failure.failureCode !== "ImageTagDoesNotMatchDigest") {
    throw new Fault("InvalidParameterException", failure.failureReason!);
  }
  const which = textOf(imageId);
  const where = `the repository with name '${name}' in the registry with id '${account}'`;
  throw new Fault("ImageNotFoundException", `The image with imageId ${which} does not exist within ${where}`);
}

/** As ECR writes an identifier in its faults. */
export function textOf({ imageDigest, imageTag }: ImageIdentifier): string {
  return `{imageDigest:'${imageDigest ?? "null"}', imageTag:'${imageTag ?? "null"}'}`;
}

/** The digest of an image, with the tag by which it was asked for. */
export function describeImageId({ digest }: ManifestRecord, { imageTag }: ImageIdentifier): ImageIdentifier {
  return { imageDigest: digest, ...(imageTag !== undefined && { imageTag }) };
}

/** The tags of an image, in their order. */
export function tagsOfImage(
  store: Pick<Store, "view">,
  { repositoryId, digest }: Pick<ManifestRecord, "repositoryId" | "digest">,
): readonly string[] {
  return store
    .view(tags)
    .by("image", within(repositoryId, digest))
    .map(({ value }) => value.tag);
}
