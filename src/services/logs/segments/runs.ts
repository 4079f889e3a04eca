import { zstdDecompressSync } from "node:zlib";
import type { DataFile, DataFiles } from "#kernel/data-files.ts";
import type { Block, BlockContent } from "./blocks.ts";
import type { GroupLog } from "./group-log.ts";
import { type IndexCache, readWhole, type Segment } from "./segment.ts";

/** Blocks of one segment that are read one after another: plain data, so that another thread can read them. */
export interface BlockRun {
  readonly folder: string;
  readonly fileName: string;
  readonly sealed: boolean;
  readonly blocks: readonly RunBlock[];
  /** Of the newest event in them. */
  readonly maxTimestamp: number;
}

export interface RunBlock extends Pick<Block, "offset" | "length" | "rawLength" | "maxTimestamp"> {
  /** Where it is known, and all of it is in the range: so that it can be counted unread. */
  readonly content?: BlockContent;
}

export interface EventRange {
  /** Inclusive. */
  readonly startTime: number;
  /** Exclusive. */
  readonly endTime: number;
  readonly streams: { has(streamId: string): boolean };
}

/** Runs hold about so much, not compressed. */
const runBytes = 8 * 2 ** 20;

/** What may hold events of the range, the newest first. The files stay until `release` is called. */
export async function pinRuns(
  group: GroupLog,
  range: EventRange,
  indexes: IndexCache,
): Promise<{ readonly runs: readonly BlockRun[]; readonly release: () => Promise<void> }> {
  const { segments, release } = group.pin();
  const isWanted = (part: Pick<Block, "minTimestamp" | "maxTimestamp">) =>
    part.maxTimestamp >= range.startTime && part.minTimestamp < range.endTime;
  try {
    const runs: BlockRun[] = [];
    for (const segment of segments.filter(isWanted)) {
      const blocks = (await indexes.blocksOf(segment)).filter((block) => isWanted(block) && hasStream(block, range));
      runs.push(...runsOf(segment, blocks, range));
    }
    return { runs: runs.sort((a, b) => b.maxTimestamp - a.maxTimestamp), release };
  } catch (error) {
    await release();
    throw error;
  }
}

function hasStream({ streams: own }: Block, { streams }: EventRange): boolean {
  return [...own].some((id) => streams.has(id));
}

function runsOf({ folder, fileName, sealed }: Segment, blocks: readonly Block[], range: EventRange): BlockRun[] {
  const runs: BlockRun[] = [];
  // The newest first: most queries ask for those, and need not look at others closely.
  blocks = blocks.toReversed();
  let [taken, bytes]: [Block[], number] = [[], 0];
  for (const [i, block] of blocks.entries()) {
    taken.push(block);
    bytes += block.rawLength;
    if (bytes < runBytes && i < blocks.length - 1) continue;
    const maxTimestamp = Math.max(...taken.map((each) => each.maxTimestamp));
    runs.push({ folder, fileName, sealed, blocks: taken.map((each) => toRunBlock(each, range)), maxTimestamp });
    [taken, bytes] = [[], 0];
  }
  return runs;
}

function toRunBlock(block: Block, { startTime, endTime, streams }: EventRange): RunBlock {
  const { offset, length, rawLength, minTimestamp, maxTimestamp, content } = block;
  const isWhole =
    minTimestamp >= startTime && maxTimestamp < endTime && [...block.streams].every((id) => streams.has(id));
  return { offset, length, rawLength, maxTimestamp, ...(isWhole && content !== undefined && { content }) };
}

/** So much of a file is read at once. */
const readBytes = 2 ** 20;

/**
 * The records of a run, block by block. What comes next is read while the caller looks at a block; it is decompressed
 * in this thread, which is there for that.
 */
export async function* readRun(files: DataFiles, run: BlockRun): AsyncGenerator<Buffer> {
  if (run.blocks.length === 0) return;
  const file = await files.open(run.folder, run.fileName, "read");
  let next: Promise<Buffer> | undefined;
  try {
    const spans = spansOf(run.blocks);
    for (const [i, span] of spans.entries()) {
      const bytes = await (next ?? readSpan(run, file, span));
      const following = spans[i + 1];
      next = following && readSpan(run, file, following);
      // Its failure is told when its turn comes.
      next?.catch(() => {});
      for (const { offset, length, rawLength } of span.blocks) {
        const from = offset - span.offset;
        const block = bytes.subarray(from, from + length);
        // In one piece: by default it would be put together of many.
        yield run.sealed ? zstdDecompressSync(block, { chunkSize: Math.max(rawLength, leastChunkBytes) }) : block;
      }
    }
  } finally {
    await next?.catch(() => {});
    await file.close();
  }
}

/** Node.js takes no less. */
const leastChunkBytes = 64;

interface Span {
  readonly offset: number;
  readonly end: number;
  readonly blocks: readonly RunBlock[];
}

/** Blocks that stand beside one another in the file, in pieces that are read at once. */
function spansOf(blocks: BlockRun["blocks"]): Span[] {
  const spans: Span[] = [];
  for (const block of blocks) {
    const last = spans.at(-1);
    const end = block.offset + block.length;
    if (last !== undefined && end === last.offset && last.end - block.offset <= readBytes) {
      spans[spans.length - 1] = { offset: block.offset, end: last.end, blocks: [...last.blocks, block] };
    } else {
      spans.push({ offset: block.offset, end, blocks: [block] });
    }
  }
  return spans;
}

function readSpan({ fileName }: BlockRun, file: DataFile, { offset, end }: Span): Promise<Buffer> {
  return readWhole(fileName, file, { offset, length: end - offset });
}
