import type { DataFiles } from "#kernel/data-files.ts";
import { type Block, recordsOf } from "./blocks.ts";
import type { GroupLog } from "./group-log.ts";
import type { StoredEvent } from "./page.ts";
import { forEachEvent } from "./record.ts";
import { type IndexCache, readBlock, type Segment } from "./segment.ts";

export interface StoredAfter {
  /** By their streams and, within each, in the order of storage. */
  readonly events: readonly StoredEvent[];
  /** The number of the first event that was not looked at: where to go on from. */
  readonly next: number;
}

/** As many numbers are looked at in one go. */
const mostEvents = 20_000;

/**
 * What was stored from the event with the number `sequence` on, in the order of storage and not of time: for those who
 * have to see each event once. Of the segment that is written to only what is new is read; of a sealed one, to which
 * only those come who are far behind, all.
 */
export async function readAfter(
  group: GroupLog,
  sequence: number,
  options: { readonly files: DataFiles; readonly indexes: IndexCache },
): Promise<StoredAfter> {
  const pinned = group.pin();
  try {
    const segment = pinned.segments.find((each) => each.nextSequence > sequence);
    if (segment === undefined) return { events: [], next: sequence };
    const end = Math.min(segment.nextSequence, sequence + mostEvents);
    const blocks = (await options.indexes.blocksOf(segment)).filter(
      (block, i, all) => !isBefore(all[i + 1], sequence) && (block.firstSequence ?? 0) < end,
    );
    const events = await eventsIn(segment, blocks, { from: sequence, end }, options.files);
    return { events: events.sort((a, b) => compare(a, b)), next: end };
  } finally {
    await pinned.release();
  }
}

/** Whether a block, and so the one before it, begins at the place or before. */
function isBefore(next: Block | undefined, sequence: number): boolean {
  return next?.firstSequence !== undefined && next.firstSequence <= sequence;
}

async function eventsIn(
  segment: Segment,
  blocks: readonly Block[],
  range: { readonly from: number; readonly end: number },
  files: DataFiles,
): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  const file = await files.open(segment.folder, segment.fileName, "read");
  try {
    for (const block of blocks) {
      for (const record of recordsOf(await readBlock(segment, file, block))) {
        if (record.sequence >= range.end || record.sequence + record.eventCount <= range.from) continue;
        const { streamId, ingestionTime, buffer } = record;
        forEachEvent(record, (timestamp, sequence, messageAt, messageEnd) => {
          if (sequence < range.from || sequence >= range.end) return;
          const message = buffer.toString("utf8", messageAt, messageEnd);
          events.push({ timestamp, sequence, streamId, ingestionTime, message });
        });
      }
    }
    return events;
  } finally {
    await file.close();
  }
}

function compare(a: StoredEvent, b: StoredEvent): number {
  if (a.streamId !== b.streamId) return a.streamId < b.streamId ? -1 : 1;
  return a.sequence - b.sequence;
}
