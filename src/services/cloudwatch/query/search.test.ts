import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MetricName } from "../metrics/series.ts";
import { parseSearch, SearchSyntaxError } from "./search.ts";

const of = (metricName: string, dimensions: Readonly<Record<string, string>>, namespace = "App") =>
  ({
    ...{ namespace, metricName },
    dimensions: Object.entries(dimensions).map(([name, value]) => ({ name, value })),
  }) as unknown as MetricName;
const metrics: Readonly<Record<string, MetricName>> = {
  one: of("RequestCount", { Service: "web-1" }),
  two: of("RequestCount", { Service: "web-2" }),
  api: of("RequestCount", { Service: "api", Zone: "web-1" }),
  errors: of("Errors", { Service: "web-1" }),
};

describe("search expressions", () => {
  const cases: readonly [query: string, found: readonly string[]][] = [
    ["{App,Service}", ["one", "two", "errors"]],
    ['{"App","Service"} MetricName="RequestCount"', ["one", "two"]],
    ["request", ["one", "two", "api"]],
    ['"web-1"', ["one", "api", "errors"]],
    ['Service="web-1"', ["one", "errors"]],
    ["Service=web MetricName=RequestCount", ["one", "two"]],
    ['MetricName="RequestCount" NOT Service="api"', ["one", "two"]],
    ['Service="api" OR (Errors AND "web-1")', ["api", "errors"]],
    // As Grafana writes several values of a dimension.
    ['{"App","Service"} MetricName="RequestCount" "Service"=("web-1" OR "web-2" OR "web-3")', ["one", "two"]],
    ['Service=("web-1" OR api) MetricName="RequestCount"', ["one", "api"]],
    ['Service=(web NOT "web-2")', ["one", "errors"]],
  ];
  for (const [query, found] of cases) {
    test(query, () => {
      const matches = parseSearch(query);
      assert.deepEqual(
        Object.keys(metrics).filter((name) => matches(metrics[name]!)),
        found,
      );
    });
  }

  for (const query of ["", "Service=", "Service=()", 'Service=("a"', "(a", "a )", '"a', "NOT"]) {
    test(`"${query}" is none`, () => assert.throws(() => parseSearch(query), SearchSyntaxError));
  }
});
