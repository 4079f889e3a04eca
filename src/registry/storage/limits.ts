/** What blob stores of every kind are told. */
export interface BlobStoreLimits {
  /** How long a blob stays after somebody has asked to keep it; see `collect.ts`. */
  readonly graceSeconds?: number;
  /** When an upload to which nothing is added counts as given up. */
  readonly uploadExpirySeconds?: number;
  readonly maxBlobBytes?: number;
}

/** An hour, a day, and ECR's own limit for a layer. */
export function blobStoreLimits(given: BlobStoreLimits): Required<BlobStoreLimits> {
  const { graceSeconds = 3600, uploadExpirySeconds = 24 * 3600, maxBlobBytes = 52_000 * 2 ** 20 } = given;
  return { graceSeconds, uploadExpirySeconds, maxBlobBytes };
}
