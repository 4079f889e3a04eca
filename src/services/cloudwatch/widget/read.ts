import type { RequestContext } from "#kernel/handler.ts";
import { type Color, paletteColor } from "../drawing/color.ts";
import type { DrawnSeries, Side } from "../graph/picture.ts";
import type { MetricStorage } from "../metrics/storage.ts";
import { checkQueries } from "../query/check.ts";
import { type Labelled, labelOf } from "../query/labels.ts";
import { type FoundSeries, runQueries } from "../query/run.ts";
import type { Widget } from "./parse.ts";

/** More data points than these would be no picture any more. */
const mostDatapoints = 100_800;

/** The data of a widget. Throws a `ValidationError` for expressions that are wrong. */
export async function readWidget(ctx: RequestContext, storage: MetricStorage, widget: Widget): Promise<DrawnSeries[]> {
  const { account, region } = ctx;
  const { metrics, startMs, endMs, liveData } = widget;
  const queries = metrics.map(({ query }) => query);
  checkAmount(ctx, widget);
  const checked = checkQueries(ctx, queries, "MetricWidget.metrics");
  const nowMs = ctx.clock.now();
  const place = { account, region, nowMs, offsetMinutes: widget.picture.zoneMinutes };
  const results = await runQueries(storage, checked, { account, region, startMs, endMs, nowMs });
  const shown = results.flatMap(({ id, series, error }) => {
    if (error !== undefined) throw ctx.fault("ValidationError", `Error in expression '${id}': ${error}`);
    const metric = metrics.find(({ query }) => query.Id === id)!;
    if (metric.query.ReturnData === false) return [];
    return series.map((each) => ({ metric, labelled: { query: metric.query, series: each, ...place } }));
  });
  const all = shown.map(({ labelled }) => labelled);
  return shown.map(({ metric, labelled }, i) => ({
    ...pointsOf(labelled.series, liveData ? Number.POSITIVE_INFINITY : nowMs / 1000),
    ...looks(metric, i),
    label: legendLabel(labelled, all),
    ...unitOf(labelled.series),
  }));
}

function checkAmount(ctx: RequestContext, { metrics, startMs, endMs }: Widget): void {
  const amounts = metrics.map(({ query }) => (endMs - startMs) / 1000 / (query.MetricStat?.Period ?? 60));
  const sum = Math.ceil(amounts.reduce((a, b) => a + b, 0));
  if (sum <= mostDatapoints) return;
  const message = `You have requested up to ${sum} datapoints, which exceeds the limit of ${mostDatapoints}.`;
  throw ctx.fault("ValidationError", `${message} You may increase the period, or decrease the time range.`);
}

/** A color that was not chosen is the next one of the palette. */
function looks({ side, color }: { readonly side: Side; readonly color?: Color }, position: number) {
  return { side, color: color ?? paletteColor(position) };
}

/** An expression is called by what it is. */
function legendLabel(labelled: Labelled, all: readonly Labelled[]): string {
  const { query, series } = labelled;
  const isPlain = query.Expression !== undefined && query.Label === undefined && series.metric === undefined;
  return isPlain ? query.Expression! : labelOf(labelled, all);
}

/** Without periods that go on: what they will be is not known yet. */
function pointsOf({ times, values, periodSeconds }: FoundSeries, until: number) {
  const kept = times.map((time) => time + periodSeconds <= until);
  return {
    times: times.filter((_time, i) => kept[i]),
    values: values.filter((_value, i) => kept[i]),
    periodSeconds,
  };
}

/** The unit that a metric has been measured in; none where there are several. */
function unitOf({ stat, units = [] }: FoundSeries): { unit?: string } {
  if (stat === "SampleCount") return { unit: "Count" };
  return units.length === 1 ? { unit: units[0]! } : {};
}
