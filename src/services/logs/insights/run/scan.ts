import { recordsOf } from "../../segments/blocks.ts";
import { forEachEvent, messageBytesOf, type RecordView } from "../../segments/record.ts";
import type { RunBlock } from "../../segments/runs.ts";
import type { CompiledQuery } from "../language/query.ts";
import type { Groups } from "../language/stats.ts";
import { EventRow, type ScannedEvent } from "./event-row.ts";
import { Clues } from "./needles.ts";
import { type Bound, type KeptEvent, TopEvents } from "./top-events.ts";

/** A query as it is given to whoever scans: plain data. Times are milliseconds since the epoch. */
export interface ScanQuery {
  readonly id: string;
  readonly text: string;
  readonly limit: number | undefined;
  readonly now: number;
}

export interface ScannedGroup {
  readonly groupId: string;
  /** What `@log` says: `000000000000:/app`. */
  readonly log: string;
  /** The streams that there are, by their ids. */
  readonly streams: ReadonlyMap<string, string>;
  /** Inclusive. */
  readonly startTime: number;
  /** Exclusive. */
  readonly endTime: number;
}

export interface ScanCounts {
  readonly recordsScanned: number;
  readonly recordsMatched: number;
  readonly bytesScanned: number;
}

/** What was found in a part of the events, as plain data. */
export type Found =
  | { readonly kind: "events"; readonly events: readonly KeptEvent[] }
  | { readonly kind: "stats"; readonly groups: Groups };

/** Scans blocks of one log group for a query, and gathers what belongs to the results. */
export class Scan {
  readonly #query: CompiledQuery;
  readonly #group: ScannedGroup;
  readonly #place: number;
  readonly #top: TopEvents | undefined;
  readonly #groups: Groups = new Map();
  readonly #row = new EventRow();
  readonly #counts = { recordsScanned: 0, recordsMatched: 0, bytesScanned: 0 };
  readonly #skipsBehindBound: boolean;

  /** `place` is the group's in the query; behind `bound` nothing is wanted. */
  constructor(query: CompiledQuery, group: ScannedGroup, place: number, bound?: Bound) {
    this.#query = query;
    this.#group = group;
    this.#place = place;
    this.#top = query.kind === "events" ? new TopEvents(query, bound) : undefined;
    this.#skipsBehindBound = query.kind === "events" && query.takesAll && query.isNewestFirst;
  }

  get counts(): ScanCounts {
    return this.#counts;
  }

  get found(): Found {
    if (this.#top !== undefined) return { kind: "events", events: this.#top.events };
    return { kind: "stats", groups: this.#groups };
  }

  /** Counts a block unread that has nothing for the results. */
  passes({ content, maxTimestamp }: RunBlock): boolean {
    if (content === undefined || !this.#isBehind(maxTimestamp)) return false;
    this.#counts.recordsScanned += content.eventCount;
    this.#counts.bytesScanned += content.messageBytes;
    this.#counts.recordsMatched += content.eventCount;
    return true;
  }

  /** Takes in the records of a block. */
  take(block: Buffer): void {
    const clues = new Clues(block, this.#query.clues);
    for (const record of recordsOf(block)) {
      const logStream = this.#group.streams.get(record.streamId);
      if (logStream === undefined) continue;
      if (record.maxTimestamp < this.#group.startTime || record.minTimestamp >= this.#group.endTime) continue;
      this.#takeRecord(record, logStream, clues);
    }
  }

  #takeRecord(record: RecordView, logStream: string, clues: Clues): void {
    const { startTime, endTime, log } = this.#group;
    if (record.minTimestamp >= startTime && record.maxTimestamp < endTime && this.#passes(record, clues)) return;
    const { buffer, ingestionTime } = record;
    const event = { buffer, messageAt: 0, messageEnd: 0, time: 0, sequence: 0, ingestionTime, logStream, log };
    const counts = this.#counts;
    forEachEvent(record, (time, sequence, messageAt, messageEnd) => {
      if (time < startTime || time >= endTime) return;
      counts.recordsScanned++;
      counts.bytesScanned += messageEnd - messageAt;
      if (clues.isMissing(messageAt, messageEnd)) return;
      event.messageAt = messageAt;
      event.messageEnd = messageEnd;
      event.time = time;
      event.sequence = sequence;
      this.#takeEvent(event);
    });
  }

  /** Counts a record as a whole that has nothing to find in it. */
  #passes(record: RecordView, clues: Clues): boolean {
    const { eventsAt, end, eventCount, maxTimestamp } = record;
    const isBehind = this.#isBehind(maxTimestamp);
    if (!isBehind && !clues.areMissing(eventsAt, end)) return false;
    this.#counts.recordsScanned += eventCount;
    this.#counts.bytesScanned += messageBytesOf(record);
    if (isBehind) this.#counts.recordsMatched += eventCount;
    return true;
  }

  /** Whether all events match, and those of this time come behind all results that there can be. */
  #isBehind(time: number): boolean {
    const bound = this.#skipsBehindBound ? this.#top?.bound : undefined;
    return bound !== undefined && time < bound.time;
  }

  #takeEvent(event: ScannedEvent): void {
    const { time, sequence } = event;
    if (this.#isBehind(time)) {
      this.#counts.recordsMatched++;
      return;
    }
    const row = this.#row;
    row.reset(event);
    const { steps } = this.#query;
    for (let i = 0; i < steps.length; i++) if (!steps[i]!(row)) return;
    this.#counts.recordsMatched++;
    if (this.#query.kind === "stats") this.#query.stats.add(this.#groups, row, { time, sequence });
    else this.#top!.add(row, { time, sequence, group: this.#place });
  }
}
