import type { Log } from "#kernel/controller.ts";
import type { DataFile, DataFiles } from "#kernel/data-files.ts";
import { DriverError } from "#kernel/fault.ts";
import { BlockBuilder } from "./blocks.ts";
import { type RecordView, readRecord } from "./record.ts";
import { fileHeader, readSealedIndex, type Segment } from "./segment.ts";
import { mergeStatistics, type StreamEntries, type StreamStatistics, statisticsOf } from "./statistics.ts";

/** What remains known when segments are deleted, so that no position is forgotten and no number given twice. */
export interface Carried {
  readonly nextSequence: number;
  readonly nextNumber: number;
  readonly streams: StreamEntries;
}
const carriedName = "carried.json";

export interface Loaded {
  readonly segments: Segment[];
  readonly streams: Map<string, StreamStatistics>;
  readonly nextSequence: number;
  readonly nextNumber: number;
}

/**
 * Reads what a folder holds: the indexes of sealed segments, all of the others. What a crash left half-done is removed:
 * temporary files, segments that have been sealed, and bytes behind the last whole record of the newest.
 */
export async function loadFolder(files: DataFiles, folder: string, log: Log): Promise<Loaded> {
  const names = new Set(await files.list(folder));
  for (const name of names) {
    const superseded = name.endsWith(".log") && names.has(name.replace(/log$/, "sealed"));
    if (superseded || name.endsWith(".tmp")) {
      await files.remove(folder, name);
      names.delete(name);
    }
  }
  const carried = names.has(carriedName) ? await readCarried(files, folder) : undefined;
  const streams = new Map<string, StreamStatistics>(carried?.streams ?? []);
  const segments: Segment[] = [];
  for (const name of [...names].filter((each) => /^\d{10}\.(log|sealed)$/.test(each)).sort()) {
    const merge = (streamId: string, more: StreamStatistics) => {
      streams.set(streamId, mergeStatistics(streams.get(streamId), more));
    };
    const load = name.endsWith(".sealed") ? loadSealed : loadOpen;
    segments.push(await load(files, folder, name, merge, log));
  }
  return {
    segments,
    streams,
    nextSequence: Math.max(carried?.nextSequence ?? 0, ...segments.map((segment) => segment.nextSequence)),
    nextNumber: Math.max(carried?.nextNumber ?? 1, (segments.at(-1)?.number ?? 0) + 1),
  };
}

type Merge = (streamId: string, statistics: StreamStatistics) => void;

async function loadSealed(files: DataFiles, folder: string, fileName: string, merge: Merge): Promise<Segment> {
  const file = await files.open(folder, fileName, "read");
  try {
    const { nextSequence, minTimestamp, maxTimestamp, createdAt, streams } = await readSealedIndex(file);
    for (const [streamId, statistics] of streams) merge(streamId, statistics);
    return {
      ...{ number: Number.parseInt(fileName, 10), folder, fileName, sealed: true, fileBytes: await file.size() },
      ...{ nextSequence, minTimestamp, maxTimestamp, createdAt, builder: undefined, readers: 0, retired: false },
    };
  } finally {
    await file.close();
  }
}

/** A segment that is written to, without records yet. */
export function emptySegment(folder: string, fileName: string, createdAt: number): Segment {
  return {
    ...{ number: Number.parseInt(fileName, 10), folder, fileName, sealed: false, fileBytes: fileHeader.length },
    ...{ nextSequence: 0, minTimestamp: Number.POSITIVE_INFINITY, maxTimestamp: Number.NEGATIVE_INFINITY },
    ...{ createdAt, builder: new BlockBuilder(), readers: 0, retired: false },
  };
}

/** Counts a record in that stands in the segment's file. */
export function noteRecord(segment: Segment, record: Omit<RecordView, "buffer" | "eventsAt">): void {
  if (segment.minTimestamp > segment.maxTimestamp) segment.createdAt = record.ingestionTime;
  segment.builder?.add(record);
  segment.fileBytes = record.end;
  segment.nextSequence = record.sequence + record.eventCount;
  segment.minTimestamp = Math.min(segment.minTimestamp, record.minTimestamp);
  segment.maxTimestamp = Math.max(segment.maxTimestamp, record.maxTimestamp);
}

async function loadOpen(files: DataFiles, folder: string, fileName: string, merge: Merge, log: Log): Promise<Segment> {
  const file = await files.open(folder, fileName, "write");
  try {
    const segment = emptySegment(folder, fileName, 0);
    await checkHeader(file, fileName);
    for await (const record of scan(file)) {
      noteRecord(segment, record);
      merge(record.streamId, statisticsOf(record));
    }
    const size = await file.size();
    if (size !== segment.fileBytes) {
      const [bytes, segmentFile] = [size - segment.fileBytes, `${folder}/${fileName}`];
      log.warn("cut the unfinished end of a log segment", { file: segmentFile, bytes });
      await file.truncate(segment.fileBytes);
      await file.sync();
    }
    return segment;
  } finally {
    await file.close();
  }
}

/** A file whose header never reached the disk has no records either; any other header is of another version. */
async function checkHeader(file: DataFile, fileName: string): Promise<void> {
  const header = await file.read(0, fileHeader.length);
  if (header.equals(fileHeader) || header.every((byte, i) => byte === 0 || byte === fileHeader[i])) return;
  throw new DriverError("Failed", `${fileName} is no log segment that this version can read.`);
}

/** The whole records of a segment file; `start` and `end` are places in the file. */
async function* scan(file: DataFile): AsyncGenerator<RecordView> {
  const chunkBytes = 2 ** 20;
  let position = fileHeader.length;
  for (let wanted = chunkBytes; ; ) {
    const buffer = await file.read(position, wanted);
    let at = 0;
    let record = readRecord(buffer, at);
    for (; typeof record !== "string"; record = readRecord(buffer, at)) {
      yield { ...record, start: position + record.start, end: position + record.end };
      at = record.end;
    }
    if (record === "torn" || buffer.length < wanted) return;
    position += at;
    wanted = at === 0 ? wanted * 2 : chunkBytes;
  }
}

async function readCarried(files: DataFiles, folder: string): Promise<Carried> {
  const file = await files.open(folder, carriedName, "read");
  try {
    return JSON.parse((await file.read(0, await file.size())).toString()) as Carried;
  } finally {
    await file.close();
  }
}

/** Durable when it resolves. */
export async function writeCarried(files: DataFiles, folder: string, carried: Carried): Promise<void> {
  const temporary = `${carriedName}.tmp`;
  const file = await files.create(folder, temporary);
  try {
    await file.write([Buffer.from(JSON.stringify(carried))], 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await files.rename(folder, temporary, carriedName);
}
