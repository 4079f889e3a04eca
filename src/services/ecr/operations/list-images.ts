import type { ImageIdentifier } from "#generated/ecr/types.ts";
import { manifests } from "../model.ts";
import { requireRepository } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";
import { tagsOfImage } from "../request/images.ts";
import { listPage } from "../request/pages.ts";
import { takesStatus } from "../request/status.ts";

/** One identifier for each tag, and one for each image without. */
export const ListImages: EcrHandler<"ListImages"> = async (input, ctx) => {
  const { id } = (await requireRepository(ctx, input)).value;
  const { tagStatus = "ANY", imageStatus } = input.filter ?? {};
  const images = ctx.store.view(manifests).by("repository", id);
  const all = images.flatMap(({ value }): ImageIdentifier[] => {
    if (!takesStatus(imageStatus, value)) return [];
    const imageDigest = value.digest;
    const tags = tagsOfImage(ctx.store, value);
    if (tags.length === 0) return tagStatus === "TAGGED" ? [] : [{ imageDigest }];
    return tagStatus === "UNTAGGED" ? [] : tags.map((imageTag) => ({ imageDigest, imageTag }));
  });
  const scope = `ListImages ${id} ${tagStatus} ${imageStatus}`;
  const position = ({ imageDigest, imageTag = "" }: ImageIdentifier) => `${imageDigest} ${imageTag}`;
  const { items, nextToken } = listPage(scope, input, all, position);
  return { imageIds: items, ...(nextToken && { nextToken }) };
};
