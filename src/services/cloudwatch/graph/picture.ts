import type { Color } from "../drawing/color.ts";
import type { Limits } from "./ticks.ts";

/** What is drawn: a widget whose metrics have been read. */
export interface Picture {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly title?: string;
  readonly view: "timeSeries" | "singleValue" | "gauge" | "bar" | "pie";
  readonly stacked: boolean;
  readonly sparkline: boolean;
  readonly fullPrecision: boolean;
  readonly legend: "bottom" | "right" | "hidden";
  readonly axes: Readonly<Record<Side, Axis>>;
  readonly horizontal: readonly HorizontalLine[];
  readonly vertical: readonly VerticalLine[];
  /** Seconds since the epoch. */
  readonly start: number;
  readonly end: number;
  /** Minutes that the times written are ahead of UTC. */
  readonly zoneMinutes: number;
  readonly series: readonly DrawnSeries[];
}

export type Side = "left" | "right";

export interface Axis extends Limits {
  readonly label?: string;
  readonly showUnits: boolean;
}

export interface DrawnSeries {
  readonly label: string;
  readonly color: Color;
  readonly side: Side;
  /** Seconds since the epoch, ascending. */
  readonly times: readonly number[];
  readonly values: readonly number[];
  readonly periodSeconds: number;
  readonly unit?: string;
}

interface Line {
  readonly label?: string;
  readonly color: Color;
}

/** A line at a value, and what is filled: everything above or below, or up to another line. */
export interface HorizontalLine extends Line {
  readonly value: number;
  readonly side: Side;
  readonly fill: "above" | "below" | "none" | { readonly to: number; readonly label?: string };
}

/** The same at a moment, in seconds since the epoch. */
export interface VerticalLine extends Line {
  readonly time: number;
  readonly fill: "before" | "after" | "none" | { readonly to: number; readonly label?: string };
}
