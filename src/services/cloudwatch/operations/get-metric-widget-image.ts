import { setImmediate } from "node:timers/promises";
import { encodePng } from "../drawing/png.ts";
import { drawPicture } from "../graph/draw.ts";
import type { MetricStorage } from "../metrics/storage.ts";
import type { CloudWatchHandler } from "../request/handler.ts";
import { parseWidget } from "../widget/parse.ts";
import { readWidget } from "../widget/read.ts";

/** Draws a widget as a PNG. */
export function getMetricWidgetImage(storage: MetricStorage): CloudWatchHandler<"GetMetricWidgetImage"> {
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
    const drawing = drawPicture({ ...widget.picture, series });
    for (;;) {
      const { done, value } = drawing.next();
      if (done) return { MetricWidgetImage: await encodePng(value) };
      // Others have their turn.
      await setImmediate();
    }
  };
}
