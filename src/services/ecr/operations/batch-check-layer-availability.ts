import type { Layer, LayerFailure } from "#generated/ecr/types.ts";
import { digestAlgorithm } from "#kernel/blob-store.ts";
import { blobLinkKey, blobLinks } from "../model.ts";
import { requireRepository } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";
import { layerStatus } from "../request/layers.ts";

const mediaType = "application/vnd.docker.image.rootfs.diff.tar.gzip";

export const BatchCheckLayerAvailability: EcrHandler<"BatchCheckLayerAvailability"> = async (input, ctx) => {
  const { id } = (await requireRepository(ctx, input)).value;
  const layers: Layer[] = [];
  const failures: LayerFailure[] = [];
  for (const layerDigest of input.layerDigests) {
    if (digestAlgorithm(layerDigest) === undefined) {
      const words = "layer digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'";
      const failureReason = `Invalid request parameters: ${words}`;
      failures.push({ layerDigest, failureCode: "InvalidLayerDigest", failureReason });
      continue;
    }
    const link = ctx.store.view(blobLinks).get(blobLinkKey(id, layerDigest))?.value;
    layers.push(
      link === undefined
        ? { layerDigest, layerAvailability: "UNAVAILABLE" }
        : { layerDigest, layerAvailability: layerStatus(ctx.store, link), layerSize: link.sizeBytes, mediaType },
    );
  }
  return { layers, failures };
};
