import { requireRepository } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";
import { describeImageId, requireImage } from "../request/images.ts";

/** The platform signs no image: there is no profile to tell a status for. */
export const DescribeImageSigningStatus: EcrHandler<"DescribeImageSigningStatus"> = async (input, ctx) => {
  const repository = (await requireRepository(ctx, input)).value;
  const image = requireImage(ctx.store, repository, input.imageId);
  return {
    registryId: repository.account,
    repositoryName: repository.name,
    imageId: describeImageId(image.value, input.imageId),
    signingStatuses: [],
  };
};
