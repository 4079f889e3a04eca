import type { Canvas } from "../drawing/canvas.ts";
import { textWidth } from "../drawing/font.ts";
import type { HorizontalLine, Picture, VerticalLine } from "./picture.ts";
import { textSize } from "./style.ts";
import type { Plot } from "./time-series.ts";

const shade = 0.12;
const width = 1.4;
const dash = 6;

/** The lines and bands that somebody has drawn into a graph, below its data. */
export function drawLines(canvas: Canvas, { horizontal, vertical }: Picture, plot: Plot): void {
  for (const line of horizontal) drawHorizontal(canvas, line, plot);
  for (const line of vertical) drawVertical(canvas, line, plot);
}

function drawHorizontal(canvas: Canvas, { value, fill, side, color }: HorizontalLine, plot: Plot): void {
  const y = plot.y(side, value);
  const other = typeof fill === "object" ? plot.y(side, fill.to) : y;
  const to = fill === "above" ? plot.top : fill === "below" ? plot.bottom : other;
  const wide = plot.right - plot.left;
  canvas.rectangle(plot.left, Math.min(y, to), wide, Math.abs(to - y), color, shade);
  for (const each of new Set([y, other])) {
    for (let x = plot.left; x < plot.right; x += dash * 1.6) {
      canvas.rectangle(x, each - width / 2, Math.min(dash, plot.right - x), width, color);
    }
  }
}

function drawVertical(canvas: Canvas, { time, fill, color }: VerticalLine, plot: Plot): void {
  const x = plot.x(time);
  const other = typeof fill === "object" ? plot.x(fill.to) : x;
  const to = fill === "before" ? plot.left : fill === "after" ? plot.right : other;
  const high = plot.bottom - plot.top;
  canvas.rectangle(Math.min(x, to), plot.top, Math.abs(to - x), high, color, shade);
  for (const each of new Set([x, other])) canvas.rectangle(each - width / 2, plot.top, width, high, color);
}

/** What is written at them, over the data. */
export function drawLineLabels(canvas: Canvas, { horizontal, vertical }: Picture, plot: Plot): void {
  for (const { value, fill, side, color, label } of horizontal) {
    const lines = [[value, label] as const, ...(typeof fill === "object" ? [[fill.to, fill.label] as const] : [])];
    for (const [at, text = ""] of lines) {
      const y = plot.y(side, at) - 4;
      if (y > plot.top && y < plot.bottom + 4) {
        canvas.text(text, plot.right - 4, y, { size: textSize, color, align: "end" });
      }
    }
  }
  for (const { time, fill, color, label } of vertical) {
    const lines = [[time, label] as const, ...(typeof fill === "object" ? [[fill.to, fill.label] as const] : [])];
    for (const [at, text = ""] of lines) {
      const x = plot.x(at);
      if (x < plot.left || x > plot.right) continue;
      const isLeft = x + 4 + textWidth(text, textSize) > plot.right;
      const style = { size: textSize, color, align: isLeft ? "end" : "start" } as const;
      canvas.text(text, isLeft ? x - 4 : x + 4, plot.top + textSize, style);
    }
  }
}
