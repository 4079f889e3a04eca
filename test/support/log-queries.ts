import { type Clock, systemClock } from "#kernel/clock.ts";
import { silentLog } from "#kernel/controller.ts";
import type { DataFiles } from "#kernel/data-files.ts";
import { createLocalScanner, LogQueries, LogStorage, type QueryScanner } from "#services/logs/index.ts";

export interface LogPartsOptions {
  readonly files: DataFiles;
  readonly clock?: Clock;
  /** By default in this thread. */
  readonly scanner?: QueryScanner;
}

/** The storage of logs, and what runs queries on it. */
export function logParts({ files, clock = systemClock(), scanner = createLocalScanner(files) }: LogPartsOptions) {
  const storage = new LogStorage({ files });
  const queries = new LogQueries({ storage, scanner, clock, log: silentLog });
  return { storage, queries, policyFault: () => undefined };
}
