import { Fault } from "#kernel/fault.ts";
import { scanKey, scans } from "../model.ts";
import { requireRepository } from "../request/find.ts";
import type { EcrHandler, EcrParts } from "../request/handler.ts";
import { describeImageId, requireImage, textOf } from "../request/images.ts";
import { listPage } from "../request/pages.ts";
import { describeScanResult, describeScanStatus } from "../request/scanning.ts";
import { readFindings } from "../scan/findings.ts";

/** The findings of the last scan that was completed, the worst first. */
export function describeImageScanFindings({ blobs }: EcrParts): EcrHandler<"DescribeImageScanFindings"> {
  return async (input, ctx) => {
    const repository = (await requireRepository(ctx, input)).value;
    const { id, name, account } = repository;
    const image = requireImage(ctx.store, repository, input.imageId).value;
    const scan = ctx.store.view(scans).get(scanKey(id, image.digest))?.value;
    if (scan === undefined) {
      const where = `in the repository with name '${name}' in the registry with id '${account}'`;
      const words = `Image scan does not exist for the image with '${textOf(input.imageId)}' ${where}`;
      throw new Fault("ScanNotFoundException", words);
    }
    const { result } = scan;
    const findings = result === undefined ? [] : await readFindings(blobs, result);
    const places = findings.map((finding, i) => ({ finding, place: String(i).padStart(9, "0") }));
    const scope = `DescribeImageScanFindings ${result?.findingsDigest}`;
    const { items, nextToken } = listPage(scope, input, places, ({ place }) => place);
    return {
      ...{ registryId: account, repositoryName: name, imageId: describeImageId(image, input.imageId) },
      imageScanStatus: describeScanStatus(scan),
      ...(result !== undefined && {
        imageScanFindings: { ...describeScanResult(result), findings: items.map(({ finding }) => finding) },
      }),
      ...(nextToken && { nextToken }),
    };
  };
}
