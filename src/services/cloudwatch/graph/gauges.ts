import type { Canvas } from "../drawing/canvas.ts";
import { fitText, textWidth } from "../drawing/font.ts";
import { sector } from "../drawing/path.ts";
import { shortNumber } from "./number.ts";
import { cellsOf, valueText } from "./numbers.ts";
import type { DrawnSeries, HorizontalLine, Picture } from "./picture.ts";
import { type Box, gridLine, ink, muted, textSize } from "./style.ts";

/** The arc goes from the lower left over the top to the lower right. */
const half = (2 / 3) * Math.PI;

/** The latest value of each series between the ends of the left axis; ranges that are filled are at the rim. */
export function drawGauges(canvas: Canvas, picture: Picture, box: Box): void {
  for (const { series, cell } of cellsOf(picture.series, box)) drawGauge(canvas, picture, series, cell);
}

function drawGauge(canvas: Canvas, picture: Picture, series: DrawnSeries, cell: Box): void {
  const { min = 0, max = 1 } = picture.axes.left;
  const outer = Math.min((cell.right - cell.left) / 2, ((cell.bottom - cell.top) * 2) / 3 - textSize);
  if (outer < 8) return;
  const center = [(cell.left + cell.right) / 2, cell.top + outer] as const;
  const angle = (value: number) => -half + 2 * half * Math.min(Math.max((value - min) / (max - min), 0), 1);
  const ring = { inner: outer * 0.7, outer: outer * 0.93 };
  canvas.fill([sector(center, ring, -half, half)], gridLine);
  const value = series.values.at(-1);
  if (value !== undefined) canvas.fill([sector(center, ring, -half, angle(value))], series.color);
  for (const line of picture.horizontal) {
    const [from, to] = rangeOf(line, min, max);
    canvas.fill([sector(center, { inner: outer * 0.95, outer }, angle(from), angle(to))], line.color);
  }
  const text = valueText(picture, series, value);
  const size = Math.min(36, outer * 0.45, (outer * 1.2) / textWidth(text, 1));
  canvas.textAbout(text, center[0], center[1], { size, color: ink, align: "middle" });
  const small = { size: textSize, color: muted, align: "middle" } as const;
  const low = center[1] + outer * Math.cos(Math.PI - half) + textSize + 4;
  canvas.text(shortNumber(min), center[0] - outer * Math.sin(half), low, small);
  canvas.text(shortNumber(max), center[0] + outer * Math.sin(half), low, small);
  canvas.text(fitText(series.label, textSize, outer * 1.2), center[0], low, { ...small, color: ink });
}

/** What a line marks: a line alone is as good as none wide. */
function rangeOf({ value, fill }: HorizontalLine, min: number, max: number): [number, number] {
  if (fill === "above") return [value, max];
  if (fill === "below") return [min, value];
  const thin = (max - min) / 200;
  return typeof fill === "object" ? [Math.min(value, fill.to), Math.max(value, fill.to)] : [value - thin, value + thin];
}
