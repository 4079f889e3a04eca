import type { DescribeImagesRequest, ImageDetail, ImageIdentifier } from "#generated/ecr/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import {
  digestsOf,
  type ManifestRecord,
  manifestKey,
  manifests,
  pullTimeKey,
  pullTimes,
  type RepositoryRecord,
  scanKey,
  scans,
  statusOf,
} from "../model.ts";
import { requireRepository } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";
import { requireImage, tagsOfImage } from "../request/images.ts";
import { listPage } from "../request/pages.ts";
import { describeScanResult, describeScanStatus } from "../request/scanning.ts";
import { takesStatus } from "../request/status.ts";

export const DescribeImages: EcrHandler<"DescribeImages"> = async (input, ctx) => {
  const repository = (await requireRepository(ctx, input)).value;
  const found = input.imageIds ? named(input.imageIds, repository, ctx) : filtered(input, repository, ctx);
  const scope = `DescribeImages ${repository.id} ${JSON.stringify([input.imageIds, input.filter])}`;
  const { items, nextToken } = listPage(scope, input, found, ({ digest }) => digest);
  return {
    imageDetails: items.map((manifest) => describe(manifest, repository, ctx)),
    ...(nextToken && { nextToken }),
  };
};

function named(
  imageIds: readonly ImageIdentifier[],
  repository: RepositoryRecord,
  { store }: RequestContext,
): readonly ManifestRecord[] {
  const found = imageIds.map((imageId) => requireImage(store, repository, imageId).value);
  return [...new Map(found.map((manifest) => [manifest.digest, manifest])).values()];
}

function filtered(
  { filter }: DescribeImagesRequest,
  { id }: RepositoryRecord,
  { store }: RequestContext,
): readonly ManifestRecord[] {
  const { tagStatus = "ANY", imageStatus } = filter ?? {};
  return store
    .view(manifests)
    .by("repository", id)
    .map(({ value }) => value)
    .filter((manifest) => takesStatus(imageStatus, manifest))
    .filter((manifest) => tagStatus === "ANY" || tagsOfImage(store, manifest).length > 0 === (tagStatus === "TAGGED"));
}

/**
 * As the registry stores it: the manifest, the configuration and the layers; of an index the largest of the images that
 * it names and that are here (API_ImageDetail: "the max size of all manifests in the list").
 */
function sizeOf(store: RequestContext["store"], manifest: ManifestRecord): number {
  const { repositoryId } = manifest;
  const below = new Set(digestsOf(manifest.manifests));
  let largest = 0;
  // The set grows while indexes among them are found: each image is looked at once, however indexes are nested.
  for (const digest of below) {
    const child = store.view(manifests).get(manifestKey(repositoryId, digest))?.value;
    if (child === undefined) continue;
    for (const each of digestsOf(child.manifests)) below.add(each);
    largest = Math.max(largest, ownSize(child));
  }
  return largest || ownSize(manifest);
}

function ownSize({ blobs, sizeBytes }: ManifestRecord): number {
  return blobs.reduce((sum, blob) => sum + blob.sizeBytes, sizeBytes);
}

function describe(manifest: ManifestRecord, { account, name }: RepositoryRecord, ctx: RequestContext): ImageDetail {
  const imageTags = tagsOfImage(ctx.store, manifest);
  const { artifactType, archival } = manifest;
  const scan = ctx.store.view(scans).get(scanKey(manifest.repositoryId, manifest.digest))?.value;
  const pulled = ctx.store.view(pullTimes).get(pullTimeKey(manifest.repositoryId, manifest.digest))?.value;
  return {
    registryId: account,
    repositoryName: name,
    imageDigest: manifest.digest,
    ...(imageTags.length > 0 && { imageTags }),
    imageSizeInBytes: sizeOf(ctx.store, manifest),
    imagePushedAt: manifest.pushedAt,
    imageManifestMediaType: manifest.mediaType,
    ...(artifactType !== undefined && { artifactMediaType: artifactType }),
    ...(manifest.subject !== undefined && { subjectManifestDigest: manifest.subject }),
    ...(scan && { imageScanStatus: describeScanStatus(scan) }),
    ...(scan?.result && { imageScanFindingsSummary: describeScanResult(scan.result) }),
    ...(pulled && { lastRecordedPullTime: pulled.pulledAt }),
    imageStatus: statusOf(manifest),
    ...(archival && { lastArchivedAt: archival.archivedAt }),
    ...(archival?.activatedAt !== undefined && { lastActivatedAt: archival.activatedAt }),
  };
}
