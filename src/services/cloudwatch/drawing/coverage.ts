import type { Polygon } from "./path.ts";

/**
 * Which part of each pixel a shape covers, 0 to 1: that of a column of a row is at `row * stride + column` of `values`,
 * which begin at `left` and `top`.
 */
export interface Coverage {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly values: Float32Array;
}

/** Whole pixels; right and bottom are outside. */
export interface Bounds {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * The coverage of polygons together within bounds, or undefined where none of it is inside. Each edge adds the area to
 * its right, signed by its direction: the sum along a row is the covered part, and holes run the other way round.
 */
export function coverageOf(polygons: readonly Polygon[], bounds: Bounds): Coverage | undefined {
  let [left, top, right, bottom] = [bounds.right, bounds.bottom, bounds.left, bounds.top];
  for (const polygon of polygons) {
    for (let i = 0; i < polygon.length; i += 2) {
      left = Math.min(left, Math.floor(polygon[i]!));
      right = Math.max(right, Math.ceil(polygon[i]!));
      top = Math.min(top, Math.floor(polygon[i + 1]!));
      bottom = Math.max(bottom, Math.ceil(polygon[i + 1]!));
    }
  }
  left = Math.max(bounds.left, left);
  top = Math.max(bounds.top, top);
  const width = Math.min(bounds.right, right) - left;
  const height = Math.min(bounds.bottom, bottom) - top;
  if (width <= 0 || height <= 0) return undefined;
  const area = new Area(width, height);
  for (const polygon of polygons) {
    for (let i = 0; i < polygon.length; i += 2) {
      const next = (i + 2) % polygon.length;
      area.edge(polygon[i]! - left, polygon[i + 1]! - top, polygon[next]! - left, polygon[next + 1]! - top);
    }
  }
  return { left, top, width, height, ...area.sums() };
}

class Area {
  private readonly width: number;
  private readonly height: number;
  /** Two columns more than there are pixels: what lies right of the last one. */
  private readonly deltas: Float32Array;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.deltas = new Float32Array((width + 2) * height);
  }

  edge(fromX: number, fromY: number, toX: number, toY: number): void {
    if (fromY === toY) return;
    const isDown = fromY < toY;
    const [x0, y0, x1, y1] = isDown ? [fromX, fromY, toX, toY] : [toX, toY, fromX, fromY];
    const slope = (x1 - x0) / (y1 - y0);
    for (let row = Math.max(0, Math.floor(y0)); row < Math.min(this.height, Math.ceil(y1)); row++) {
      const from = Math.max(row, y0);
      const to = Math.min(row + 1, y1);
      const enters = this.inside(x0 + (from - y0) * slope);
      const leaves = this.inside(x0 + (to - y0) * slope);
      this.span(row, Math.min(enters, leaves), Math.max(enters, leaves), isDown ? to - from : from - to);
    }
  }

  /** Left of the picture the whole row is right of the edge, right of it nothing is. */
  private inside(x: number): number {
    return Math.min(Math.max(x, 0), this.width);
  }

  /** An edge that crosses a part `high` of a row between two places. */
  private span(row: number, from: number, to: number, high: number): void {
    const { deltas } = this;
    const start = row * (this.width + 2);
    const first = Math.floor(from);
    const last = Math.floor(to);
    if (first === last) {
      const rest = (from + to) / 2 - first;
      deltas[start + first]! += high * (1 - rest);
      deltas[start + first + 1]! += high * rest;
      return;
    }
    // What is right of the edge in each column, from that of the column before.
    const perColumn = high / (to - from);
    let before = 0;
    for (let column = first; column <= last; column++) {
      const enters = Math.max(from, column);
      const leaves = Math.min(to, column + 1);
      const passed = (enters - from) * perColumn;
      const here = (leaves - enters) * perColumn;
      const covered = passed + here * (1 - ((enters + leaves) / 2 - column));
      deltas[start + column]! += covered - before;
      before = covered;
    }
    deltas[start + last + 1]! += high - before;
  }

  /** In the place of what they are sums of. */
  sums(): Pick<Coverage, "stride" | "values"> {
    const { deltas: values, width } = this;
    const stride = width + 2;
    for (let start = 0; start < values.length; start += stride) {
      let sum = 0;
      for (let at = start; at < start + width; at++) {
        sum += values[at]!;
        values[at] = Math.min(1, Math.abs(sum));
      }
      values[start + width] = 0;
      values[start + width + 1] = 0;
    }
    return { stride, values };
  }
}
