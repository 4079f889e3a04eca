import { setImmediate } from "node:timers/promises";
import type { DataFile, DataFiles } from "#kernel/data-files.ts";
import type { Block } from "./blocks.ts";
import { recordsOf } from "./blocks.ts";
import type { GroupLog } from "./group-log.ts";
import { forEachEvent, type RecordView } from "./record.ts";
import { type IndexCache, readBlock, type Segment } from "./segment.ts";

/** A place in the order of a group's events: by timestamp, then in the order in which they were stored. */
export interface EventKey {
  readonly timestamp: number;
  readonly sequence: number;
}

export interface StoredEvent extends EventKey {
  readonly streamId: string;
  readonly message: string;
  readonly ingestionTime: number;
}

export interface PageQuery {
  /** Only events of these streams. */
  readonly streams: { has(streamId: string): boolean };
  /** Inclusive. */
  readonly startTime: number;
  /** Exclusive. */
  readonly endTime: number;
  readonly direction: "forward" | "backward";
  /** Only events beyond this place, in the direction. */
  readonly after?: EventKey | undefined;
  readonly matches?: ((message: string) => boolean) | undefined;
  readonly limit: number;
  /** Bytes of the page's events, each counted as its message and 26 bytes. A page has one event at least. */
  readonly maxBytes: number;
  /** After so many bytes read, a page ends where it is. */
  readonly maxScannedBytes: number;
}

export interface Page {
  /** In the query's direction. */
  readonly events: readonly StoredEvent[];
  /** Where to go on from; undefined when there is nothing beyond. */
  readonly next: EventKey | undefined;
}

export const eventOverheadBytes = 26;

/** What may hold events, by the first timestamp (in the query's direction) that it may hold. */
interface Candidate {
  readonly segment: Segment;
  /** Undefined: the segment as a whole, its blocks not yet looked at. */
  readonly block: Block | undefined;
  /** Ascending, whatever the direction. */
  readonly rank: number;
}

/**
 * One page of a group's events in order. Memory is bounded by the page, one block and the indexes of the segments that
 * overlap in time: segments and blocks are taken in the order of their first timestamps, and reading stops as soon as
 * nothing further on can belong to the page.
 */
export async function readPage(
  group: GroupLog,
  query: PageQuery,
  options: { readonly files: DataFiles; readonly indexes: IndexCache },
): Promise<Page> {
  const sign = query.direction === "forward" ? 1 : -1;
  const page = new PageBuilder(query, sign);
  const pinned = group.pin();
  const open = new Map<Segment, DataFile>();
  try {
    const queue = new Queue();
    for (const segment of pinned.segments) push(queue, query, sign, segment, undefined);
    let scanned = 0;
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (page.isSettledBefore(next.rank)) return page.finish(true);
      if (scanned >= query.maxScannedBytes && page.canPauseAt(next.rank)) return page.pauseAt(next.rank);
      const { segment, block } = next;
      if (block === undefined) {
        for (const each of await options.indexes.blocksOf(segment)) {
          if (sharesStream(each, query)) push(queue, query, sign, segment, each);
        }
        continue;
      }
      let file = open.get(segment);
      if (file === undefined) {
        file = await options.files.open(segment.folder, segment.fileName, "read");
        open.set(segment, file);
      }
      await page.take(await readBlock(segment, file, block));
      scanned += block.rawLength;
    }
    return page.finish(false);
  } finally {
    for (const file of open.values()) await file.close();
    await pinned.release();
  }
}

function sharesStream(block: Block, query: PageQuery): boolean {
  for (const stream of block.streams) if (query.streams.has(stream)) return true;
  return false;
}

function push(queue: Queue, query: PageQuery, sign: number, segment: Segment, block: Block | undefined): void {
  const { minTimestamp, maxTimestamp } = block ?? segment;
  if (maxTimestamp < query.startTime || minTimestamp >= query.endTime) return;
  const last = sign > 0 ? maxTimestamp : -minTimestamp;
  if (query.after !== undefined && last < sign * query.after.timestamp) return;
  queue.push({ segment, block, rank: sign > 0 ? minTimestamp : -maxTimestamp });
}

/** An event in a record. */
interface EventPlace extends EventKey {
  readonly messageAt: number;
  readonly messageEnd: number;
}

function messageOf({ buffer }: RecordView, { messageAt, messageEnd }: EventPlace): string {
  return buffer.toString("utf8", messageAt, messageEnd);
}

/** Bytes of messages that a pattern is looked for in before others have their turn: patterns may take long. */
const lookedAtInATurn = 32 * 1024;

/** Collects the first events of the query's order, never much more than a page of them. */
class PageBuilder {
  readonly #query: PageQuery;
  readonly #sign: number;
  #events: StoredEvent[] = [];
  #bytes = 0;
  #looked = 0;
  /** The last event of the page, once events beyond it have been seen. */
  #bound: EventKey | undefined;

  constructor(query: PageQuery, sign: number) {
    this.#query = query;
    this.#sign = sign;
  }

  async take(block: Buffer): Promise<void> {
    const { streams, startTime, endTime, matches } = this.#query;
    for (const record of recordsOf(block)) {
      if (!streams.has(record.streamId)) continue;
      if (record.maxTimestamp < startTime || record.minTimestamp >= endTime) continue;
      if (matches === undefined)
        this.#eachWanted(record, (place) => this.#add(record, place, messageOf(record, place)));
      else await this.#addMatching(record, matches);
    }
    this.#trim();
  }

  #eachWanted(record: RecordView, visit: (place: EventPlace) => void): void {
    const { startTime, endTime } = this.#query;
    forEachEvent(record, (timestamp, sequence, messageAt, messageEnd) => {
      if (timestamp < startTime || timestamp >= endTime || !this.#isWanted(timestamp, sequence)) return;
      visit({ timestamp, sequence, messageAt, messageEnd });
    });
  }

  async #addMatching(record: RecordView, matches: (message: string) => boolean): Promise<void> {
    const places: EventPlace[] = [];
    this.#eachWanted(record, (place) => places.push(place));
    for (const place of places) {
      if (!this.#isWanted(place.timestamp, place.sequence)) continue;
      this.#looked += place.messageEnd - place.messageAt;
      if (this.#looked >= lookedAtInATurn) {
        this.#looked = 0;
        await setImmediate();
      }
      const message = messageOf(record, place);
      if (matches(message)) this.#add(record, place, message);
    }
  }

  #add({ streamId, ingestionTime }: RecordView, place: EventPlace, message: string): void {
    const { timestamp, sequence, messageAt, messageEnd } = place;
    this.#events.push({ timestamp, sequence, streamId, ingestionTime, message });
    this.#bytes += messageEnd - messageAt + eventOverheadBytes;
    if (this.#events.length >= 2 * this.#query.limit || this.#bytes >= 2 * this.#query.maxBytes) this.#trim();
  }

  /** Beyond `after`, and not beyond the last event of a page that is full already. */
  #isWanted(timestamp: number, sequence: number): boolean {
    const { after } = this.#query;
    if (after !== undefined && this.#compare({ timestamp, sequence }, after) <= 0) return false;
    return this.#bound === undefined || this.#compare({ timestamp, sequence }, this.#bound) < 0;
  }

  #compare(a: EventKey, b: EventKey): number {
    return this.#sign * (a.timestamp - b.timestamp || a.sequence - b.sequence);
  }

  #trim(): void {
    const { limit, maxBytes } = this.#query;
    this.#events.sort((a, b) => this.#compare(a, b));
    let bytes = 0;
    let count = 0;
    for (; count < this.#events.length && count < limit; count++) {
      const size = Buffer.byteLength(this.#events[count]!.message) + eventOverheadBytes;
      if (count > 0 && bytes + size > maxBytes) break;
      bytes += size;
    }
    if (count < this.#events.length) {
      this.#events.length = count;
      this.#bound = this.#events[count - 1];
    }
    this.#bytes = bytes;
  }

  /** Whether the page is full and nothing that comes at `rank` or later can belong to it. */
  isSettledBefore(rank: number): boolean {
    const full = this.#bound !== undefined || this.#events.length >= this.#query.limit;
    return full && rank > this.#sign * this.#events.at(-1)!.timestamp;
  }

  /** Whether a page that ends before `rank` is a step ahead. */
  canPauseAt(rank: number): boolean {
    return this.#query.after === undefined || rank > this.#sign * this.#query.after.timestamp + 1;
  }

  /** The events before `rank`; the next page goes on from there. */
  pauseAt(rank: number): Page {
    const events = this.#events.filter((event) => this.#sign * event.timestamp < rank);
    if (this.#bound !== undefined && events.length === this.#events.length) return this.finish(true);
    const timestamp = this.#sign * (rank - 1);
    return { events, next: { timestamp, sequence: this.#sign > 0 ? Number.MAX_SAFE_INTEGER : -1 } };
  }

  finish(more: boolean): Page {
    const last = this.#events.at(-1);
    return { events: this.#events, next: more || this.#bound !== undefined ? last : undefined };
  }
}

/** A binary heap of candidates, the lowest rank first. */
class Queue {
  readonly #heap: Candidate[] = [];

  push(candidate: Candidate): void {
    const heap = this.#heap;
    let i = heap.push(candidate) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (heap[parent]!.rank <= candidate.rank) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = candidate;
  }

  pop(): Candidate | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let i = 0;
    for (let child = 1; child < heap.length; child = 2 * i + 1) {
      if (child + 1 < heap.length && heap[child + 1]!.rank < heap[child]!.rank) child++;
      if (last.rank <= heap[child]!.rank) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return top;
  }
}
