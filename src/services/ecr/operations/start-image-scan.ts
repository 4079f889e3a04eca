import { Fault } from "#kernel/fault.ts";
import { type ScanRecord, scanKey, statusOf } from "../model.ts";
import { requireRepository } from "../request/find.ts";
import type { EcrHandler, EcrParts } from "../request/handler.ts";
import { describeImageId, requireImage } from "../request/images.ts";
import { describeScanStatus, requireScanner } from "../request/scanning.ts";
import { isScannable } from "../scan/rules.ts";

const dayMs = 86_400_000;

/** Once in 24 hours for an image, the scan when it was pushed included; one that has failed may be tried again. */
export function startImageScan({ scanner }: EcrParts): EcrHandler<"StartImageScan"> {
  return async (input, ctx) => {
    const repository = (await requireRepository(ctx, input)).value;
    const image = requireImage(ctx.store, repository, input.imageId);
    const { digest } = image.value;
    if (statusOf(image.value) === "ARCHIVED") {
      throw new Fault("ImageArchivedException", "The specified image is archived and cannot be scanned.");
    }
    if (!isScannable(image.value)) {
      throw new Fault("UnsupportedImageTypeException", "The image is of a type that cannot be scanned.");
    }
    await requireScanner(scanner);
    const now = ctx.clock.now();
    const known = await ctx.store.get(scanKey(repository.id, digest));
    if (known.value !== undefined && known.value.status !== "FAILED" && now - known.value.requestedAt < dayMs) {
      throw new Fault("LimitExceededException", "The scan quota per image has been exceeded. Wait and try again.");
    }
    const { result } = known.value ?? {};
    const value: ScanRecord = {
      ...{ repositoryId: repository.id, digest, status: "IN_PROGRESS", requestedAt: now },
      ...(result !== undefined && { result }),
    };
    await ctx.store.commit({ unchanged: [known, image], put: [{ key: known.key, value }] });
    return {
      registryId: repository.account,
      repositoryName: repository.name,
      imageId: describeImageId(image.value, input.imageId),
      imageScanStatus: describeScanStatus(value),
    };
  };
}
