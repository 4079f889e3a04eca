import { picture as pictureRule } from "../dashboards/metric-widget.ts";
import type { Finding, Findings } from "../dashboards/rules.ts";
import { hexColor } from "../drawing/color.ts";
import type { Axis, HorizontalLine, Picture, Side, VerticalLine } from "../graph/picture.ts";
import { type RawMetric, WidgetError, type WidgetMetric, widgetMetrics } from "./metrics.ts";
import { parseMoment, parseZone } from "./time.ts";

/** A widget of GetMetricWidgetImage: the picture without its data, and what data it needs. */
export interface Widget {
  readonly picture: Omit<Picture, "series">;
  readonly metrics: readonly WidgetMetric[];
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  readonly endMs: number;
  /** Whether a period that goes on is shown too. */
  readonly liveData: boolean;
}

/** A JSON document that the rules of pictures have let pass. */
interface RawWidget {
  readonly metrics: readonly RawMetric[];
  readonly annotations?: {
    readonly horizontal?: readonly OneOrBand<RawHorizontal>[];
    readonly vertical?: readonly OneOrBand<RawVertical>[];
  };
  readonly title?: string;
  readonly region?: string;
  readonly period?: number;
  readonly stat?: string;
  readonly liveData?: boolean;
  readonly view?: Picture["view"];
  readonly stacked?: boolean;
  readonly sparkline?: boolean;
  readonly setPeriodToTimeRange?: boolean;
  readonly singleValueFullPrecision?: boolean;
  readonly legend?: { readonly position?: Picture["legend"] };
  readonly yAxis?: Partial<Record<Side, Partial<Axis>>>;
  readonly start?: string;
  readonly end?: string;
  readonly timezone?: string;
  readonly width?: number;
  readonly height?: number;
}

interface RawLine {
  readonly label?: string;
  readonly color?: string;
  readonly visible?: boolean;
}
interface RawHorizontal extends RawLine {
  readonly value: number;
  readonly fill?: "above" | "below" | "none";
  readonly yAxis?: Side;
}
interface RawVertical extends RawLine {
  readonly value: string;
  readonly fill?: "before" | "after" | "none";
}
type OneOrBand<T> = T | readonly [T, T];

const defaults = { width: 600, height: 400, start: "-PT3H", end: "-PT0H", periodSeconds: 300, stat: "Average" };
/** As CloudWatch: the widget is no longer than this. */
const mostBytes = 100 * 1024;
const lineColor = "#d62728";

/** What is there for a region: this widget, or what is wrong with it. */
export function parseWidget(
  text: string,
  { region, nowMs }: { readonly region: string; readonly nowMs: number },
): Widget | readonly Finding[] {
  const found: Findings = { errors: [], warnings: [] };
  if (Buffer.byteLength(text) > mostBytes)
    return [{ dataPath: "/", message: `Should NOT be longer than ${mostBytes}` }];
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    // Whatever is wrong with it, no more is said.
    return [{ dataPath: "/", message: "Invalid JSON" }];
  }
  pictureRule(raw, "", found);
  // What would not be drawn is not asked for in vain.
  const findings = [...found.errors, ...found.warnings];
  if (findings.length > 0) return findings;
  try {
    return widgetOf(raw as RawWidget, region, nowMs);
  } catch (error) {
    if (!(error instanceof WidgetError)) throw error;
    return [{ dataPath: error.dataPath, message: error.message }];
  }
}

function widgetOf(raw: RawWidget, region: string, nowMs: number): Widget {
  checkTogether(raw, region);
  const startMs = momentOf(raw.start ?? defaults.start, "/start", nowMs);
  const endMs = momentOf(raw.end ?? defaults.end, "/end", nowMs);
  if (startMs >= endMs) throw new WidgetError("/start", "Should be before the end");
  const wholeRange = Math.max(60, Math.ceil((endMs - startMs) / 60_000) * 60);
  const periodSeconds = raw.setPeriodToTimeRange ? wholeRange : (raw.period ?? defaults.periodSeconds);
  const axis = (side: Side): Axis => ({ showUnits: true, ...raw.yAxis?.[side] });
  return {
    ...{ startMs, endMs, liveData: raw.liveData ?? false },
    metrics: widgetMetrics(raw.metrics, { stat: raw.stat ?? defaults.stat, periodSeconds }),
    picture: {
      ...{ width: raw.width ?? defaults.width, height: raw.height ?? defaults.height, view: raw.view ?? "timeSeries" },
      ...(raw.title !== undefined && { title: raw.title }),
      ...{ stacked: raw.stacked ?? false, sparkline: raw.sparkline ?? false },
      ...{ fullPrecision: raw.singleValueFullPrecision ?? false, legend: raw.legend?.position ?? "bottom" },
      axes: { left: axis("left"), right: axis("right") },
      horizontal: (raw.annotations?.horizontal ?? []).flatMap(horizontalOf),
      vertical: (raw.annotations?.vertical ?? []).flatMap((line, i) => verticalOf(line, i, nowMs)),
      ...{ start: startMs / 1000, end: endMs / 1000, zoneMinutes: parseZone(raw.timezone ?? "+0000") },
    },
  };
}

/** What each member alone does not tell. */
function checkTogether({ view, yAxis = {}, metrics, setPeriodToTimeRange, ...raw }: RawWidget, region: string): void {
  for (const side of ["left", "right"] as const) {
    const { min, max } = yAxis[side] ?? {};
    if (min !== undefined && max !== undefined && min >= max) {
      throw new WidgetError(`/yAxis/${side}`, "The minimum should be below the maximum");
    }
  }
  if (view === "gauge" && (yAxis.left?.min === undefined || yAxis.left.max === undefined)) {
    throw new WidgetError("/yAxis/left", "A gauge needs the minimum and the maximum of its left axis");
  }
  if (setPeriodToTimeRange && (view === undefined || view === "timeSeries")) {
    throw new WidgetError("/setPeriodToTimeRange", "A graph over time cannot have one period");
  }
  const named = metrics
    .map((metric) => metric.at(-1))
    .map((last) => (typeof last === "object" ? last.region : undefined));
  for (const [path, other] of [
    ["/region", raw.region] as const,
    ...named.map((each, i) => [`/metrics/${i}`, each] as const),
  ]) {
    if (other !== undefined && other !== region) {
      throw new WidgetError(path, `Metrics are of one region: ask in ${other} for those of ${other}`);
    }
  }
}

function momentOf(text: string, path: string, nowMs: number): number {
  const moment = parseMoment(text, nowMs);
  if (moment !== undefined) return moment;
  throw new WidgetError(path, "Should be a time in ISO 8601, or a relative one as -PT3H");
}

function horizontalOf(line: OneOrBand<RawHorizontal>): HorizontalLine[] {
  const [first, second] = isBand(line) ? line : [line];
  if (first.visible === false) return [];
  const { value, label, color = lineColor, yAxis: side = "left", fill = "none" } = first;
  const band = second && { to: second.value, ...(second.label !== undefined && { label: second.label }) };
  return [{ value, side, color: hexColor(color), fill: band ?? fill, ...(label !== undefined && { label }) }];
}

function verticalOf(line: OneOrBand<RawVertical>, i: number, nowMs: number): VerticalLine[] {
  const [first, second] = isBand(line) ? line : [line];
  if (first.visible === false) return [];
  const timeOf = (text: string) => momentOf(text, `/annotations/vertical/${i}`, nowMs) / 1000;
  const { value, label, color = lineColor, fill = "none" } = first;
  const band = second && { to: timeOf(second.value), ...(second.label !== undefined && { label: second.label }) };
  return [{ time: timeOf(value), color: hexColor(color), fill: band ?? fill, ...(label !== undefined && { label }) }];
}

function isBand<T>(line: OneOrBand<T>): line is readonly [T, T] {
  return Array.isArray(line);
}
