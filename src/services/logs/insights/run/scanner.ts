import { setImmediate as nextTurn } from "node:timers/promises";
import type { DataFiles } from "#kernel/data-files.ts";
import { type BlockRun, readRun } from "../../segments/runs.ts";
import { type CompiledQuery, compileQuery } from "../language/query.ts";
import { type Found, Scan, type ScanCounts, type ScannedGroup, type ScanQuery } from "./scan.ts";
import type { Bound } from "./top-events.ts";

/** A part of a query: a run of blocks of one of its log groups. Plain data. */
export interface ScanPart {
  readonly query: ScanQuery;
  readonly group: ScannedGroup;
  /** The group's place in the query. */
  readonly place: number;
  readonly run: BlockRun;
  /** Nothing behind it is wanted. */
  readonly bound: Bound | undefined;
}

export interface Scanned {
  readonly counts: ScanCounts;
  readonly found: Found;
}

/** Scans parts of queries, several at a time. */
export interface QueryScanner {
  /** How many parts it is worth to ask for at once. */
  readonly parallelism: number;
  /** Rejects with a `QueryTooLarge`, or a `DriverError` of the storage. */
  scan(part: ScanPart): Promise<Scanned>;
  /** Nothing more comes of this query. */
  forget(queryId: string): void;
  close(): Promise<void>;
}

/** Scans in this thread, block by block: others have their turn in between. */
export function createLocalScanner(files: DataFiles): QueryScanner {
  const compiled = new Map<string, CompiledQuery>();
  const compile = ({ id, text, now, limit }: ScanQuery): CompiledQuery => {
    const known = compiled.get(id) ?? compileQuery(text, { now, limit });
    compiled.set(id, known);
    return known;
  };
  return {
    parallelism: 1,
    async scan({ query, group, place, run, bound }) {
      const scan = new Scan(compile(query), group, place, bound);
      const blocks = run.blocks.filter((block) => !scan.passes(block));
      for await (const block of readRun(files, { ...run, blocks })) {
        scan.take(block);
        await nextTurn();
      }
      return { counts: scan.counts, found: scan.found };
    },
    forget: (queryId) => void compiled.delete(queryId),
    async close() {},
  };
}
