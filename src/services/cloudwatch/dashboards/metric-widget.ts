import { parseStatistic } from "../metrics/statistic.ts";
import { anything, array, boolean, integer, matching, number, object, oneOf, type Rule, string } from "./rules.ts";

/** Rules of a metric widget: what a dashboard and GetMetricWidgetImage have in common. */

const color = matching(/^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/);

const period: Rule = (value, path, found) => {
  const isPeriod =
    Number.isInteger(value) &&
    ([1, 5, 10, 20, 30].includes(value as number) || ((value as number) > 0 && (value as number) % 60 === 0));
  if (!isPeriod) found.errors.push({ dataPath: path, message: "Should be 1, 5, 10, 20, 30 or a multiple of 60" });
};

const statistic: Rule = (value, path, found) => {
  if (typeof value === "string" && parseStatistic(value) !== undefined) return;
  found.errors.push({ dataPath: path, message: "Should be a statistic" });
};

/** How one metric is drawn: the object at the end of its array. */
const renderer = object(
  {
    ...{ color, label: string, period, stat: statistic, visible: boolean, yAxis: oneOf("left", "right") },
    ...{ id: matching(/^[a-z]\w*$/), expression: string, region: string, accountId: string },
  },
  { isStrict: true },
);

const wrongMetrics =
  'Field "metrics" has to be an array of array of strings, with an optional metricRenderer object as last element';

const metric: Rule = (value, path, found) => {
  if (!Array.isArray(value)) {
    found.errors.push({ dataPath: path, message: wrongMetrics });
    return;
  }
  const last = value.at(-1);
  const hasRenderer = typeof last === "object" && last !== null;
  const fields = hasRenderer ? value.slice(0, -1) : value;
  for (const [i, field] of fields.entries()) {
    if (typeof field === "string") continue;
    found.errors.push({
      dataPath: `${path}/${i}`,
      message: 'Invalid metric field type, only "String" type is allowed',
    });
  }
  // So CloudWatch tells of a renderer that is none: it looks like one item too many.
  const own = { errors: [], warnings: [] };
  if (hasRenderer) renderer(last, path, own);
  if (own.errors.length > 0) {
    found.errors.push({ dataPath: path, message: `Should NOT have more than ${fields.length} items` });
    return;
  }
  const isExpression = hasRenderer && "expression" in last && fields.length === 0;
  // Stands for as many fields of the metric before as are needed.
  if (fields.includes("...")) return;
  if (!isExpression && (fields.length < 2 || fields.length % 2 !== 0)) {
    const message = "Should have a namespace, a metric name, and dimensions as pairs of a name and a value";
    found.errors.push({ dataPath: path, message });
  }
};

const line = { label: string, color, visible: boolean };
const horizontal = object(
  { ...line, value: number, fill: oneOf("above", "below", "none"), yAxis: oneOf("left", "right") },
  { required: ["value"] },
);
const vertical = object(
  { ...line, value: string, fill: oneOf("before", "after", "none") },
  {
    required: ["value"],
  },
);

/** A line, or a band between two. */
function lineOrBand(rule: Rule): Rule {
  const band = array(rule, { least: 2, most: 2 });
  return (value, path, found) => (Array.isArray(value) ? band : rule)(value, path, found);
}

const axis = object({ label: string, min: number, max: number, showUnits: boolean });

/** The members of a metric widget's properties. */
export const metricProperties: Readonly<Record<string, Rule>> = {
  metrics: array(metric, { least: 1, most: 500 }),
  annotations: object({
    horizontal: array(lineOrBand(horizontal)),
    vertical: array(lineOrBand(vertical)),
    alarms: array(string, { least: 1, most: 1 }),
  }),
  ...{ title: string, region: string, accountId: string, period, stat: statistic, liveData: boolean },
  view: oneOf("timeSeries", "singleValue", "gauge", "bar", "pie", "table"),
  ...{ stacked: boolean, sparkline: boolean, trend: boolean, labels: anything, table: anything },
  ...{ setPeriodToTimeRange: boolean, singleValueFullPrecision: boolean },
  legend: object({ position: oneOf("bottom", "right", "hidden") }),
  yAxis: object({ left: axis, right: axis }),
  ...{ start: string, end: string, timezone: matching(/^[+-]\d{4}$/) },
};

/** Of a picture; width and height are pixels. */
export const picture = object(
  {
    metrics: array(metric, { least: 1, most: 100 }),
    annotations: object(
      { horizontal: array(lineOrBand(horizontal)), vertical: array(lineOrBand(vertical)) },
      { isStrict: true },
    ),
    ...only(["title", "region", "period", "stat", "liveData", "stacked", "sparkline", "setPeriodToTimeRange"]),
    ...only(["singleValueFullPrecision", "legend", "yAxis", "start", "end", "timezone"]),
    view: oneOf("timeSeries", "singleValue", "gauge", "bar", "pie"),
    ...{ width: integer(1, 2000), height: integer(1, 2000) },
  },
  { required: ["metrics"], isStrict: true },
);

function only(names: readonly string[]): Readonly<Record<string, Rule>> {
  return Object.fromEntries(names.map((name) => [name, metricProperties[name]!]));
}
