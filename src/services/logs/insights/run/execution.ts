import type { BlockRun } from "../../segments/runs.ts";
import type { CompiledQuery } from "../language/query.ts";
import { type ResultRows, runOnRows } from "../language/result-rows.ts";
import { fieldName } from "../language/row.ts";
import type { Groups } from "../language/stats.ts";
import { toText } from "../language/values.ts";
import { bytesOf, mostHeldBytes, tooMuchFound } from "./held-bytes.ts";
import type { Found, ScanCounts, ScannedGroup, ScanQuery } from "./scan.ts";
import type { QueryScanner } from "./scanner.ts";
import { type EventPlace, TopEvents } from "./top-events.ts";

/** A row of results: fields with their values, those without one left out. */
export type ResultFields = readonly { readonly field: string; readonly value: string }[];

export interface PinnedRun {
  readonly group: ScannedGroup;
  /** The group's place in the query. */
  readonly place: number;
  readonly run: BlockRun;
}

/** What a query has found so far. */
export class Findings {
  readonly #query: CompiledQuery;
  readonly #now: number;
  #top: TopEvents | undefined;
  readonly #groups: Groups = new Map();
  readonly #mostBytes: number;
  /** At most so much is held: what came together is counted, and measured when that is too much. */
  #bytes = 0;
  #counts = { recordsScanned: 0, recordsMatched: 0, bytesScanned: 0 };

  constructor(query: CompiledQuery, now: number, mostBytes = mostHeldBytes) {
    this.#query = query;
    this.#mostBytes = mostBytes;
    this.#now = now;
    this.#top = query.kind === "events" ? new TopEvents(query) : undefined;
  }

  get counts(): ScanCounts {
    return this.#counts;
  }

  get bound() {
    return this.#top?.bound;
  }

  /** Adds what a part of the events has. Throws a `QueryTooLarge`. */
  add(counts: ScanCounts, found: Found): void {
    const { recordsScanned, recordsMatched, bytesScanned } = this.#counts;
    this.#counts = {
      recordsScanned: recordsScanned + counts.recordsScanned,
      recordsMatched: recordsMatched + counts.recordsMatched,
      bytesScanned: bytesScanned + counts.bytesScanned,
    };
    if (found.kind === "events") this.#top?.merge(found.events);
    else if (this.#query.kind === "stats") this.#query.stats.merge(this.#groups, found.groups);
    this.#checkBytes(found);
  }

  /** Measured again only when as much has come as was free: what is near the limit counts as beyond it. */
  #checkBytes(added: Found): void {
    this.#bytes += bytesOf(added.kind === "events" ? added.events : added.groups);
    if (this.#bytes <= this.#mostBytes) return;
    this.#bytes = bytesOf(this.#top?.events ?? this.#groups);
    if (this.#bytes <= 0.75 * this.#mostBytes) return;
    throw tooMuchFound(this.#mostBytes);
  }

  /** Forgets what was found, but not what was counted. */
  clear(): void {
    this.#top = undefined;
    this.#groups.clear();
    this.#bytes = 0;
  }

  /** The results in their order, as far as they are known. `pointer` makes the value of `@ptr`. */
  rows(pointer: (place: EventPlace) => string): ResultFields[] {
    if (this.#query.kind === "events") {
      const { visible } = this.#query;
      return this.#top!.events.map((event) => {
        const shown = visible.flatMap(({ name }, i) => fieldOf(name, toText(event.values[i])));
        return [...shown.filter(({ field }) => field !== "@ptr"), { field: "@ptr", value: pointer(event) }];
      });
    }
    const { stats, rest, limit } = this.#query;
    const start: ResultRows = { rows: stats.rows(this.#groups), names: stats.names };
    const { rows, names } = runOnRows(start, rest, { now: this.#now });
    const fields = names.map(fieldName);
    return rows.slice(0, limit).map((row) => fields.flatMap((field) => fieldOf(field.name, toText(row.get(field)))));
  }
}

function fieldOf(field: string, value: string | undefined): { field: string; value: string }[] {
  return value === undefined ? [] : [{ field, value }];
}

/** Has all runs scanned, the newest first, and gathers what is found. Ends early when the signal aborts. */
export async function scanAll(
  query: ScanQuery,
  runs: readonly PinnedRun[],
  parts: { readonly scanner: QueryScanner; readonly findings: Findings; readonly signal: AbortSignal },
): Promise<void> {
  const { scanner, findings, signal } = parts;
  const queue = runs.toSorted((a, b) => b.run.maxTimestamp - a.run.maxTimestamp).values();
  const ended = new AbortController();
  const isOver = () => signal.aborted || ended.signal.aborted;
  const work = async () => {
    try {
      for (const { group, place, run } of queue) {
        if (isOver()) return;
        const { counts, found } = await scanner.scan({ query, group, place, run, bound: findings.bound });
        if (isOver()) return;
        findings.add(counts, found);
      }
    } catch (error) {
      ended.abort();
      throw error;
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: scanner.parallelism }, work));
  for (const worker of workers) if (worker.status === "rejected") throw worker.reason;
}
