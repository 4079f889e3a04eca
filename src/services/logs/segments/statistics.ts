import type { LogPosition } from "#kernel/log-sink.ts";
import type { SourcePosition } from "./record.ts";

/** What is known of a stream without reading its events. Times are milliseconds since the epoch. */
export interface StreamStatistics {
  readonly firstEventTimestamp: number;
  readonly lastEventTimestamp: number;
  readonly lastIngestionTime: number;
  /** The last stored position of each source. */
  readonly sources: Readonly<Record<string, LogPosition>>;
}

/** Statistics with the ids of their streams, in the JSON form that files carry. */
export type StreamEntries = readonly (readonly [streamId: string, statistics: StreamStatistics])[];

/** Whether `a` is beyond `b`: positions are ordered by time, then count. */
export function isBeyond(a: LogPosition, b: LogPosition | undefined): boolean {
  if (b === undefined) return true;
  const difference = BigInt(a.timeNanos) - BigInt(b.timeNanos);
  return difference > 0n || (difference === 0n && a.count > b.count);
}

/** The statistics of what both describe; it does not matter in which order, or how often, they are merged. */
export function mergeStatistics(a: StreamStatistics | undefined, b: StreamStatistics): StreamStatistics {
  if (a === undefined) return b;
  return {
    firstEventTimestamp: Math.min(a.firstEventTimestamp, b.firstEventTimestamp),
    lastEventTimestamp: Math.max(a.lastEventTimestamp, b.lastEventTimestamp),
    lastIngestionTime: Math.max(a.lastIngestionTime, b.lastIngestionTime),
    sources: mergeSources(a.sources, b.sources),
  };
}

function mergeSources(a: StreamStatistics["sources"], b: StreamStatistics["sources"]): StreamStatistics["sources"] {
  const merged = { ...a };
  for (const [sourceId, position] of Object.entries(b)) {
    if (isBeyond(position, merged[sourceId])) merged[sourceId] = position;
  }
  return merged;
}

/** The statistics that one batch adds. */
export function statisticsOf(batch: {
  readonly minTimestamp: number;
  readonly maxTimestamp: number;
  readonly ingestionTime: number;
  readonly source: SourcePosition | undefined;
}): StreamStatistics {
  return {
    firstEventTimestamp: batch.minTimestamp,
    lastEventTimestamp: batch.maxTimestamp,
    lastIngestionTime: batch.ingestionTime,
    sources: batch.source === undefined ? {} : { [batch.source.sourceId]: batch.source.position },
  };
}
