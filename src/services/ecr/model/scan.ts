import type { FindingSeverity } from "#generated/ecr/types.ts";
import { type Collection, type Key, keyOf } from "#kernel/store.ts";

/** The scan of an image. Times are milliseconds since the epoch. */
export interface ScanRecord {
  readonly repositoryId: string;
  readonly digest: string;
  readonly status: "IN_PROGRESS" | "COMPLETE" | "FAILED" | "UNSUPPORTED_IMAGE";
  /** Why it is so, for people. */
  readonly description?: string;
  readonly requestedAt: number;
  /** Of the last one that was completed. */
  readonly result?: ScanResult;
}

export interface ScanResult {
  readonly completedAt: number;
  /** When the scanner's knowledge was made. */
  readonly sourceUpdatedAt?: number;
  readonly counts: Readonly<Partial<Record<FindingSeverity, number>>>;
  /** The findings, as JSON in the blob store: there may be thousands. */
  readonly findingsDigest: string;
}

const anew = [
  ["COMPLETE", "IN_PROGRESS"],
  ["FAILED", "IN_PROGRESS"],
] as const;

/** Index `repository`: by its id. */
export const scans: Collection<ScanRecord, "repository"> = {
  name: "ecr/scan",
  indexes: { repository: ({ repositoryId }) => repositoryId },
  machines: [
    {
      state: ({ status }) => status,
      initial: ["IN_PROGRESS", "UNSUPPORTED_IMAGE"],
      transitions: {
        "ecr.scan": [
          ["IN_PROGRESS", "COMPLETE"],
          ["IN_PROGRESS", "FAILED"],
        ],
        api: anew,
        registry: anew,
      },
      removable: true,
    },
  ],
};

export function scanKey(repositoryId: string, digest: string): Key<ScanRecord> {
  return keyOf(scans, repositoryId, digest);
}
