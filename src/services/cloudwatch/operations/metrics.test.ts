import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type {
  GetMetricDataInput,
  MetricDataQuery,
  MetricDatum,
  PutMetricDataInput,
} from "#generated/cloudwatch/types.ts";
import { silentLog } from "#kernel/controller.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import { isFault, testWorld } from "../../../../test/support/context.ts";
import { cloudWatchCollections, MetricStorage } from "../index.ts";
import { createOperations } from "./index.ts";

const minute = 60_000;

async function metricsWorld() {
  const world = await testWorld({ collections: cloudWatchCollections, model: "cloudwatch" });
  const storage = await MetricStorage.open({ files: memoryFiles(), clock: world.clock, log: silentLog });
  const operations = createOperations(storage);
  const start = world.clock.now();
  const range = { StartTime: start, EndTime: start + 10 * minute };
  return {
    ...{ ...world, start, range, operations },
    put: (data: readonly MetricDatum[], more: Partial<PutMetricDataInput> = {}) =>
      world.call(operations, "PutMetricData", { Namespace: "App", MetricData: data, ...more }),
    data: (queries: GetMetricDataInput["MetricDataQueries"], more: Partial<GetMetricDataInput> = {}) =>
      world.call(operations, "GetMetricData", { MetricDataQueries: queries, ...range, ...more }),
  };
}

/** A query of `Load` of a service. */
function loadOf(service: string, Id: string, more: object = {}) {
  const Dimensions = [{ Name: "Service", Value: service }];
  const MetricStat = { Metric: { Namespace: "App", MetricName: "Load", Dimensions }, Period: 60, Stat: "Sum" };
  return { Id, MetricStat, ...more };
}

describe("metrics", () => {
  test("values, counts and statistic sets are one data point", async () => {
    const { put, call, operations, range, start } = await metricsWorld();
    await put([
      { MetricName: "Load", Value: 10, Unit: "Count", Timestamp: start },
      { MetricName: "Load", Values: [1, 2], Counts: [3, 1], Unit: "Count", Timestamp: start },
      {
        ...{ MetricName: "Load", Unit: "Count", Timestamp: start },
        StatisticValues: { SampleCount: 2, Sum: 40, Minimum: 20, Maximum: 20 },
      },
    ]);
    const name = { Namespace: "App", MetricName: "Load", Period: 60, ...range };
    const Statistics = ["SampleCount", "Sum", "Average", "Minimum", "Maximum"] as const;
    const answer = await call(operations, "GetMetricStatistics", { ...name, Statistics });
    const numbers = { SampleCount: 7, Sum: 55, Average: 55 / 7, Minimum: 1, Maximum: 20 };
    assert.deepEqual(answer, { Label: "Load", Datapoints: [{ Timestamp: start, ...numbers, Unit: "Count" }] });
    const extended = await call(operations, "GetMetricStatistics", { ...name, ExtendedStatistics: ["p100", "p0"] });
    assert.deepEqual(extended.Datapoints![0]!.ExtendedStatistics, { p100: 20, p0: 1 });
    const other = await call(operations, "GetMetricStatistics", { ...name, Statistics, Unit: "Percent" });
    assert.deepEqual(other.Datapoints, []);
  });

  test("GetMetricData answers metrics, math and searches, with labels that tell them apart", async () => {
    const { put, data, start } = await metricsWorld();
    for (const [service, values] of Object.entries({ web: [1, 2, 3], api: [10, 20, 30] })) {
      const Dimensions = [{ Name: "Service", Value: service }];
      await put(values.map((Value, i) => ({ MetricName: "Load", Dimensions, Value, Timestamp: start + i * minute })));
    }
    const { MetricDataResults: results, Messages } = await data(
      [
        loadOf("web", "m1"),
        // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudWatch has such labels.
        loadOf("api", "m2", { Label: "${PROP('Dim.Service')} ${MAX}" }),
        { Id: "hidden", Expression: "m1 * 100", ReturnData: false },
        { Id: "e1", Expression: "hidden + m2", Label: "both" },
        { Id: "twice", Expression: "m1 * 2" },
        { Id: "e2", Expression: "SEARCH('{App,Service} MetricName=\"Load\"', 'Sum', 60)" },
        { Id: "bad", Expression: "SUM(m1)" },
      ],
      { ScanBy: "TimestampAscending" },
    );
    assert.deepEqual(Messages, []);
    assert.deepEqual(
      results!.map(({ Id, Label, Values, StatusCode }) => [Id, Label, Values, StatusCode]),
      [
        ["m1", "web", [1, 2, 3], "Complete"],
        ["m2", "api 30", [10, 20, 30], "Complete"],
        ["e1", "both", [110, 220, 330], "Complete"],
        ["twice", "twice", [2, 4, 6], "Complete"],
        ["e2", "web", [1, 2, 3], "Complete"],
        ["e2", "api", [10, 20, 30], "Complete"],
        ["bad", "bad", [], "InternalError"],
      ],
    );
    const { MetricDataResults: newestFirst } = await data([loadOf("web", "m1")]);
    assert.deepEqual(
      newestFirst![0]!.Timestamps,
      [2, 1, 0].map((i) => start + i * minute),
    );
    assert.equal(newestFirst![0]!.Label, "Load");
  });

  test("labels tell times in the caller's zone, and what there is to count", async () => {
    const { put, data, start, clock } = await metricsWorld();
    const Dimensions = [{ Name: "Service", Value: "web" }];
    await put([1, 5].map((Value, i) => ({ MetricName: "Load", Dimensions, Value, Timestamp: start + i * minute })));
    const label = async (Label: string, LabelOptions?: { Timezone: string }) =>
      (await data([loadOf("web", "m", { Label })], { LabelOptions })).MetricDataResults![0]!.Label;
    // biome-ignore-start lint/suspicious/noTemplateCurlyInString: CloudWatch has such labels.
    assert.equal(await label("${DATAPOINT_COUNT} ${STDDEV} ${MIN_MAX_RANGE} ${FIRST_LAST_RANGE}"), "2 2 4 4");
    assert.equal(await label("${FIRST_TIME}"), new Date(start).toISOString());
    const local = (minutes: number) => new Date(start + minutes * minute).toISOString().slice(0, -1);
    assert.equal(await label("${FIRST_TIME}", { Timezone: "+0130" }), `${local(90)}+01:30`);
    assert.equal(await label("${FIRST_TIME}", { Timezone: "-0800" }), `${local(-480)}-08:00`);
    const none = "${MAX_TIME_RANGE} ${MIN_MAX_TIME}";
    assert.equal(await label(`\${FIRST_LAST_TIME_RANGE} \${MIN_MAX_TIME_RANGE} ${none}`), `1m 1m ${none}`);
    await clock.advance(93_784_000);
    const relative = "${FIRST_TIME_RELATIVE}, ${MAX_TIME_RELATIVE}, ${LAST_TIME_RELATIVE}, ${MIN_TIME_RELATIVE}";
    assert.equal(await label(relative), "1d 2h 3m 4s, 1d 2h 2m 4s, 1d 2h 2m 4s, 1d 2h 3m 4s");
    await put([{ MetricName: "Load", Dimensions, Value: 1, Timestamp: start + 2 * minute }]);
    assert.equal(await label("${LAST_TIME}"), new Date(start + 2 * minute).toISOString());
    // biome-ignore-end lint/suspicious/noTemplateCurlyInString: CloudWatch has such labels.
    await assert.rejects(label("web", { Timezone: "Europe/Berlin" }), { code: "InvalidParameterValue" });
  });

  test("data points beyond the limit are on the next page", async () => {
    const { put, data, start } = await metricsWorld();
    for (const service of ["a", "b"]) {
      const Dimensions = [{ Name: "Service", Value: service }];
      const points = [1, 2, 3].map((Value, i) => ({ Value, Timestamp: start + i * minute }));
      await put(points.map((point) => ({ MetricName: "Load", Dimensions, ...point })));
    }
    const queries = [loadOf("a", "a"), loadOf("b", "b")];
    const pages: unknown[] = [];
    let NextToken: string | undefined;
    do {
      const page = await data(queries, { MaxDatapoints: 2, ...(NextToken && { NextToken }) });
      pages.push(page.MetricDataResults!.map(({ Id, Values, StatusCode }) => [Id, Values, StatusCode]));
      NextToken = page.NextToken;
    } while (NextToken);
    assert.deepEqual(pages, [
      [["a", [3, 2], "PartialData"]],
      [
        ["a", [1], "Complete"],
        ["b", [3], "PartialData"],
      ],
      [["b", [2, 1], "Complete"]],
    ]);
    await assert.rejects(data(queries, { NextToken: "x" }), isFault("InvalidNextToken", /not valid/));
  });

  test("ListMetrics filters, and forgets after two weeks", async () => {
    const { put, call, operations, clock } = await metricsWorld();
    await put([{ MetricName: "Old", Value: 1 }]);
    await clock.advance(15 * 86_400_000);
    const Dimensions = [{ Name: "Service", Value: "web" }];
    await put([
      { MetricName: "Load", Value: 1, Dimensions, Unit: "Count" },
      { MetricName: "Load", Value: 1, Dimensions, Unit: "Percent" },
      { MetricName: "Errors", Value: 1 },
    ]);
    const list = async (input: object) => (await call(operations, "ListMetrics", input)).Metrics;
    const load = { Namespace: "App", MetricName: "Load", Dimensions };
    const errors = { Namespace: "App", MetricName: "Errors", Dimensions: [] };
    assert.deepEqual(await list({}), [errors, load]);
    assert.deepEqual(await list({ Dimensions: [{ Name: "Service" }] }), [load]);
    assert.deepEqual(await list({ Dimensions: [{ Name: "Service", Value: "api" }] }), []);
    assert.deepEqual(await list({ MetricName: "Errors", Namespace: "App" }), [errors]);
    await clock.advance(4 * 3_600_000);
    assert.deepEqual(await list({ RecentlyActive: "PT3H" }), []);
  });

  const bad: readonly [what: string, datum: object, code: string, message: RegExp][] = [
    ["a value and values", { Value: 1, Values: [1] }, "InvalidParameterCombinationException", /mutually exclusive/],
    ["no value", {}, "MissingRequiredParameterException", /is required/],
    ["too few counts", { Values: [1, 2], Counts: [1] }, "InvalidParameterValueException", /of the same size/],
    ["no number", { Value: Number.NaN }, "InvalidParameterValueException", /invalid/],
    ["too much", { Value: 2 ** 361 }, "InvalidParameterValueException", /invalid/],
    ["another resolution", { Value: 1, StorageResolution: 5 }, "InvalidParameterValueException", /1 or 60/],
    ["long ago", { Value: 1, Timestamp: 0 }, "InvalidParameterValueException", /past two weeks/],
  ];
  for (const [what, datum, code, message] of bad) {
    test(`a datum with ${what} is refused, and nothing is stored`, async () => {
      const { put, call, operations } = await metricsWorld();
      await assert.rejects(
        put([
          { MetricName: "Good", Value: 1 },
          { MetricName: "m", ...datum },
        ]),
        isFault(code, message),
      );
      assert.deepEqual((await call(operations, "ListMetrics", {})).Metrics, []);
    });
  }

  const badQueries: readonly [what: string, queries: GetMetricDataInput["MetricDataQueries"], message: RegExp][] = [
    ["the same id twice", [loadOf("a", "m1"), loadOf("b", "m1")], /not unique/],
    ["an id that begins with a capital", [loadOf("a", "M1")], /begins with a lowercase letter/],
    ["neither metric nor expression", [{ Id: "m1" }], /Exactly one/],
    ["an unknown function", [{ Id: "e1", Expression: "1 + NOPE(2)" }], /^Error in .* 'e1': Function 'NOPE' not found$/],
    [
      "a function of AWS",
      [{ Id: "e1", Expression: "LAMBDA('x')" }],
      /Function 'LAMBDA' not found: Estiva has no Lambda/,
    ],
    ["an unknown variable", [{ Id: "e1", Expression: "m7 + 1" }], /Variable 'm7' is not defined/],
    [
      "a circle",
      [
        { Id: "e1", Expression: "e2" },
        { Id: "e2", Expression: "e1" },
      ],
      /Circular/,
    ],
    ["a broken expression", [{ Id: "e1", Expression: "SUM(" }], /Error in expression 'e1'/],
    ["Metrics Insights", [{ Id: "q1", Expression: "SELECT AVG(x) FROM y" }], /no Metrics Insights/],
  ];
  for (const [what, queries, message] of badQueries) {
    test(`GetMetricData with ${what} is refused`, async () => {
      const { data } = await metricsWorld();
      await assert.rejects(data(queries), isFault("ValidationError", message));
    });
  }

  test("too many data points at once are refused", async () => {
    const { call, operations, range, start } = await metricsWorld();
    const name = { Namespace: "App", MetricName: "Load", Statistics: ["Sum"] as const, Period: 1 };
    const input = { ...name, StartTime: start - 86_400_000, EndTime: start };
    const expected = /You have requested up to 86400 datapoints, which exceeds the limit of 1440\./;
    await assert.rejects(
      call(operations, "GetMetricStatistics", input),
      isFault("InvalidParameterCombinationException", expected),
    );
    await assert.rejects(
      call(operations, "GetMetricStatistics", { ...name, ...range, EndTime: range.StartTime }),
      isFault("InvalidParameterValueException", /StartTime must be less than/),
    );
    await assert.rejects(
      call(operations, "GetMetricStatistics", { ...name, ...range, EndTime: range.StartTime - 1 }),
      isFault("InvalidParameterValueException", /StartTime must be less than/),
    );
  });

  test("expressions that would work out too many data points end with a message", async () => {
    const { data, start } = await metricsWorld();
    const ofAllTime = await data([{ Id: "e", Expression: "TIME_SERIES(1)", Period: 1 }], { StartTime: 0 });
    const { StatusCode, Messages } = ofAllTime.MetricDataResults![0]!;
    assert.equal(StatusCode, "InternalError");
    assert.match(Messages![0]!.Value!, /exceeds the limit of 100800/);
    const day = { Id: "day", Expression: "TIME_SERIES(1)", Period: 1, ReturnData: false };
    const hundreds = ["a", "b", "c"].map((Id) => ({
      ...{ Id, Expression: `[${"day,".repeat(99)}day]`, Period: 1, ReturnData: Id === "c" },
    }));
    const answer = await data([day, ...hundreds], { StartTime: start - 86_400_000, EndTime: start });
    assert.match(answer.MetricDataResults![0]!.Messages![0]!.Value!, /work on at most 20000000 data points/);
  });

  test("a search lets others have their turn", async () => {
    const { data, put, start } = await metricsWorld();
    await put(["A", "B"].map((MetricName) => ({ MetricName, Value: 1, Timestamp: start })));
    let turns = 0;
    const count = () => {
      turns++;
      timer = setImmediate(count);
    };
    let timer = setImmediate(count);
    await data(["a", "b", "c"].map((Id) => ({ Id, Expression: `SEARCH('{App} ${Id}', 'Sum', 60)` })));
    clearImmediate(timer);
    assert.ok(turns >= 3, `${turns} turns`);
  });

  test("GetMetricData says of times and periods that are wrong what it says of all its input", async () => {
    const { call, operations, range } = await metricsWorld();
    const { StartTime } = range;
    const ask = (times: object, MetricDataQueries: readonly MetricDataQuery[] = [loadOf("a", "m1")]) =>
      call(operations, "GetMetricData", { ...range, ...times, MetricDataQueries });
    await assert.rejects(ask({ EndTime: StartTime }), isFault("ValidationError", /StartTime must not equal/));
    await assert.rejects(ask({ EndTime: StartTime - 1 }), isFault("ValidationError", /StartTime must be less than/));
    const odd = { Id: "e1", Expression: "m1", Period: 7 };
    await assert.rejects(ask({}, [loadOf("a", "m1"), odd]), isFault("ValidationError", /must be 1, 5, 10, 20, 30/));
  });
});
