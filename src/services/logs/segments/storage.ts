import { type Log, silentLog } from "#kernel/controller.ts";
import type { DataFiles } from "#kernel/data-files.ts";
import { DriverError } from "#kernel/fault.ts";
import type { LogPosition } from "#kernel/log-sink.ts";
import type { Block } from "./blocks.ts";
import { type Batch, GroupLog } from "./group-log.ts";
import { type Page, type PageQuery, readPage } from "./page.ts";
import { readAfter, type StoredAfter } from "./read-after.ts";
import type { RecordContent } from "./record.ts";
import { type EventRange, pinRuns } from "./runs.ts";
import { sealSegment } from "./seal.ts";
import { IndexCache, type Segment } from "./segment.ts";
import type { StreamStatistics } from "./statistics.ts";

export interface LogStorageOptions {
  readonly files: DataFiles;
  readonly log?: Log;
  readonly segmentBytes?: number;
  readonly segmentAgeMs?: number;
  /** Files that are kept open for writing while nothing is written. */
  readonly maxIdleFiles?: number;
}

export type { Batch, Page, PageQuery, RecordContent, StoredAfter, StreamStatistics };

/** Storing a batch is answered when what this returns has resolved, so that work cannot pile up. It never rejects. */
type Follower = (groupId: string, batch: RecordContent) => Promise<void> | undefined;

/**
 * The events of all log groups, by the ids of groups and streams (names are the store's matter). A group is read in
 * when it is first used. Failures are `DriverError`s: `NoSpace`, `Failed`, and `NotFound` for a removed group.
 */
export class LogStorage {
  readonly #options: Required<LogStorageOptions>;
  readonly #indexes: IndexCache;
  readonly #groups = new Map<string, Promise<GroupLog>>();
  /** Removed in this run: a batch that was on its way must not bring the folder back. Ids are never used again. */
  readonly #removed = new Set<string>();
  /** Groups whose files are open, the one used last at the end. */
  readonly #recent = new Map<string, GroupLog>();
  readonly #followers = new Set<Follower>();
  #sealing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: LogStorageOptions) {
    this.#options = {
      log: silentLog,
      segmentBytes: 64 * 2 ** 20,
      segmentAgeMs: 24 * 3_600_000,
      maxIdleFiles: 64,
      ...options,
    };
    this.#indexes = new IndexCache(options.files);
  }

  /** Stores a batch as a whole; resolves when it is durable. */
  async append(groupId: string, batch: Batch): Promise<void> {
    if (this.#closed) throw new DriverError("Unavailable", "The log storage is closed.", { retryable: true });
    const group = await this.#group(groupId);
    await group.append(batch);
    this.#recent.delete(groupId);
    this.#recent.set(groupId, group);
    await this.#closeIdleFiles();
  }

  async position(groupId: string, streamId: string, sourceId: string): Promise<LogPosition | undefined> {
    return (await this.#group(groupId)).position(streamId, sourceId);
  }

  async statistics(groupId: string, streamIds: readonly string[]): Promise<(StreamStatistics | undefined)[]> {
    const group = await this.#group(groupId);
    return streamIds.map((streamId) => group.statistics(streamId));
  }

  /** Bytes on disk. */
  async storedBytes(groupId: string): Promise<number> {
    return (await this.#group(groupId)).storedBytes;
  }

  async read(groupId: string, query: PageQuery): Promise<Page> {
    const group = await this.#group(groupId);
    try {
      return await readPage(group, query, { files: this.#options.files, indexes: this.#indexes });
    } catch (error) {
      if (group.removed) return { events: [], next: undefined };
      throw error;
    }
  }

  /** The number that the next event of a group will have: from it on `readAfter` gives what comes in later. */
  async nextSequence(groupId: string): Promise<number> {
    return (await this.#group(groupId)).nextSequence;
  }

  async readAfter(groupId: string, sequence: number): Promise<StoredAfter> {
    const group = await this.#group(groupId);
    return readAfter(group, sequence, { files: this.#options.files, indexes: this.#indexes });
  }

  /** What holds the events of a range, to be read elsewhere (`readRun`); its files stay until `release` is called. */
  async pinRuns(groupId: string, range: EventRange) {
    return pinRuns(await this.#group(groupId), range, this.#indexes);
  }

  /** Hears of every batch of a group once it is durable. Resolves with what ends it. */
  async follow(groupId: string, listener: (batch: RecordContent) => void): Promise<() => void> {
    return (await this.#group(groupId)).follow(listener);
  }

  /** Hears of every batch of all groups once it is durable, in the order of storage of each. Returns what ends it. */
  followAll(listener: Follower): () => void {
    this.#followers.add(listener);
    return () => void this.#followers.delete(listener);
  }

  /**
   * Deletes the segments of which every event is older than `before`. Resolves with the time of the newest event of the
   * segment that will be next, or undefined when there is none.
   */
  async expire(groupId: string, before: number): Promise<number | undefined> {
    const group = await this.#group(groupId);
    await group.drop((segment) => segment.maxTimestamp < before && segment.minTimestamp <= segment.maxTimestamp);
    const left = group.segments.map((segment) => segment.maxTimestamp).filter(Number.isFinite);
    return left.length === 0 ? undefined : Math.min(...left);
  }

  /**
   * Forgets the streams that are not live, and deletes the segments that hold nothing else. A stream is live before it
   * is first appended to, and never again once it was removed.
   */
  async retainStreams(groupId: string, isLive: (streamId: string) => boolean): Promise<void> {
    const group = await this.#group(groupId);
    group.forgetStreams((streamId) => !isLive(streamId));
    const { segments, release } = group.pin();
    const dead = new Set<Segment>();
    try {
      for (const segment of segments) {
        if (segment.sealed && !holdsLive(await this.#indexes.blocksOf(segment), isLive)) dead.add(segment);
      }
    } finally {
      await release();
    }
    await group.drop((segment) => {
      if (segment.builder === undefined) return dead.has(segment);
      const { blocks } = segment.builder;
      return blocks.length > 0 && !holdsLive(blocks, isLive);
    });
  }

  async removeGroup(groupId: string): Promise<void> {
    const group = await this.#group(groupId);
    this.#removed.add(groupId);
    await group.remove();
    this.#groups.delete(groupId);
    this.#recent.delete(groupId);
  }

  /** Waits for segments that are being sealed. */
  async settled(): Promise<void> {
    for (let last: unknown; last !== this.#sealing; ) {
      last = this.#sealing;
      await this.#sealing;
    }
  }

  /** Resolves when all that was accepted is durable and every file is closed. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const group of this.#groups.values()) await (await group).close();
    await this.settled();
  }

  /** Undefined when no follower has more to do with the batch. */
  #tell(groupId: string, batch: RecordContent): Promise<void> | undefined {
    const busy = [...this.#followers].map((follower) => follower(groupId, batch)).filter((each) => each !== undefined);
    return busy.length === 0 ? undefined : Promise.all(busy).then(() => undefined);
  }

  #group(groupId: string): Promise<GroupLog> {
    const known = this.#groups.get(groupId);
    if (known !== undefined) return known;
    const { files, log, segmentBytes, segmentAgeMs } = this.#options;
    const loading = GroupLog.load({
      ...{ files, folder: groupId, log, segmentBytes, segmentAgeMs, indexes: this.#indexes },
      removed: this.#removed.has(groupId),
      onStored: (batch) => this.#tell(groupId, batch),
      onFull: (segment) => this.#seal(groupId, segment),
    });
    this.#groups.set(groupId, loading);
    loading.catch(() => this.#groups.delete(groupId));
    return loading;
  }

  /** One segment at a time, in the background. One that fails stays as it is and is tried again at the next start. */
  #seal(groupId: string, segment: Segment): void {
    this.#sealing = this.#sealing.then(async () => {
      try {
        const group = await this.#group(groupId);
        if (this.#closed || segment.retired || group.removed) return;
        segment.readers++;
        const sealed = await sealSegment(this.#options.files, segment).finally(() => segment.readers--);
        await group.replace(segment, sealed);
      } catch (error) {
        if (this.#removed.has(groupId)) return;
        this.#options.log.warn("could not seal a log segment", { file: segment.fileName, error: String(error) });
      }
    });
  }

  async #closeIdleFiles(): Promise<void> {
    for (const [groupId, group] of this.#recent) {
      if (this.#recent.size <= this.#options.maxIdleFiles) return;
      this.#recent.delete(groupId);
      await group.closeIdleFile();
    }
  }
}

function holdsLive(blocks: readonly Block[], isLive: (streamId: string) => boolean): boolean {
  for (const { streams } of blocks) for (const stream of streams) if (isLive(stream)) return true;
  return false;
}
