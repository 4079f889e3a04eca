import type { ImageReplicationStatus } from "#generated/ecr/types.ts";
import { replications, within } from "../model.ts";
import { requireRepository } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";
import { describeImageId, requireImage } from "../request/images.ts";

export const DescribeImageReplicationStatus: EcrHandler<"DescribeImageReplicationStatus"> = async (input, ctx) => {
  const repository = (await requireRepository(ctx, input)).value;
  const image = requireImage(ctx.store, repository, input.imageId).value;
  const replicationStatuses = ctx.store
    .view(replications)
    .by("image", within(repository.id, image.digest))
    .map(
      ({ value: { destination, status, failureCode } }): ImageReplicationStatus => ({
        ...{ region: destination.region, registryId: destination.account, status },
        ...(failureCode !== undefined && { failureCode }),
      }),
    );
  return {
    repositoryName: repository.name,
    imageId: describeImageId(image, input.imageId),
    replicationStatuses,
  };
};
