import { digestAlgorithm } from "#kernel/blob-store.ts";
import { Fault } from "#kernel/fault.ts";
import { layerPath } from "#kernel/layer-url.ts";
import { blobLinkKey, blobLinks } from "../model.ts";
import { requireRepository } from "../request/find.ts";
import type { EcrHandler, EcrParts } from "../request/handler.ts";
import { imagesWith, layerStatus } from "../request/layers.ts";

const urlHours = 1;

/** A URL on the platform itself, by which whoever has it can download the layer for an hour. */
export function getDownloadUrlForLayer({ box }: EcrParts): EcrHandler<"GetDownloadUrlForLayer"> {
  return async (input, ctx) => {
    const { id, name, account } = (await requireRepository(ctx, input)).value;
    const { layerDigest } = input;
    const isDigest = digestAlgorithm(layerDigest) !== undefined;
    const link = isDigest ? ctx.store.view(blobLinks).get(blobLinkKey(id, layerDigest))?.value : undefined;
    const which = `The layer with digest '${layerDigest}'`;
    const where = `in the repository with name '${name}' in the registry with id '${account}'`;
    if (link === undefined) throw new Fault("LayersNotFoundException", `${which} does not exist ${where}`);
    if (imagesWith(ctx.store, link).length === 0) {
      throw new Fault("LayerInaccessibleException", `${which} is not associated with an image ${where}`);
    }
    if (layerStatus(ctx.store, link) === "ARCHIVED") {
      throw new Fault("LayerInaccessibleException", `${which} is archived ${where}`);
    }
    const path = layerPath(box, { digest: layerDigest, expiresAt: ctx.clock.now() + urlHours * 3_600_000 });
    return { downloadUrl: `${ctx.endpoint}${path}`, layerDigest };
  };
}
