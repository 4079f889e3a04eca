import type { Canvas } from "../drawing/canvas.ts";
import { fitText, textWidth } from "../drawing/font.ts";
import type { Place } from "../drawing/path.ts";
import { shortNumber, suffixOf } from "./number.ts";
import type { DrawnSeries, Picture } from "./picture.ts";
import { runsOf } from "./stack.ts";
import { type Box, ink, muted, textSize } from "./style.ts";
import { scaleOf } from "./ticks.ts";

const largest = 44;
const smallest = 12;
const gap = 16;

/** The latest value of each series as a number, with `sparkline` above how it came about. */
export function drawNumbers(canvas: Canvas, picture: Picture, box: Box): void {
  for (const { series, cell } of cellsOf(picture.series, box)) drawNumber(canvas, picture, series, cell);
}

/** Equal parts of a box, one a series, about twice as wide as high. */
export function cellsOf(series: readonly DrawnSeries[], box: Box): { series: DrawnSeries; cell: Box }[] {
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const wanted = Math.round(Math.sqrt((series.length * width) / (height * 2)));
  const columns = Math.min(series.length, Math.max(1, wanted));
  const rows = Math.ceil(series.length / columns);
  return series.map((each, i) => {
    const left = box.left + ((i % columns) * width) / columns;
    const top = box.top + (Math.floor(i / columns) * height) / rows;
    const cell = { left, top, right: left + width / columns - gap, bottom: top + height / rows - gap / 2 };
    return { series: each, cell };
  });
}

/** A value with its unit. */
export function valueText({ fullPrecision }: Picture, { unit }: DrawnSeries, value: number | undefined): string {
  if (value === undefined) return "--";
  return `${fullPrecision ? value : shortNumber(value, 3)}${suffixOf(unit)}`;
}

function drawNumber(canvas: Canvas, picture: Picture, series: DrawnSeries, cell: Box): void {
  const text = valueText(picture, series, series.values.at(-1));
  const [width, height] = [cell.right - cell.left, cell.bottom - cell.top];
  if (width < 1 || height < 1) return;
  const roomy = Math.min(largest, height * 0.45, (width / textWidth(text, 1)) * 0.95);
  const size = Math.max(smallest, roomy);
  const middle = (cell.top + cell.bottom) / 2;
  if (picture.sparkline) drawSparkline(canvas, series, cell);
  canvas.rectangle(cell.left, middle - size * 0.5, 3, size + textSize + 4, series.color);
  canvas.text(text, cell.left + 10, middle + size * 0.3, { size, color: ink });
  const label = fitText(series.label, textSize, width - 10);
  canvas.text(label, cell.left + 10, middle + size * 0.5 + textSize + 2, { size: textSize, color: muted });
}

/** It lies behind the number, faintly. */
function drawSparkline(canvas: Canvas, series: DrawnSeries, cell: Box): void {
  const { times, values, color } = series;
  if (times.length < 2) return;
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const { min, max } = scaleOf(low, high, 3);
  const [start, end] = [times[0]!, times.at(-1)!];
  for (const run of runsOf(series)) {
    const places = run.map(([time, value]): Place => {
      const x = cell.left + ((time - start) / (end - start)) * (cell.right - cell.left);
      return [x, cell.bottom - ((value - min) / (max - min)) * (cell.bottom - cell.top)];
    });
    const ground = [places.at(-1)![0], cell.bottom, places[0]![0], cell.bottom];
    canvas.fill([[...places.flat(), ...ground]], color, 0.12);
    canvas.line(places, 1.4, color, 0.5);
  }
}
