import type { Canvas } from "../drawing/canvas.ts";
import { textWidth } from "../drawing/font.ts";
import { shortNumber } from "./number.ts";
import { valueText } from "./numbers.ts";
import type { Picture } from "./picture.ts";
import { axisLine, type Box, gridLine, ink, muted, textSize } from "./style.ts";
import { scaleOf } from "./ticks.ts";

const tickEvery = 44;
const widest = 90;

/** The latest value of each series as a bar. */
export function drawBars(canvas: Canvas, picture: Picture, box: Box): void {
  const values = picture.series.map(({ values: all }) => all.at(-1) ?? 0);
  const count = Math.max(1, Math.floor((box.bottom - box.top) / tickEvery));
  const scale = scaleOf(Math.min(0, ...values), Math.max(0, ...values), count, picture.axes.left);
  const labels = scale.ticks.map((tick) => textWidth(shortNumber(tick), textSize));
  const plot = { ...box, left: Math.round(box.left + Math.max(0, ...labels) + 8), top: Math.round(box.top + 14) };
  const [width, height] = [plot.right - plot.left, plot.bottom - plot.top];
  if (width < 1 || height < 1) return;
  const y = (value: number) => plot.bottom - ((value - scale.min) / (scale.max - scale.min)) * height;
  for (const tick of scale.ticks) {
    canvas.rectangle(plot.left, Math.round(y(tick)), width, 1, tick === 0 ? axisLine : gridLine);
    const style = { size: textSize, color: muted, align: "end" } as const;
    canvas.textAbout(shortNumber(tick), plot.left - 6, Math.round(y(tick)), style);
  }
  const slot = width / picture.series.length;
  const bar = Math.min(widest, slot * 0.7);
  const zero = Math.min(Math.max(y(0), plot.top), plot.bottom);
  for (const [i, series] of picture.series.entries()) {
    const end = Math.min(Math.max(y(values[i]!), plot.top), plot.bottom);
    const left = plot.left + slot * (i + 0.5) - bar / 2;
    canvas.rectangle(left, Math.min(zero, end), bar, Math.abs(zero - end), series.color);
    const text = valueText(picture, series, series.values.at(-1));
    if (textWidth(text, textSize) > slot) continue;
    const style = { size: textSize, color: ink, align: "middle" } as const;
    canvas.text(text, left + bar / 2, Math.min(zero, end) - 4, style);
  }
}
