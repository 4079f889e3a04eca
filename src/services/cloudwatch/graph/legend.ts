import type { Canvas } from "../drawing/canvas.ts";
import { fitText, textWidth } from "../drawing/font.ts";
import type { DrawnSeries, Picture } from "./picture.ts";
import { type Box, ink, legendRow, margin, muted, textSize } from "./style.ts";

const swatch = 14;
const gap = 6;
const between = 18;
/** No more of a picture than this is given to its legend. */
const largestPart = 0.35;

interface Entry {
  readonly series: DrawnSeries;
  readonly text: string;
  /** Within the legend. */
  readonly x: number;
  readonly row: number;
}

/** Draws the legend of a picture and gives what is left of the box for the rest. */
export function drawLegend(canvas: Canvas, picture: Picture, box: Box): Box {
  if (picture.legend === "hidden" || picture.series.length === 0) return box;
  return picture.legend === "right" ? drawRight(canvas, picture, box) : drawBottom(canvas, picture, box);
}

function drawBottom(canvas: Canvas, { series, height }: Picture, box: Box): Box {
  const width = box.right - box.left;
  const entries = flow(series, width);
  const rows = Math.min(entries.at(-1)!.row + 1, Math.floor((height * largestPart) / legendRow));
  if (rows < 1) return box;
  const top = box.bottom - rows * legendRow;
  drawEntries(canvas, entries, { left: box.left, top, rows, right: box.right });
  return { ...box, bottom: top - gap * 1.5 };
}

function drawRight(canvas: Canvas, { series, width }: Picture, box: Box): Box {
  const most = Math.floor(width * largestPart);
  const widest = Math.max(...series.map(({ label }) => textWidth(label, textSize)));
  const room = Math.min(most, widest + swatch + gap);
  const rows = Math.floor((box.bottom - box.top) / legendRow);
  const left = box.right - room;
  if (rows < 1 || room < swatch * 2) return box;
  const entries = series.map((each, row) => ({
    ...{ series: each, x: 0, row },
    text: fitText(each.label, textSize, room - swatch - gap),
  }));
  drawEntries(canvas, entries, { left, top: box.top, rows, right: box.right });
  return { ...box, right: left - margin };
}

/** Entries beside each other, as many as a row has room for. */
function flow(series: readonly DrawnSeries[], width: number): Entry[] {
  let [x, row] = [0, 0];
  return series.map((each) => {
    const text = fitText(each.label, textSize, width - swatch - gap);
    const needed = swatch + gap + textWidth(text, textSize);
    if (x > 0 && x + needed > width) [x, row] = [0, row + 1];
    const entry = { series: each, text, x, row };
    x += needed + between;
    return entry;
  });
}

function drawEntries(
  canvas: Canvas,
  entries: readonly Entry[],
  { left, top, rows, right }: { left: number; top: number; rows: number; right: number },
): void {
  const shown = entries.filter(({ row }) => row < rows);
  const hidden = entries.length - shown.length;
  // Those that have no room are counted where the last row begins.
  const visible = hidden === 0 ? shown : shown.filter(({ row }) => row < rows - 1);
  for (const { series, text, x, row } of visible) {
    const middle = top + row * legendRow + legendRow / 2;
    canvas.rectangle(left + x, middle - 2, swatch, 4, series.color);
    canvas.textAbout(text, left + x + swatch + gap, middle, { size: textSize, color: ink });
  }
  if (hidden === 0) return;
  const middle = top + (rows - 1) * legendRow + legendRow / 2;
  const text = fitText(`and ${entries.length - visible.length} more`, textSize, right - left);
  canvas.textAbout(text, left, middle, { size: textSize, color: muted });
}
