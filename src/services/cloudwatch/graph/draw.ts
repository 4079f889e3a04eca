import { Canvas } from "../drawing/canvas.ts";
import { fitText } from "../drawing/font.ts";
import { drawBars } from "./bars.ts";
import { drawGauges } from "./gauges.ts";
import { drawLegend } from "./legend.ts";
import { drawNumbers } from "./numbers.ts";
import type { Picture } from "./picture.ts";
import { drawPie } from "./pie.ts";
import { type Box, ink, margin, muted, titleHeight, titleSize } from "./style.ts";
import { drawTimeSeries } from "./time-series.ts";

type View = (canvas: Canvas, picture: Picture, box: Box) => void;
/** Of one value a series. */
const views: Readonly<Record<Exclude<Picture["view"], "timeSeries">, View>> = {
  singleValue: drawNumbers,
  gauge: drawGauges,
  bar: drawBars,
  pie: drawPie,
};
/** These have their labels beside what they show. */
const withoutLegend: readonly Picture["view"][] = ["singleValue", "gauge"];

/** Draws a widget. Gives way now and then: a large picture of many lines takes its time. */
export function* drawPicture(picture: Picture): Generator<undefined, Canvas> {
  const canvas = new Canvas(picture.width, picture.height);
  let box: Box = { left: margin, top: margin, right: picture.width - margin, bottom: picture.height - margin };
  if (picture.title) {
    const text = fitText(picture.title, titleSize, box.right - box.left);
    canvas.text(text, box.left, box.top + titleSize - 2, { size: titleSize, color: ink, bold: true });
    box = { ...box, top: box.top + titleHeight };
  }
  if (!withoutLegend.includes(picture.view)) box = drawLegend(canvas, picture, box);
  // What has no room is left out.
  if (box.right - box.left < 1 || box.bottom - box.top < 1) return canvas;
  if (picture.view === "timeSeries") yield* drawTimeSeries(canvas, picture, box);
  else views[picture.view](canvas, picture, box);
  if (picture.series.every(({ values }) => values.length === 0)) drawNoData(canvas, box);
  return canvas;
}

function drawNoData(canvas: Canvas, { left, top, right, bottom }: Box): void {
  const style = { size: 13, color: muted, align: "middle" } as const;
  canvas.textAbout("No data available.", (left + right) / 2, (top + bottom) / 2, style);
}
