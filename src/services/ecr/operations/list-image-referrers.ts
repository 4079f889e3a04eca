import type { ImageReferrer, ListImageReferrersFilter } from "#generated/ecr/types.ts";
import { listReferrers } from "../catalog/manifests.ts";
import { type ManifestRecord, statusOf } from "../model.ts";
import { requireRepository } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { takesStatus } from "../request/status.ts";

const defaultLimit = 20;

/** The artifacts that are about an image, such as signatures and bills of materials. */
export const ListImageReferrers: EcrHandler<"ListImageReferrers"> = async (input, ctx) => {
  const repository = (await requireRepository(ctx, input)).value;
  const { subjectId, filter, maxResults = defaultLimit } = input;
  const found = listReferrers(ctx.store, repository, subjectId.imageDigest).filter((each) => fits(each, filter));
  const scope = `ListImageReferrers ${repository.id} ${JSON.stringify([subjectId, filter])}`;
  const { items, nextToken } = listPage(scope, { ...input, maxResults }, found, ({ digest }) => digest);
  return { referrers: items.map(describe), ...(nextToken && { nextToken }) };
};

function fits(
  manifest: ManifestRecord,
  { artifactTypes = [], artifactStatus }: ListImageReferrersFilter = {},
): boolean {
  const hasType = artifactTypes.length === 0 || artifactTypes.includes(manifest.artifactType ?? "");
  return hasType && takesStatus(artifactStatus, manifest);
}

function describe(manifest: ManifestRecord): ImageReferrer {
  const { digest, mediaType, sizeBytes, artifactType, annotations } = manifest;
  return {
    ...{ digest, mediaType, size: sizeBytes },
    ...(artifactType && { artifactType }),
    ...(annotations !== undefined && { annotations }),
    artifactStatus: statusOf(manifest),
  };
}
