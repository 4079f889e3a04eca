import type { Log } from "#kernel/controller.ts";
import type { DataFile, DataFiles } from "#kernel/data-files.ts";
import { DriverError } from "#kernel/fault.ts";
import type { LogPosition } from "#kernel/log-sink.ts";
import { emptySegment, type Loaded, loadFolder, noteRecord, writeCarried } from "./load.ts";
import { encodeRecord, type RecordContent } from "./record.ts";
import { fileHeader, type IndexCache, type Segment, segmentFileName } from "./segment.ts";
import { isBeyond, mergeStatistics, type StreamStatistics, statisticsOf } from "./statistics.ts";

/** A batch to be stored; numbered when it is taken. */
export type Batch = Omit<RecordContent, "sequence">;

export interface GroupLogOptions {
  readonly files: DataFiles;
  readonly folder: string;
  readonly log: Log;
  readonly indexes: IndexCache;
  /** Size at which a segment is full. */
  readonly segmentBytes: number;
  /** Age at which it is, so that retention finds segments to delete. */
  readonly segmentAgeMs: number;
  /** A segment is full and should be sealed. */
  readonly onFull: (segment: Segment) => void;
  /** A batch is durable. Who stores it is answered when what this returns has resolved. */
  readonly onStored: (batch: RecordContent) => Promise<void> | undefined;
  /** The group has been removed: nothing is stored any more. */
  readonly removed: boolean;
}

interface Pending {
  readonly content: RecordContent;
  readonly record: Buffer;
  readonly resolve: (heard: Promise<void> | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The stored events of one log group: segments, the newest of which is appended to. Batches that arrive while the disk
 * is busy are written and synced together.
 */
export class GroupLog {
  readonly #options: GroupLogOptions;
  readonly #streams: Map<string, StreamStatistics>;
  readonly #followers = new Set<(batch: RecordContent) => void>();
  /** The positions of batches on their way to the disk, by stream and source. */
  readonly #taken = new Map<string, { readonly position: LogPosition; readonly stored: Promise<void> }>();
  #segments: Segment[];
  /** The segment that is appended to. */
  #current: Segment | undefined;
  #nextSequence: number;
  #nextNumber: number;
  #pending: Pending[] = [];
  #writing: Promise<void> | undefined;
  #file: DataFile | undefined;
  #removed = false;

  private constructor(options: GroupLogOptions, loaded: Loaded) {
    this.#options = options;
    this.#removed = options.removed;
    this.#streams = loaded.streams;
    this.#segments = loaded.segments;
    this.#current = loaded.segments.at(-1)?.sealed === false ? loaded.segments.at(-1) : undefined;
    this.#nextSequence = loaded.nextSequence;
    this.#nextNumber = loaded.nextNumber;
  }

  static async load(options: GroupLogOptions): Promise<GroupLog> {
    const group = new GroupLog(options, await loadFolder(options.files, options.folder, options.log));
    for (const segment of group.#segments.slice(0, -1)) if (!segment.sealed) options.onFull(segment);
    return group;
  }

  /**
   * Stores a batch; resolves when it is durable. One whose source position is not beyond the stored one is passed over.
   * Rejects with a `DriverError` when nothing of it was stored.
   */
  append(batch: Batch): Promise<void> {
    if (this.#removed) return Promise.reject(new DriverError("NotFound", "The log group has been removed."));
    if (batch.events.length === 0) return Promise.resolve();
    if (batch.source === undefined) return this.#enqueue(batch);
    const { sourceId, position } = batch.source;
    const key = `${batch.streamId} ${sourceId}`;
    const taken = this.#taken.get(key);
    if (taken !== undefined && !isBeyond(position, taken.position)) return taken.stored;
    if (!isBeyond(position, this.position(batch.streamId, sourceId))) return Promise.resolve();
    const stored = this.#enqueue(batch);
    this.#taken.set(key, { position, stored });
    return stored;
  }

  #enqueue(batch: Batch): Promise<void> {
    const content = { ...batch, sequence: this.#nextSequence };
    this.#nextSequence += batch.events.length;
    return new Promise((resolve, reject) => {
      this.#pending.push({ content, record: encodeRecord(content), resolve, reject });
      this.#writing ??= this.#writeAll().finally(() => {
        this.#writing = undefined;
      });
    });
  }

  position(streamId: string, sourceId: string): LogPosition | undefined {
    return this.#streams.get(streamId)?.sources[sourceId];
  }

  statistics(streamId: string): StreamStatistics | undefined {
    return this.#streams.get(streamId);
  }

  /** Bytes on disk. */
  get storedBytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.fileBytes, 0);
  }

  /** The number that the next event will have. */
  get nextSequence(): number {
    return this.#nextSequence;
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  get removed(): boolean {
    return this.#removed;
  }

  /** Hears of every batch once it is durable, in the order of storage. Returns what ends it. */
  follow(listener: (batch: RecordContent) => void): () => void {
    this.#followers.add(listener);
    return () => void this.#followers.delete(listener);
  }

  async #writeAll(): Promise<void> {
    // A turn of the event loop, so that what arrives in it shares one write and one sync.
    await Promise.resolve();
    while (this.#pending.length > 0) {
      const taken = this.#pending;
      this.#pending = [];
      try {
        await this.#write(taken);
      } catch (error) {
        // Later batches of the same source must not pass earlier ones that failed: all that wait fail with them.
        this.#taken.clear();
        const failed = [...taken, ...this.#pending];
        this.#pending = [];
        for (const { reject } of failed) reject(error);
        continue;
      }
      for (const { content, resolve } of taken) {
        const heard = this.#options.onStored(content);
        for (const follower of this.#followers) follower(content);
        resolve(heard);
      }
    }
    this.#taken.clear();
  }

  async #write(taken: readonly Pending[]): Promise<void> {
    const segment = await this.#openSegment(taken[0]!.content.ingestionTime);
    const file = this.#file!;
    const records = taken.map((each) => each.record);
    try {
      if (isEmpty(segment)) await file.write([fileHeader, ...records], 0);
      else await file.write(records, segment.fileBytes);
      await file.sync();
    } catch (error) {
      await this.#giveUp(segment);
      throw error;
    }
    for (const { content, record } of taken) this.#note(segment, content, record.length);
  }

  #note(segment: Segment, content: RecordContent, bytes: number): void {
    const { streamId, ingestionTime, sequence, source, events } = content;
    let [minTimestamp, maxTimestamp] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const { timestamp } of events) {
      minTimestamp = Math.min(minTimestamp, timestamp);
      maxTimestamp = Math.max(maxTimestamp, timestamp);
    }
    const start = segment.fileBytes;
    const record = { streamId, ingestionTime, sequence, source, minTimestamp, maxTimestamp };
    noteRecord(segment, { ...record, start, end: start + bytes, eventCount: events.length });
    this.#streams.set(streamId, mergeStatistics(this.#streams.get(streamId), statisticsOf(record)));
  }

  /** The segment to append to, open. */
  async #openSegment(now: number): Promise<Segment> {
    const { files, folder, segmentBytes, segmentAgeMs } = this.#options;
    const current = this.#current;
    if (current !== undefined && current.fileBytes < segmentBytes && now - current.createdAt < segmentAgeMs) {
      this.#file ??= await files.open(folder, current.fileName, "write");
      return current;
    }
    const fileName = segmentFileName(this.#nextNumber, false);
    const file = await files.create(folder, fileName);
    this.#nextNumber++;
    await this.#closeFile();
    this.#file = file;
    this.#current = emptySegment(folder, fileName, now);
    this.#segments = [...this.#segments, this.#current];
    if (current !== undefined) this.#options.onFull(current);
    return this.#current;
  }

  /** After a failed write: cuts what may have reached the file, or else never appends to that file again. */
  async #giveUp(segment: Segment): Promise<void> {
    try {
      await this.#file!.truncate(segment.fileBytes);
      await this.#file!.sync();
    } catch (error) {
      this.#options.log.warn("left a log segment after a failed write", { error: String(error) });
      this.#current = undefined;
      await this.#closeFile();
      if (!isEmpty(segment)) this.#options.onFull(segment);
    }
  }

  /** Lets go of the file that is written to, unless it is in use; the next batch opens it again. */
  async closeIdleFile(): Promise<void> {
    if (this.#writing === undefined) await this.#closeFile();
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  /** Puts the sealed form of a segment in its place. */
  async replace(segment: Segment, sealed: Segment): Promise<void> {
    if (this.#segments.includes(segment)) {
      this.#segments = this.#segments.map((each) => (each === segment ? sealed : each));
      await this.#retire(segment);
    } else if (!this.#removed) {
      // Deleted while it was being sealed.
      await this.#options.files.remove(sealed.folder, sealed.fileName);
    }
  }

  /** Deletes segments for which `isDead` holds; what must outlive them is carried over first. */
  async drop(isDead: (segment: Segment) => boolean): Promise<void> {
    if (!this.#segments.some(isDead)) return;
    while (this.#writing !== undefined) await this.#writing;
    const [nextSequence, nextNumber] = [this.#nextSequence, this.#nextNumber];
    const { files, folder } = this.#options;
    await writeCarried(files, folder, { nextSequence, nextNumber, streams: [...this.#streams] });
    // What has been appended meanwhile is not in the carried state, so the current segment must stay.
    const spared = nextSequence === this.#nextSequence ? undefined : this.#current;
    const dead = new Set(this.#segments.filter((segment) => segment !== spared && isDead(segment)));
    this.#segments = this.#segments.filter((segment) => !dead.has(segment));
    if (this.#current !== undefined && dead.has(this.#current)) {
      this.#current = undefined;
      await this.#closeFile();
    }
    for (const segment of dead) await this.#retire(segment);
  }

  forgetStreams(isDead: (streamId: string) => boolean): void {
    for (const streamId of this.#streams.keys()) if (isDead(streamId)) this.#streams.delete(streamId);
  }

  /** Removes everything. Batches that come later are refused. */
  async remove(): Promise<void> {
    this.#removed = true;
    while (this.#writing !== undefined) await this.#writing;
    await this.#closeFile();
    this.#segments = [];
    await this.#options.files.removeFolder(this.#options.folder);
  }

  async close(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    await this.#closeFile();
  }

  /** Holds the segments as they are now until the returned function is called. */
  pin(): { readonly segments: readonly Segment[]; readonly release: () => Promise<void> } {
    const segments = this.#segments;
    for (const segment of segments) segment.readers++;
    return {
      segments,
      release: async () => {
        for (const segment of segments) {
          segment.readers--;
          if (segment.retired) await this.#retire(segment);
        }
      },
    };
  }

  async #retire(segment: Segment): Promise<void> {
    segment.retired = true;
    if (segment.readers > 0) return;
    this.#options.indexes.forget(segment);
    await this.#options.files.remove(segment.folder, segment.fileName);
  }
}

function isEmpty(segment: Segment): boolean {
  return segment.minTimestamp > segment.maxTimestamp;
}
