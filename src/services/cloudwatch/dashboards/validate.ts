import { metricProperties } from "./metric-widget.ts";
import {
  anything,
  array,
  boolean,
  type Findings,
  integer,
  type JsonObject,
  object,
  oneOf,
  type Rule,
  string,
} from "./rules.ts";

/**
 * The body of a dashboard, as "Dashboard Body Structure and Syntax" of the API reference describes it. Errors refuse
 * it; what would not be shown is a warning.
 */
export function validateDashboard(text: string): Findings {
  const found: Findings = { errors: [], warnings: [] };
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // Whatever is wrong with it, CloudWatch says no more.
    found.errors.push({ dataPath: "/", message: "Invalid JSON" });
    return found;
  }
  dashboard(body, "", found);
  return found;
}

/** The message of a body with errors. */
export function refusalOf({ errors }: Findings): string {
  const count = `there ${errors.length === 1 ? "is" : "are"} ${errors.length} validation error`;
  const list = JSON.stringify(errors, undefined, 2);
  return `The dashboard body is invalid, ${count}${errors.length === 1 ? "" : "s"}:\n${list}`;
}

/** What a widget may have beside its place, by its type. */
const propertiesOf: Readonly<Record<string, Rule>> = {
  metric: withMetrics(object(metricProperties, { required: ["region"] })),
  text: object({ markdown: string, background: oneOf("transparent", "solid") }, { required: ["markdown"] }),
  log: object(
    {
      ...{ query: string, region: string, accountId: string, title: string, stacked: boolean },
      ...{ view: oneOf("table", "timeSeries", "bar", "pie"), queryLanguage: oneOf("CWLI", "SQL", "PPL") },
    },
    { required: ["query", "region"] },
  ),
  alarm: object(
    {
      ...{ alarms: array(string, { least: 1, most: 100 }), title: string },
      sortBy: oneOf("default", "stateUpdatedTimestamp", "timestamp"),
      states: array(oneOf("ALARM", "OK", "INSUFFICIENT_DATA")),
    },
    { required: ["alarms"] },
  ),
  explorer: object(
    {
      ...{ aggregateBy: anything, labels: anything, metrics: anything, splitBy: string, title: string },
      ...{ widgetOptions: anything, period: anything, region: string },
    },
    { required: ["labels", "metrics"] },
  ),
  custom: object(
    { endpoint: string, params: anything, updateOn: anything, title: string },
    { required: ["endpoint", "updateOn"] },
  ),
  chart: anything,
};

/** A metric widget shows metrics, or an alarm. */
function withMetrics(rule: Rule): Rule {
  return (value, path, found) => {
    rule(value, path, found);
    const { metrics, annotations } = (value ?? {}) as JsonObject;
    const alarms = (annotations as JsonObject | undefined)?.alarms;
    if (metrics !== undefined || alarms !== undefined || typeof value !== "object") return;
    found.errors.push({ dataPath: path, message: "Should have required property 'metrics'" });
  };
}

const widget: Rule = (value, path, found) => {
  const { type } = (value ?? {}) as JsonObject;
  const isKnown = typeof type === "string" && Object.hasOwn(propertiesOf, type);
  const place = { x: integer(0, 23), y: integer(0), width: integer(1, 24), height: integer(1, 1000) };
  object(
    { ...place, type: oneOf(...Object.keys(propertiesOf)), properties: isKnown ? propertiesOf[type]! : anything },
    { required: ["type", "properties"] },
  )(value, path, found);
};

const dashboard = object(
  {
    ...{ start: string, end: string, periodOverride: oneOf("auto", "inherit") },
    widgets: array(widget, { most: 500 }),
    variables: array(
      object(
        {
          ...{ type: oneOf("property", "pattern"), property: string, pattern: string, inputType: string, id: string },
          ...{ label: string, defaultValue: string, visible: boolean, search: string, populateFrom: string },
          values: anything,
        },
        { required: ["type", "id", "inputType"] },
      ),
    ),
  },
  { required: ["widgets"] },
);
