import { hexColor } from "../drawing/color.ts";

/** Colors and sizes that all views have in common. Sizes are pixels. */

export const ink = hexColor("#16191f");
export const muted = hexColor("#545b64");
export const gridLine = hexColor("#e9ebed");
export const axisLine = hexColor("#aab7b8");

export const titleSize = 14;
export const textSize = 11;
export const margin = 12;
export const titleHeight = 22;
export const legendRow = 17;

/** A part of a picture. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}
