import type { Image, ImageFailure } from "#generated/ecr/types.ts";
import { maxManifestBytes } from "#kernel/oci-manifest.ts";
import { notePull } from "../catalog/pulls.ts";
import { statusOf } from "../model.ts";
import { requireRepository } from "../request/find.ts";
import type { EcrHandler, EcrParts } from "../request/handler.ts";
import { failed, findImage } from "../request/images.ts";

/**
 * Manifests are given as they were pushed: none is translated to another media type. `acceptedMediaTypes` asks for such
 * a translation; where Amazon ECR has none, it gives what there is as well.
 */
export function batchGetImage({ blobs }: EcrParts): EcrHandler<"BatchGetImage"> {
  return async (input, ctx) => {
    const { id, account, name } = (await requireRepository(ctx, input)).value;
    const images: Image[] = [];
    const failures: ImageFailure[] = [];
    for (const imageId of input.imageIds) {
      const { image, failure } = findImage(ctx.store, id, imageId);
      if (failure !== undefined) {
        failures.push(failure);
        continue;
      }
      if (statusOf(image.value) === "ARCHIVED") {
        failures.push(failed(imageId, "ImageInaccessible", "The image is archived: restore it first").failure);
        continue;
      }
      const { digest, mediaType } = image.value;
      await notePull(ctx, { id, name }, ctx.caller, digest);
      images.push({
        registryId: account,
        repositoryName: name,
        imageId: { imageDigest: digest, ...(imageId.imageTag !== undefined && { imageTag: imageId.imageTag }) },
        imageManifest: (await blobs.readWhole(digest, maxManifestBytes)).toString("utf8"),
        imageManifestMediaType: mediaType,
      });
    }
    return { images, failures };
  };
}
