import type { Canvas } from "../drawing/canvas.ts";
import { textWidth } from "../drawing/font.ts";
import { circle, type Place } from "../drawing/path.ts";
import { drawLineLabels, drawLines } from "./annotations.ts";
import { shortNumber, unitLabel } from "./number.ts";
import type { DrawnSeries, Picture, Side } from "./picture.ts";
import { type Band, runsOf, stacked } from "./stack.ts";
import { axisLine, type Box, gridLine, muted, textSize } from "./style.ts";
import { type Scale, scaleOf, timeTicks } from "./ticks.ts";

const lineWidth = 1.8;
const dotRadius = 2.4;
const tickEvery = 44;
const timeEvery = 66;

/** The plot, and where a value and a moment are on it. */
export interface Plot extends Box {
  x(time: number): number;
  y(side: Side, value: number): number;
}

/** Lines over time, or with `stacked` areas upon each other. Gives way after each. */
export function* drawTimeSeries(canvas: Canvas, picture: Picture, box: Box): Generator<undefined> {
  const bands = new Map<DrawnSeries, readonly Band[]>();
  for (const side of ["left", "right"] as const) {
    if (!picture.stacked) break;
    const own = picture.series.filter((each) => each.side === side);
    for (const [i, each] of stacked(own).entries()) bands.set(own[i]!, each);
  }
  const scales = scalesOf(picture, bands, box);
  const plot = plotOf(picture, scales, box);
  drawGrid(canvas, picture, scales, plot);
  // A line along the edge is drawn whole.
  const unclip = canvas.clip({ ...plot, top: plot.top - lineWidth, bottom: plot.bottom + lineWidth });
  drawLines(canvas, picture, plot);
  for (const series of picture.series) {
    const own = bands.get(series);
    if (own) drawArea(canvas, series, own, plot);
    else drawLine(canvas, series, plot);
    yield;
  }
  unclip();
  drawLineLabels(canvas, picture, plot);
}

type Scales = Readonly<Partial<Record<Side, Scale>>>;

/** The left axis is there always, the right one for those who are on it. */
function scalesOf(picture: Picture, bands: ReadonlyMap<DrawnSeries, readonly Band[]>, box: Box): Scales {
  const count = Math.max(1, Math.floor((box.bottom - box.top) / tickEvery));
  const of = (side: Side): Scale | undefined => {
    const own = picture.series.filter((series) => series.side === side);
    const lines = picture.horizontal.filter((line) => line.side === side);
    if (side === "right" && own.length === 0 && lines.length === 0) return undefined;
    const values = [
      ...own.flatMap((series) => bands.get(series)?.flatMap(({ low, high }) => [low, high]) ?? series.values),
      ...lines.flatMap(({ value, fill }) => (typeof fill === "object" ? [value, fill.to] : [value])),
    ].filter(Number.isFinite);
    const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    return values.length === 0
      ? scaleOf(0, 1, count, picture.axes[side])
      : scaleOf(low, high, count, picture.axes[side]);
  };
  const [left, right] = [of("left"), of("right")];
  return { ...(left && { left }), ...(right && { right }) };
}

function plotOf({ axes, series, start, end }: Picture, scales: Scales, box: Box): Plot {
  const widthOf = (side: Side) => {
    const labels = scales[side]?.ticks.map((tick) => textWidth(shortNumber(tick), textSize)) ?? [];
    return labels.length === 0 ? 0 : Math.max(...labels) + 8;
  };
  const hasLabel = (["left", "right"] as const).some((side) => labelOf(axes, series, side) !== "");
  const plot: Box = {
    left: Math.round(box.left + widthOf("left")),
    right: Math.round(box.right - widthOf("right")),
    top: Math.round(box.top + (hasLabel ? textSize + 8 : 4)),
    bottom: Math.round(box.bottom - textSize - 8),
  };
  return {
    ...plot,
    x: (time) => plot.left + ((time - start) / (end - start)) * (plot.right - plot.left),
    y: (side, value) => {
      const { min, max } = scales[side]!;
      return plot.bottom - ((value - min) / (max - min)) * (plot.bottom - plot.top);
    },
  };
}

/** What is written above an axis. */
function labelOf(axes: Picture["axes"], series: Picture["series"], side: Side): string {
  const { label, showUnits } = axes[side];
  if (label !== undefined) return label;
  const own = series.filter((each) => each.side === side);
  return showUnits && own.length > 0 ? unitLabel(new Set(own.map(({ unit }) => unit))) : "";
}

function drawGrid(canvas: Canvas, picture: Picture, scales: Scales, plot: Plot): void {
  const small = { size: textSize, color: muted };
  const width = plot.right - plot.left;
  if (width < 1 || plot.bottom - plot.top < 1) return;
  for (const tick of scales.left!.ticks) {
    const y = Math.round(plot.y("left", tick));
    canvas.rectangle(plot.left, y, width, 1, gridLine);
    canvas.textAbout(shortNumber(tick), plot.left - 6, y, { ...small, align: "end" });
  }
  for (const tick of scales.right?.ticks ?? []) {
    canvas.textAbout(shortNumber(tick), plot.right + 6, Math.round(plot.y("right", tick)), small);
  }
  for (const { time, label } of timeTicks(picture.start, picture.end, width / timeEvery, picture.zoneMinutes)) {
    const x = Math.round(plot.x(time));
    canvas.rectangle(x, plot.bottom, 1, 4, axisLine);
    const half = textWidth(label, textSize) / 2;
    if (x - half < 0 || x + half > canvas.width) continue;
    canvas.text(label, x, plot.bottom + textSize + 6, { ...small, align: "middle" });
  }
  canvas.rectangle(plot.left, plot.bottom, width, 1, axisLine);
  for (const side of ["left", "right"] as const) {
    const label = labelOf(picture.axes, picture.series, side);
    const at = side === "left" ? 12 : canvas.width - 12;
    canvas.text(label, at, plot.top - 8, { ...small, align: side === "left" ? "start" : "end" });
  }
}

function drawLine(canvas: Canvas, series: DrawnSeries, plot: Plot): void {
  for (const run of runsOf(series)) {
    const places = run.map(([time, value]): Place => [plot.x(time), plot.y(series.side, value)]);
    if (places.length === 1) canvas.fill([circle(places[0]!, dotRadius)], series.color);
    else canvas.line(places, lineWidth, series.color);
  }
}

function drawArea(canvas: Canvas, { color, side }: DrawnSeries, bands: readonly Band[], plot: Plot): void {
  if (bands.length === 0) return;
  const edge = (of: (band: Band) => number): Place[] =>
    bands.map((band) => [plot.x(band.time), plot.y(side, of(band))]);
  const top = edge(({ high }) => high);
  if (top.length === 1) {
    canvas.fill([circle(top[0]!, dotRadius)], color);
    return;
  }
  canvas.fill([[...top, ...edge(({ low }) => low).toReversed()].flat()], color, 0.55);
  canvas.line(top, lineWidth, color);
}
