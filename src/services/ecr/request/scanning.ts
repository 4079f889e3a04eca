import type { ImageScanFindingsSummary, ImageScanStatus } from "#generated/ecr/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { ImageScanner } from "#kernel/image-scan.ts";
import type { ScanRecord, ScanResult } from "../model.ts";

/** Without a scanner nobody is to believe that images are scanned. */
export async function requireScanner(scanner: ImageScanner): Promise<void> {
  if ((await scanner.installed()) !== undefined) return;
  const words = "Scanning of images is not available on this platform: neither trivy nor grype is in its PATH.";
  throw new Fault("ValidationException", words);
}

export function describeScanStatus({ status, description }: ScanRecord): ImageScanStatus {
  return { status, ...(description !== undefined && { description }) };
}

export function describeScanResult({ completedAt, sourceUpdatedAt, counts }: ScanResult): ImageScanFindingsSummary {
  return {
    imageScanCompletedAt: completedAt,
    ...(sourceUpdatedAt !== undefined && { vulnerabilitySourceUpdatedAt: sourceUpdatedAt }),
    findingSeverityCounts: counts,
  };
}
