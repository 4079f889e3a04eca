import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { type Entry, eachOnce } from "#kernel/store.ts";
import { withArtifacts } from "../catalog/removal.ts";
import {
  activated,
  archived,
  digestsOf,
  type ManifestRecord,
  manifestKey,
  manifests,
  statusOf,
  within,
} from "../model.ts";
import { requireRepository } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";
import { describeImageId, requireImage } from "../request/images.ts";

/** An archived image stays where it is, and cannot be pulled; it is back as soon as it is asked for. */
export const UpdateImageStorageClass: EcrHandler<"UpdateImageStorageClass"> = async (input, ctx) => {
  const repository = (await requireRepository(ctx, input)).value;
  const image = requireImage(ctx.store, repository, input.imageId);
  const isToGo = input.targetStorageClass === "ARCHIVE";
  if (isToGo) refuseForIndex(image, ctx);
  const now = ctx.clock.now();
  const from = isToGo ? "ACTIVE" : "ARCHIVED";
  const concerned = [...withArtifacts(ctx.store, image), ...(isToGo ? [] : childrenOf(image, ctx))];
  // An index may name an image twice, or by another index.
  const changing = eachOnce(concerned).filter(({ value }) => statusOf(value) === from);
  await ctx.store.commit({
    unchanged: [image, ...changing.filter(({ key }) => key !== image.key)],
    put: changing.map(({ key, value }) => ({ key, value: isToGo ? archived(value, now) : activated(value, now) })),
  });
  return {
    registryId: repository.account,
    repositoryName: repository.name,
    imageId: describeImageId(image.value, input.imageId),
    imageStatus: isToGo ? "ARCHIVED" : "ACTIVE",
  };
};

/** The images of an index, and of those that it names: it is of no use without them. */
function childrenOf({ value }: Entry<ManifestRecord>, ctx: RequestContext): readonly Entry<ManifestRecord>[] {
  return digestsOf(value.manifests).flatMap((digest) => {
    const child = ctx.store.view(manifests).get(manifestKey(value.repositoryId, digest));
    return child === undefined ? [] : [child, ...childrenOf(child, ctx)];
  });
}

/** Whoever pulls an index pulls an image of it. */
function refuseForIndex({ value }: Entry<ManifestRecord>, { store }: RequestContext): void {
  const parents = store.view(manifests).by("child", within(value.repositoryId, value.digest));
  const active = parents.find((parent) => statusOf(parent.value) === "ACTIVE");
  if (active === undefined) return;
  const words = `The image is referenced by the manifest list ${active.value.digest}, which is not archived.`;
  throw new Fault("ImageStorageClassUpdateNotSupportedException", words);
}
