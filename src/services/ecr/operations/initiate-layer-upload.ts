import { requireRepository } from "../request/find.ts";
import type { EcrHandler, EcrParts } from "../request/handler.ts";

/** The size of the parts that clients are asked to send, the last one excepted. */
const partSize = 10 * 2 ** 20;

export function initiateLayerUpload({ blobs }: EcrParts): EcrHandler<"InitiateLayerUpload"> {
  return async (input, ctx) => {
    const { id } = (await requireRepository(ctx, input)).value;
    return { uploadId: await blobs.startUpload(id), partSize };
  };
}
