import type { MetricDataQuery } from "#generated/cloudwatch/types.ts";
import { type Color, hexColor } from "../drawing/color.ts";
import type { Side } from "../graph/picture.ts";

/** A metric or an expression of a widget, as a query, and how it is drawn. */
export interface WidgetMetric {
  readonly query: MetricDataQuery;
  readonly side: Side;
  readonly color?: Color;
}

/** The object at the end of a metric. Rules have been checked. */
interface Renderer {
  readonly id?: string;
  readonly expression?: string;
  readonly label?: string;
  readonly stat?: string;
  readonly period?: number;
  readonly visible?: boolean;
  readonly yAxis?: Side;
  readonly color?: string;
  readonly region?: string;
  readonly accountId?: string;
}

export type RawMetric = readonly (string | Renderer)[];

/** What holds where a metric says nothing else. `periodSeconds` is of the widget. */
export interface Defaults {
  readonly stat: string;
  readonly periodSeconds: number;
}

/** The text says what is wrong with a metric; the path is its place. */
export class WidgetError extends Error {
  override readonly name = "WidgetError";
  readonly dataPath: string;

  constructor(dataPath: string, message: string) {
    super(message);
    this.dataPath = dataPath;
  }
}

/** The queries of a widget's metrics, with shorthand written out. Throws a `WidgetError`. */
export function widgetMetrics(metrics: readonly RawMetric[], defaults: Defaults): WidgetMetric[] {
  const taken = new Set(metrics.flatMap((metric) => rendererOf(metric).id ?? []));
  let before: readonly string[] | undefined;
  return metrics.map((metric, i) => {
    const renderer = rendererOf(metric);
    const id = renderer.id ?? freeId(renderer.expression === undefined ? "m" : "e", taken);
    taken.add(id);
    const how = { side: renderer.yAxis ?? "left", ...(renderer.color && { color: hexColor(renderer.color) }) };
    if (renderer.expression !== undefined) return { ...how, query: expressionQuery(id, renderer) };
    const fields = metric.filter((field) => typeof field === "string");
    before = writtenOut(fields, before, `/metrics/${i}`);
    return { ...how, query: statQuery(id, before, renderer, defaults) };
  });
}

function rendererOf(metric: RawMetric): Renderer {
  const last = metric.at(-1);
  return typeof last === "object" ? last : {};
}

function freeId(letter: string, taken: ReadonlySet<string>): string {
  let number = 1;
  while (taken.has(`${letter}${number}`)) number++;
  return `${letter}${number}`;
}

/** `.` is the field at this place of the metric before, `...` stands for as many as are needed. */
function writtenOut(fields: readonly string[], before: readonly string[] | undefined, path: string): readonly string[] {
  const start = fields.indexOf("...");
  const rest = fields.length - start - 1;
  const all =
    start < 0
      ? fields
      : [
          ...fields.slice(0, start),
          ...(before?.slice(start, before.length - rest) ?? ["."]),
          ...fields.slice(start + 1),
        ];
  const whole = all.map((field, i) => (field === "." ? before?.[i] : field));
  if (whole.some((field) => field === undefined || field === "...")) {
    throw new WidgetError(path, "There is no metric before it whose fields could stand for the dots");
  }
  if (whole.length < 2 || whole.length % 2 !== 0) {
    throw new WidgetError(
      path,
      "Should have a namespace, a metric name, and dimensions as pairs of a name and a value",
    );
  }
  return whole as string[];
}

function expressionQuery(id: string, { expression, label, period, visible, accountId }: Renderer): MetricDataQuery {
  return {
    ...{ Id: id, Expression: expression!, ReturnData: visible ?? true },
    ...(label !== undefined && { Label: label }),
    ...(period !== undefined && { Period: period }),
    ...(accountId !== undefined && { AccountId: accountId }),
  };
}

function statQuery(
  id: string,
  [namespace, name, ...dimensions]: readonly string[],
  { label, stat, period, visible, accountId }: Renderer,
  defaults: Defaults,
): MetricDataQuery {
  const pairs = Array.from({ length: dimensions.length / 2 }, (_, i) => i * 2);
  const Dimensions = pairs.map((at) => ({ Name: dimensions[at]!, Value: dimensions[at + 1]! }));
  return {
    ...{ Id: id, ReturnData: visible ?? true },
    MetricStat: {
      Metric: { Namespace: namespace!, MetricName: name!, Dimensions },
      Period: period ?? defaults.periodSeconds,
      Stat: stat ?? defaults.stat,
    },
    ...(label !== undefined && { Label: label }),
    ...(accountId !== undefined && { AccountId: accountId }),
  };
}
