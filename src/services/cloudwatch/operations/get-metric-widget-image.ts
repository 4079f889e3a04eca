import { setImmediate } from "node:timers/promises";
import { encodePng } from "../drawing/png.ts";
import { drawPicture } from "../graph/draw.ts";
import type { Picture } from "../graph/picture.ts";
import type { MetricStorage } from "../metrics/storage.ts";
import type { CloudWatchHandler } from "../request/handler.ts";
import { parseWidget } from "../widget/parse.ts";
import { readWidget } from "../widget/read.ts";

/** Draws a widget as a PNG. A picture takes up to 12 MB while it is drawn: they are drawn one after another. */
export function getMetricWidgetImage(storage: MetricStorage): CloudWatchHandler<"GetMetricWidgetImage"> {
  let last: Promise<unknown> = Promise.resolve();
  return async ({ MetricWidget: text, OutputFormat: format = "png" }, ctx) => {
    if (format !== "png") {
      const message = "The picture is in the answer's MetricWidgetImage: use png, or leave it out.";
      throw ctx.fault("ValidationError", `The value ${format} for parameter OutputFormat is not supported. ${message}`);
    }
    const widget = parseWidget(text, { region: ctx.region, nowMs: ctx.clock.now() });
    if (!("picture" in widget)) {
      const errors = widget.map(({ dataPath, message }) => `${dataPath || "/"}: ${message}`);
      throw ctx.fault("ValidationError", `The metric widget is invalid: ${errors.join("; ")}`);
    }
    const series = await readWidget(ctx, storage, widget);
    const png = last.then(() => draw({ ...widget.picture, series }));
    // Whoever asked for a picture is told of its failure; the next one is drawn all the same.
    last = png.catch(() => undefined);
    return { MetricWidgetImage: await png };
  };
}

async function draw(picture: Picture) {
  const drawing = drawPicture(picture);
  for (;;) {
    const { done, value } = drawing.next();
    if (done) return encodePng(value);
    // Others have their turn.
    await setImmediate();
  }
}
