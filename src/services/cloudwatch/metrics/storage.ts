import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { DataFiles } from "#kernel/data-files.ts";
import { type Block, readBlock, writeBlock } from "./block.ts";
import { ByteWriter, decodePoints } from "./codec.ts";
import { type Chunk, Head, inOrder } from "./head.ts";
import { type Entry, FrameWriter, readEntries, writeEntry } from "./journal.ts";
import { mergePoints, type Point } from "./point.ts";
import { type Series, type SeriesName, SeriesTable } from "./series.ts";
import { forgottenSeconds, type Tier, tierFor, tiers } from "./tiers.ts";

export interface MetricStorageOptions {
  readonly files: DataFiles;
  readonly clock: Clock;
  readonly log: Log;
}

/** A measurement, or a set of them. */
export interface Sample {
  readonly name: SeriesName;
  readonly point: Point;
  /** `StorageResolution` 1: kept by the second for three hours. */
  readonly isHighResolution: boolean;
}

export interface ReadRange {
  /** Seconds since the epoch; the start is in, the end is not. */
  readonly start: number;
  readonly end: number;
  readonly periodSeconds: number;
}

const folder = "metrics";
const checkpointFile = "checkpoint";
/** A journal of this size is folded into a checkpoint. */
const mostJournalBytes = 32 * 2 ** 20;
/** So much is done at a time before others have their turn. */
const entriesInFrame = 1000;
const secondTier = tiers.findIndex(({ seconds }) => seconds === 60);

/**
 * The data points of all metrics. New ones go to a journal and to heads in memory; when the time of a file is over, a
 * head's points go to a block, and a checkpoint with what is left takes the place of the journal. Nothing runs while
 * nothing comes in. What `append` resolved for survives the end of the process, and all but the last moments survive
 * a loss of power.
 */
export class MetricStorage {
  readonly series = new SeriesTable();
  private readonly files: DataFiles;
  private readonly clock: Clock;
  private readonly log: Log;
  private readonly heads = tiers.map((tier) => new Head(tier));
  private blocks: Block[] = [];
  private journal!: FrameWriter;
  private journalNumber = 0;
  private blockNumber = 0;
  private nextCheckpoint = 0;
  /** One thing is written at a time. */
  private turn: Promise<void> = Promise.resolve();

  private constructor({ files, clock, log }: MetricStorageOptions) {
    this.files = files;
    this.clock = clock;
    this.log = log;
  }

  static async open(options: MetricStorageOptions): Promise<MetricStorage> {
    const storage = new MetricStorage(options);
    await storage.load();
    return storage;
  }

  /** Stores samples. Resolves when they would survive the end of the process; rejects with a `DriverError`. */
  append(samples: readonly Sample[]): Promise<void> {
    return this.inTurn(async () => {
      const before = this.series.size;
      const out = new ByteWriter(samples.length * 24);
      const entries = samples.flatMap((sample) => this.entriesOf(sample));
      for (const entry of entries) writeEntry(out, entry);
      try {
        await this.journal.write(out);
      } catch (error) {
        // Only what is written counts.
        if (this.series.size > before) this.forgetNew(entries);
        throw error;
      }
      for (const entry of entries) this.take(entry);
      if (this.now() >= this.nextCheckpoint || this.journal.size > mostJournalBytes) await this.tryCheckpoint();
    });
  }

  /** The points of metrics by their series, in the order of their times: one a period, counted from the start. */
  async read(series: readonly Series[], range: ReadRange): Promise<Map<Series, Point[]>> {
    const tier = tierFor(range.periodSeconds, range.start);
    const head = this.heads[tiers.indexOf(tier)]!;
    const since = Math.max(range.start, this.now() - tier.keptSeconds);
    const blocks = this.blocks.filter(
      (block) => block.tierSeconds === tier.seconds && block.to >= since && block.from < range.end,
    );
    // Both are taken before anything is waited for: a checkpoint would move points from one to the other.
    const found = new Map(series.map((each) => [each, head.read(each.id)]));
    const ids = series.map(({ id }) => id).toSorted((a, b) => a - b);
    for (const block of blocks) {
      const chunks = await readBlock(this.files, folder, block.file, ids);
      for (const [each, points] of found) {
        const chunk = chunks.get(each.id);
        if (chunk) points.push(...decodePoints(chunk, tier.seconds));
      }
    }
    for (const [each, points] of found) {
      const inside = points.filter(({ time }) => time >= since && time < range.end);
      found.set(each, inPeriods(inOrder(inside), range));
    }
    return found;
  }

  /** Runs `work` while no file is written: they are all there then, and belong together. */
  still(work: () => Promise<void>): Promise<void> {
    return this.inTurn(work);
  }

  async close(): Promise<void> {
    await this.inTurn(async () => {
      await this.checkpoint();
      await this.journal.close();
    });
  }

  /** Forgets everything. */
  async clear(): Promise<void> {
    await this.inTurn(async () => {
      for (const series of [...this.series.all()]) this.drop(series);
      this.blocks = [];
      await this.checkpoint();
    });
  }

  private forgetNew(entries: readonly Entry[]): void {
    for (const { kind, ...entry } of entries) {
      const series = kind === "series" && "id" in entry ? this.series.get(entry.id) : undefined;
      if (series) this.drop(series);
    }
  }

  /** The samples are stored, whatever becomes of the checkpoint: the next append tries it again. */
  private async tryCheckpoint(): Promise<void> {
    try {
      await this.checkpoint();
    } catch (error) {
      this.log.error("Metrics could not be folded into files; it will be tried again.", { error });
    }
  }

  private now(): number {
    return Math.floor(this.clock.now() / 1000);
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => {});
    return done;
  }

  private entriesOf({ name, point, isHighResolution }: Sample): Entry[] {
    const known = this.series.find(name);
    const series = known ?? this.series.add(name);
    const entry: Entry = { kind: "point", id: series.id, tier: isHighResolution ? 0 : secondTier, point };
    return known ? [entry] : [{ kind: "series", id: series.id, lastTime: 0, name }, entry];
  }

  private take(entry: Entry): void {
    switch (entry.kind) {
      case "series": {
        const series = this.series.get(entry.id) ?? this.series.add(entry.name, entry.id);
        series.lastTime = Math.max(series.lastTime, entry.lastTime);
        return;
      }
      case "point": {
        const series = this.series.get(entry.id);
        if (series === undefined) return;
        series.lastTime = Math.max(series.lastTime, entry.point.time);
        for (const head of this.heads.slice(entry.tier)) head.add(entry.id, entry.point);
        return;
      }
      case "head":
        for (const point of entry.points) this.heads[entry.tier]!.add(entry.id, point);
        return;
      case "block": {
        const { file, from, to } = entry;
        this.blocks.push({ file, from, to, tierSeconds: tiers[entry.tier]!.seconds });
        return;
      }
      case "next":
        this.journalNumber = entry.journal;
        this.blockNumber = entry.block;
    }
  }

  private async load(): Promise<void> {
    const names = await this.files.list(folder);
    if (names.includes(checkpointFile)) {
      for await (const entry of readEntries(this.files, folder, checkpointFile)) this.take(entry);
    }
    const journals = names.flatMap((name) => {
      const number = /^journal-(\d+)$/.exec(name)?.[1];
      return number !== undefined && Number(number) >= this.journalNumber ? [Number(number)] : [];
    });
    for (const number of journals.toSorted((a, b) => a - b)) {
      for await (const entry of readEntries(this.files, folder, journalFile(number))) this.take(entry);
    }
    this.journalNumber = Math.max(this.journalNumber, ...journals.map((number) => number + 1));
    this.journal = await FrameWriter.create(this.files, folder, journalFile(this.journalNumber));
    this.nextCheckpoint = this.endOfBlock();
    // What a crash left half done.
    await this.removeAllBut(new Set([...journals, this.journalNumber].map(journalFile)));
  }

  private endOfBlock(): number {
    return Math.min(...tiers.map(({ blockSeconds }) => (Math.floor(this.now() / blockSeconds) + 1) * blockSeconds));
  }

  /** Full blocks are written, what has had its time is left out, and the journal begins anew. */
  private async checkpoint(): Promise<void> {
    const now = this.now();
    for (const series of [...this.series.all()]) if (series.lastTime < now - forgottenSeconds) this.drop(series);
    await this.writeBlocks(now);
    this.blocks = this.blocks.filter(({ to, tierSeconds }) => to >= now - keptSecondsOf(tierSeconds));
    const number = this.journalNumber + 1;
    const next = await FrameWriter.create(this.files, folder, journalFile(number));
    try {
      await this.writeCheckpoint(number);
    } catch (error) {
      await next.close();
      throw error;
    }
    await this.journal.close();
    this.journal = next;
    this.journalNumber = number;
    this.nextCheckpoint = this.endOfBlock();
    await this.removeAllBut(new Set([journalFile(number)]));
  }

  private async writeBlocks(now: number): Promise<void> {
    for (const head of this.heads) {
      const { seconds, blockSeconds } = head.tier;
      const until = now - (now % blockSeconds);
      if (!head.hasBefore(until)) continue;
      const chunks = head
        .seriesIds()
        .toSorted((a, b) => a - b)
        .map((id) => [id, head.chunkBefore(id, until)] as const)
        .filter((pair): pair is [number, Chunk] => pair[1] !== undefined);
      const file = `block-${seconds}-${this.blockNumber++}`;
      const block = await writeBlock(this.files, folder, { file, tierSeconds: seconds, chunks });
      // Both at once: who reads finds the points in one of them.
      this.blocks.push(block);
      for (const [id] of chunks) head.dropBefore(id, until);
    }
  }

  private async writeCheckpoint(journal: number): Promise<void> {
    const draft = `${checkpointFile}.tmp`;
    const to = await FrameWriter.create(this.files, folder, draft);
    try {
      for (const frame of framesOf(this.entriesOfState(journal))) {
        const out = new ByteWriter(2 ** 16);
        for (const entry of frame) writeEntry(out, entry);
        await to.write(out);
      }
      await to.sync();
    } finally {
      await to.close();
    }
    await this.files.rename(folder, draft, checkpointFile);
  }

  private *entriesOfState(journal: number): Generator<Entry> {
    yield { kind: "next", journal, block: this.blockNumber };
    for (const { id, lastTime, name } of this.series.all()) yield { kind: "series", id, lastTime, name };
    for (const { file, from, to, tierSeconds } of this.blocks) {
      yield { kind: "block", file, from, to, tier: tiers.findIndex(({ seconds }) => seconds === tierSeconds) };
    }
    for (const [tier, head] of this.heads.entries()) {
      for (const id of head.seriesIds()) yield { kind: "head", id, tier, points: head.read(id) };
    }
  }

  private async removeAllBut(journals: ReadonlySet<string>): Promise<void> {
    const kept = new Set([checkpointFile, ...journals, ...this.blocks.map(({ file }) => file)]);
    for (const name of await this.files.list(folder)) if (!kept.has(name)) await this.files.remove(folder, name);
  }

  private drop(series: Series): void {
    this.series.remove(series);
    for (const head of this.heads) head.forget(series.id);
  }
}

function journalFile(number: number): string {
  return `journal-${number}`;
}

function keptSecondsOf(tierSeconds: number): number {
  return (tiers.find(({ seconds }) => seconds === tierSeconds) as Tier).keptSeconds;
}

function* framesOf(entries: Iterable<Entry>): Generator<Entry[]> {
  let frame: Entry[] = [];
  for (const entry of entries) {
    frame.push(entry);
    if (frame.length < entriesInFrame) continue;
    yield frame;
    frame = [];
  }
  if (frame.length > 0) yield frame;
}

/** Points as one for each period; periods are counted from the start. */
function inPeriods(points: readonly Point[], { start, periodSeconds }: ReadRange): Point[] {
  const merged: Point[] = [];
  for (const point of points) {
    const time = point.time - ((point.time - start) % periodSeconds);
    const last = merged.at(-1);
    if (last?.time === time) merged[merged.length - 1] = mergePoints(last, point);
    else merged.push({ ...point, time });
  }
  return merged;
}
