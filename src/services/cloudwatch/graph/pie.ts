import type { Canvas } from "../drawing/canvas.ts";
import { white } from "../drawing/color.ts";
import { sector } from "../drawing/path.ts";
import type { Picture } from "./picture.ts";
import { type Box, textSize } from "./style.ts";

/** Slices smaller than this part have no number in them. */
const smallestWritten = 0.05;

/** The latest value of each series as its part of their sum. Those that are not above zero have no part. */
export function drawPie(canvas: Canvas, { series }: Picture, box: Box): void {
  const parts = series.map(({ values }) => Math.max(0, values.at(-1) ?? 0));
  const sum = parts.reduce((a, b) => a + b, 0);
  const center = [(box.left + box.right) / 2, (box.top + box.bottom) / 2] as const;
  const outer = Math.min(box.right - box.left, box.bottom - box.top) / 2;
  if (sum === 0 || outer < 2) return;
  let from = 0;
  for (const [i, part] of parts.entries()) {
    const to = from + (part / sum) * 2 * Math.PI;
    canvas.fill([sector(center, { inner: outer * 0.5, outer }, from, to)], series[i]!.color);
    const middle = (from + to) / 2;
    if (part / sum >= smallestWritten && outer > 40) {
      const [x, y] = [center[0] + outer * 0.75 * Math.sin(middle), center[1] - outer * 0.75 * Math.cos(middle)];
      const percent = `${Number(((part / sum) * 100).toPrecision(3))}%`;
      canvas.textAbout(percent, x, y, { size: textSize, color: white, align: "middle", bold: true });
    }
    from = to;
  }
}
