import type { ImageIdentifier, LifecyclePolicyPreviewResult } from "#generated/ecr/types.ts";
import { Fault } from "#kernel/fault.ts";
import { type AffectedImage, affectedImages } from "../lifecycle/images.ts";
import { statusOf } from "../model.ts";
import { requireRepository } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";

/** The images that the policy would expire or archive now. */
export const GetLifecyclePolicyPreview: EcrHandler<"GetLifecyclePolicyPreview"> = async (input, ctx) => {
  const { id, name, account, lifecyclePreview: text } = (await requireRepository(ctx, input)).value;
  if (text === undefined) {
    const where = `for the repository with name '${name}' in the registry with id '${account}'`;
    throw new Fault("LifecyclePolicyPreviewNotFoundException", `Lifecycle policy preview does not exist ${where}`);
  }
  const affected = affectedImages(ctx.store, id, text, ctx.clock.now());
  const expiring = affected.filter(({ action }) => action === "expire");
  const { imageIds, filter } = input;
  const tagStatus = filter?.tagStatus ?? "ANY";
  const found = affected
    .map(describe)
    .filter((result) => imageIds === undefined || imageIds.some((imageId) => isOf(imageId, result)))
    .filter(({ imageTags }) => tagStatus === "ANY" || imageTags!.length > 0 === (tagStatus === "TAGGED"));
  const scope = `GetLifecyclePolicyPreview ${id} ${JSON.stringify([imageIds, filter])}`;
  const { items, nextToken } = listPage(scope, input, found, ({ imageDigest }) => imageDigest!);
  return {
    registryId: account,
    repositoryName: name,
    lifecyclePolicyText: text,
    status: "COMPLETE",
    previewResults: items,
    summary: {
      expiringImageTotalCount: expiring.length,
      ...(affected.length > expiring.length && {
        transitioningImageTotalCounts: [
          { targetStorageClass: "ARCHIVE", imageTotalCount: affected.length - expiring.length },
        ],
      }),
    },
    ...(nextToken && { nextToken }),
  };
};

function describe({ image, tags, rulePriority, action }: AffectedImage): LifecyclePolicyPreviewResult {
  return {
    imageTags: tags,
    imageDigest: image.value.digest,
    imagePushedAt: image.value.pushedAt,
    action: action === "expire" ? { type: "EXPIRE" } : { type: "TRANSITION", targetStorageClass: "ARCHIVE" },
    appliedRulePriority: rulePriority,
    storageClass: statusOf(image.value) === "ARCHIVED" ? "ARCHIVE" : "STANDARD",
  };
}

function isOf({ imageDigest, imageTag }: ImageIdentifier, result: LifecyclePolicyPreviewResult): boolean {
  return (
    (imageDigest === undefined || imageDigest === result.imageDigest) &&
    (imageTag === undefined || result.imageTags!.includes(imageTag))
  );
}
