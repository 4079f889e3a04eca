import { decodePoints, encodePoints, PointEncoder } from "./codec.ts";
import { mergePoints, type Point } from "./point.ts";
import type { Tier } from "./tiers.ts";

/**
 * The newest points of one tier, in memory. A series has one open point, which new values are added to; those before it
 * are encoded at once, so that memory holds little more than the disk will. Points that come late wait beside them.
 */
export class Head {
  readonly tier: Tier;
  private readonly series = new Map<number, SeriesHead>();

  constructor(tier: Tier) {
    this.tier = tier;
  }

  /** Adds to what there is for the point's period. */
  add(seriesId: number, point: Point): void {
    const time = point.time - (point.time % this.tier.seconds);
    let head = this.series.get(seriesId);
    if (head === undefined) {
      head = { open: undefined, encoder: new PointEncoder(this.tier.seconds), late: undefined };
      this.series.set(seriesId, head);
    }
    const placed = point.time === time ? point : { ...point, time };
    const { open } = head;
    if (open === undefined) head.open = placed;
    else if (open.time === time) head.open = mergePoints(open, placed);
    else if (open.time < time) {
      head.encoder.add(open);
      head.open = placed;
    } else {
      head.late ??= new Map();
      const before = head.late.get(time);
      head.late.set(time, before ? mergePoints(before, placed) : placed);
    }
  }

  /** The points of a series in the order of their times. */
  read(seriesId: number): Point[] {
    const head = this.series.get(seriesId);
    return head === undefined ? [] : pointsOf(head, this.tier.seconds);
  }

  seriesIds(): number[] {
    return [...this.series.keys()];
  }

  /** The points before `until`, encoded; undefined when there are none. Valid until points are added. */
  chunkBefore(seriesId: number, until: number): Chunk | undefined {
    const head = this.series.get(seriesId);
    if (head === undefined) return undefined;
    if (head.late === undefined && head.encoder.last < until) {
      // The usual case: what has been encoded is the chunk.
      if (head.open !== undefined && head.open.time < until) {
        head.encoder.add(head.open);
        head.open = undefined;
      }
      const { first: from, last: to } = head.encoder;
      return from <= to ? { bytes: head.encoder.bytes(), from, to } : undefined;
    }
    const points = pointsOf(head, this.tier.seconds).filter(({ time }) => time < until);
    if (points.length === 0) return undefined;
    return { bytes: encodePoints(points, this.tier.seconds), from: points[0]!.time, to: points.at(-1)!.time };
  }

  dropBefore(seriesId: number, until: number): void {
    const rest = this.read(seriesId).filter(({ time }) => time >= until);
    this.series.delete(seriesId);
    for (const point of rest) this.add(seriesId, point);
  }

  /** Whether a series has points before `until`. */
  hasBefore(until: number): boolean {
    for (const { open, encoder, late } of this.series.values()) {
      if (encoder.first < until || (open !== undefined && open.time < until)) return true;
      if (late !== undefined && [...late.keys()].some((time) => time < until)) return true;
    }
    return false;
  }

  forget(seriesId: number): void {
    this.series.delete(seriesId);
  }
}

/** Encoded points of a series, the first and the last of them by the time when they begin. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
}

interface SeriesHead {
  open: Point | undefined;
  readonly encoder: PointEncoder;
  late: Map<number, Point> | undefined;
}

function pointsOf(head: SeriesHead, stepSeconds: number): Point[] {
  const points = decodePoints(head.encoder.bytes(), stepSeconds);
  if (head.open !== undefined) points.push(head.open);
  return head.late === undefined ? points : inOrder([...points, ...head.late.values()]);
}

/** By time, those of one time as one. */
export function inOrder(points: readonly Point[]): Point[] {
  const sorted = points.toSorted((a, b) => a.time - b.time);
  const merged: Point[] = [];
  for (const point of sorted) {
    const last = merged.at(-1);
    if (last?.time === point.time) merged[merged.length - 1] = mergePoints(last, point);
    else merged.push(point);
  }
  return merged;
}
