import type { Scanned, ScanPart } from "#services/logs/index.ts";

/** What the threads that scan for queries are told, and what they tell. */
export type ToWorker = { readonly scan: ScanPart } | { readonly forget: string };

export type FromWorker =
  | { readonly scanned: Scanned }
  | {
      readonly failed: {
        readonly kind: "too-large" | "driver" | "bug";
        readonly reason: string;
        readonly message: string;
      };
    };

/** What a thread is started with. */
export interface WorkerStart {
  /** Where the segments of log groups are. */
  readonly folder: string;
}
