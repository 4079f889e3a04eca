import type { BlobStore } from "#kernel/blob-store.ts";
import { type Controller, watch } from "#kernel/controller.ts";
import { DriverError } from "#kernel/fault.ts";
import type { ImageScanner } from "#kernel/image-scan.ts";
import type { Key } from "#kernel/store.ts";
import { manifestKey, manifests, type ScanRecord, scans, statusOf } from "../model.ts";
import { storeFindings } from "./findings.ts";

export interface ScanParts {
  readonly blobs: BlobStore;
  readonly scanner: ImageScanner;
}

/** Has images scanned whose scan has been asked for. A scan that the end of the platform breaks off begins anew. */
export function scanController({ blobs, scanner }: ScanParts): Controller {
  return {
    name: "ecr.scan",
    watches: [watch(scans, ({ key, value }) => (value.status === "IN_PROGRESS" ? [key] : []))],
    async reconcile(key, { store, clock, log }) {
      const scan = await store.get(key as Key<ScanRecord>);
      if (scan.value?.status !== "IN_PROGRESS") return;
      const { repositoryId, digest, requestedAt, result: last } = scan.value;
      const image = store.view(manifests).get(manifestKey(repositoryId, digest))?.value;
      if (image === undefined) {
        await store.commit({ unchanged: [scan], remove: [scan.key] });
        return;
      }
      const common = { repositoryId, digest, requestedAt };
      let value: ScanRecord;
      try {
        if (statusOf(image) === "ARCHIVED") throw new DriverError("Failed", "The image is archived.");
        const result = await storeFindings(blobs, await scanner.scan(image), clock.now());
        value = { ...common, status: "COMPLETE", description: "The scan was completed successfully.", result };
      } catch (error) {
        if (!(error instanceof DriverError) || error.reason === "Aborted") throw error;
        log.warn("An image could not be scanned", { digest, reason: error.message });
        value = { ...common, status: "FAILED", description: error.message, ...(last && { result: last }) };
      }
      await store.commit({ unchanged: [scan], put: [{ key: scan.key, value }] });
    },
  };
}
