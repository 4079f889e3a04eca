import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { silentLog } from "#kernel/controller.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import type { MeasuredAt, Measurement } from "#kernel/metric-sink.ts";
import { isFault, testWorld } from "../../../../test/support/context.ts";
import { logParts } from "../../../../test/support/log-queries.ts";
import { logsCollections } from "../index.ts";
import { createOperations } from "../operations/index.ts";
import { embeddedMetrics } from "./embedded.ts";
import { LogMetrics } from "./log-metrics.ts";

const minuteMs = 60_000;
const name = { logGroupName: "g", logStreamName: "s" };

/** A group `g` with a stream, and what is published as metrics. */
async function metricsWorld() {
  const world = await testWorld({ collections: logsCollections, model: "logs" });
  const { clock, store } = world;
  const { storage, ...parts } = logParts({ files: memoryFiles(), clock });
  const operations = createOperations({ storage, ...parts });
  const published: (Omit<Measurement, "account" | "region"> & MeasuredAt)[] = [];
  const sink = {
    async put(measurements: readonly Measurement[], at: MeasuredAt) {
      for (const { account, region, ...rest } of measurements) {
        assert.deepEqual([account, region], ["000000000000", "us-east-1"]);
        published.push({ ...rest, ...at });
      }
    },
  };
  const metrics = new LogMetrics({ store, storage, sink, clock, log: silentLog });
  await world.call(operations, "CreateLogGroup", { logGroupName: "g" });
  await world.call(operations, "CreateLogStream", name);
  const start = Math.floor(clock.now() / minuteMs) * minuteMs;
  return {
    ...{ ...world, operations, metrics, start, published },
    filter: (filterPattern: string, transformation: object, filterName = "f") =>
      world.call(operations, "PutMetricFilter", {
        ...{ logGroupName: "g", filterName, filterPattern },
        metricTransformations: [{ metricName: "m", metricNamespace: "n", metricValue: "1", ...transformation }],
      }),
    put: (messages: readonly string[], offset = 0) =>
      world.call(operations, "PutLogEvents", {
        ...name,
        logEvents: messages.map((message) => ({ timestamp: clock.now() + offset, message })),
      }),
    /** What was published since the last call, but for how much came in. */
    take() {
      const own = published.splice(0).filter(({ metricName }) => !metricName.startsWith("Incoming"));
      return own.map(({ namespace: _namespace, ...rest }) => rest);
    },
  };
}

test("filters that take long let others have their turn, and PutLogEvents waits for them", async () => {
  const { filter, put, take } = await metricsWorld();
  const names = Array.from({ length: 20 }, (_, i) => `f${i}`);
  for (const metricName of names) await filter("x", { metricName }, metricName);
  let turns = 0;
  const count = () => {
    turns++;
    timer = setImmediate(count);
  };
  let timer = setImmediate(count);
  await put(["x".repeat(20_000)]);
  clearImmediate(timer);
  assert.equal(take().length, names.length);
  assert.ok(turns >= 10, `${turns} turns of others`);
});

test("how much comes in is told by the minute, of each group and of all", async () => {
  const { call, operations, clock, put, start, published } = await metricsWorld();
  await put(["größe", "b"]);
  await put(["c"]);
  await call(operations, "CreateLogGroup", { logGroupName: "other" });
  await call(operations, "CreateLogStream", { ...name, logGroupName: "other" });
  const logEvents = [{ timestamp: clock.now(), message: "d" }];
  await call(operations, "PutLogEvents", { ...name, logGroupName: "other", logEvents });
  await clock.advance(minuteMs);
  const at = { namespace: "AWS/Logs", time: start, periodSeconds: 60 };
  const points = (
    [
      [{}, 4, 114],
      [{ LogGroupName: "g" }, 3, 87],
      [{ LogGroupName: "other" }, 1, 27],
    ] as const
  ).flatMap(([dimensions, events, bytes]) => [
    { ...at, dimensions, metricName: "IncomingLogEvents", unit: "None", values: [{ value: 1, count: events }] },
    { ...at, dimensions, metricName: "IncomingBytes", unit: "Bytes", values: [{ value: bytes, count: 1 }] },
  ]);
  assert.deepEqual(published, points);
});

describe("metric filters", () => {
  test("publish a value for each event that matches, a point a minute", async () => {
    const { filter, put, take, start } = await metricsWorld();
    await filter("ERROR", {});
    await filter("{ $.ms > 10 }", { metricName: "ms", metricValue: "$.ms", unit: "Milliseconds" }, "json");
    await filter(
      "[ip, user, status = 5*, size]",
      {
        ...{ metricName: "size", metricValue: "$size", dimensions: { Status: "$status", User: "$user" } },
      },
      "words",
    );
    await put(["ERROR a", '{"ms":20}', '{"ms":5}', "INFO", '{"ms":"many"}', "ERROR b", '{"ms":20}']);
    const at = { time: start, periodSeconds: 60 };
    assert.deepEqual(take(), [
      { ...at, metricName: "m", dimensions: {}, unit: "None", values: [{ value: 1, count: 2 }] },
      { ...at, metricName: "ms", dimensions: {}, unit: "Milliseconds", values: [{ value: 20, count: 2 }] },
    ]);
    await put(["10.0.0.1 ann 503 120", "10.0.0.1 bob 200 7", "10.0.0.1 bob 500 -"], -minuteMs);
    assert.deepEqual(take(), [
      {
        ...{ metricName: "size", dimensions: { Status: "503", User: "ann" }, unit: "None" },
        ...{ values: [{ value: 120, count: 1 }], time: start - minuteMs, periodSeconds: 60 },
      },
    ]);
  });

  test("publish nothing for an event that lacks a dimension", async () => {
    const { filter, put, take } = await metricsWorld();
    await filter("{ $.ms > 0 }", { metricValue: "$.ms", dimensions: { Zone: "$.zone" } });
    await put(['{"ms":1}', '{"ms":2,"zone":""}', '{"ms":3,"zone":"a"}', '{"ms":4,"zone":{}}']);
    assert.deepEqual(
      take().map(({ dimensions, values }) => [dimensions, values]),
      [[{ Zone: "a" }, [{ value: 3, count: 1 }]]],
    );
  });

  test("publish the default value for a minute in which events came and none matched", async () => {
    const { filter, put, take, start, clock } = await metricsWorld();
    await filter("ERROR", { defaultValue: 0 });
    await put(["INFO"]);
    assert.deepEqual(take(), []);
    await clock.advance(minuteMs);
    const point = { metricName: "m", dimensions: {}, unit: "None", time: start, periodSeconds: 60 };
    assert.deepEqual(take(), [{ ...point, values: [{ value: 0, count: 1 }] }]);
    await put(["INFO", "ERROR"]);
    await put(["INFO"]);
    await clock.advance(2 * minuteMs);
    assert.deepEqual(
      take().map(({ values }) => values),
      [[{ value: 1, count: 1 }]],
    );
    assert.equal(clock.nextAt(), undefined, "nothing is waited for while nothing comes in");
  });

  test("change and end as they are told, and with their group", async () => {
    const { filter, put, take, call, operations } = await metricsWorld();
    await filter("A", {});
    await filter("B", {});
    await put(["A", "B", "B"]);
    assert.deepEqual(
      take().map(({ values }) => values),
      [[{ value: 1, count: 2 }]],
    );
    const groups = async () => (await call(operations, "DescribeLogGroups", {})).logGroups![0]!.metricFilterCount;
    assert.equal(await groups(), 1);
    await call(operations, "DeleteMetricFilter", { logGroupName: "g", filterName: "f" });
    await put(["B"]);
    assert.deepEqual([take(), await groups()], [[], 0]);
    const gone = isFault("ResourceNotFoundException", "The specified metric filter does not exist.");
    await assert.rejects(call(operations, "DeleteMetricFilter", { logGroupName: "g", filterName: "f" }), gone);
    await filter("A", {});
    await call(operations, "DeleteLogGroup", { logGroupName: "g" });
    assert.deepEqual((await call(operations, "DescribeMetricFilters", {})).metricFilters, []);
  });

  test("are described by group, prefix and metric, in the order of their names", async () => {
    const { filter, call, operations, clock } = await metricsWorld();
    await filter(" ", { defaultValue: 0 }, "b");
    await filter("x", { metricName: "other" }, "a");
    const { metricFilters } = await call(operations, "DescribeMetricFilters", { logGroupName: "g" });
    assert.deepEqual(
      metricFilters!.map((each) => each.filterName),
      ["a", "b"],
    );
    const metric = { metricName: "m", metricNamespace: "n", metricValue: "1", defaultValue: 0 };
    assert.deepEqual(metricFilters![1], {
      ...{ filterName: "b", filterPattern: " ", metricTransformations: [metric], creationTime: clock.now() },
      ...{ logGroupName: "g", applyOnTransformedLogs: false },
    });
    const names = async (input: object) => {
      const answer = await call(operations, "DescribeMetricFilters", input);
      return answer.metricFilters!.map(({ filterName }) => filterName);
    };
    assert.deepEqual(await names({ metricName: "m", metricNamespace: "n" }), ["b"]);
    assert.deepEqual(await names({ logGroupName: "g", filterNamePrefix: "a" }), ["a"]);
    await assert.rejects(names({ metricName: "m" }), isFault("InvalidParameterException"));
    await assert.rejects(names({ logGroupName: "h" }), isFault("ResourceNotFoundException"));
  });

  test("refuse what they cannot publish", async () => {
    const { filter, call, operations } = await metricsWorld();
    const cases: [pattern: string, transformation: object, message: RegExp][] = [
      ["{ $.a", {}, /^If a filter pattern starts with '\{' it must end with '\}'$/],
      ["{ $.a = 1 }", { dimensions: { A: "$.a" }, defaultValue: 0 }, /mutually exclusive properties\.$/],
      ["{ $.a = 1 }", { metricValue: "$.a[*]" }, /has no field \$\.a\[\*\]\.$/],
      ["[a, b]", { metricValue: "$c" }, /has no field \$c\.$/],
      ["ERROR", { metricValue: "$.a" }, /has no field/],
      ["ERROR", { metricValue: "many" }, /is no number\.$/],
      ["ERROR", { metricNamespace: "AWS/Logs" }, /reserved\.$/],
      ["[a]", { dimensions: { A: "$a", B: "$a", C: "$a", D: "$a" } }, /more than 3 dimensions/],
    ];
    for (const [pattern, transformation, message] of cases) {
      await assert.rejects(filter(pattern, transformation), isFault("InvalidParameterException", message));
    }
    for (const more of [{ applyOnTransformedLogs: true }, { fieldSelectionCriteria: "x" }]) {
      const input = { logGroupName: "g", filterName: "f", filterPattern: "", metricTransformations: [], ...more };
      await assert.rejects(
        call(operations, "PutMetricFilter", input),
        isFault("InvalidParameterException", /not supp/),
      );
    }
    for (let i = 0; i < 100; i++) await filter("x", {}, `f${i}`);
    await assert.rejects(filter("x", {}, "last"), isFault("LimitExceededException", "Resource limit exceeded."));
    await filter("y", {}, "f1");
  });

  test("TestMetricFilter gives what matches, with its fields", async () => {
    const { call, operations } = await metricsWorld();
    const ask = async (filterPattern: string, ...logEventMessages: string[]) =>
      (await call(operations, "TestMetricFilter", { filterPattern, logEventMessages })).matches;
    assert.deepEqual(await ask("[ip, user, , status = 4*]", "a b c 404", "a b c 200"), [
      {
        ...{ eventNumber: 1, eventMessage: "a b c 404" },
        extractedValues: { $ip: "a", $user: "b", $3: "c", $status: "404" },
      },
    ]);
    const message = '{"a":{"b":"x"},"c":[1,2]}';
    assert.deepEqual(await ask('{ $.a.b = "x" && $.c[1] = 2 }', "no", message), [
      { eventNumber: 2, eventMessage: message, extractedValues: { "$.a.b": "x", "$.c[1]": "2" } },
    ]);
    assert.deepEqual(await ask("ERROR", "ERROR"), [{ eventNumber: 1, eventMessage: "ERROR", extractedValues: {} }]);
  });
});

describe("the embedded metric format", () => {
  const time = 1_700_000_000_000;
  const directive = {
    Namespace: "app",
    Dimensions: [["Service"], ["Service", "Zone"], []],
    Metrics: [{ Name: "ms", Unit: "Milliseconds", StorageResolution: 1 }, { Name: "count" }],
  };
  const root = { Service: "web", Zone: "a", ms: [10, 20, 10], count: 3 };
  const message = (more: object = {}, changes: object = {}) =>
    JSON.stringify({ ...root, ...more, _aws: { Timestamp: time, CloudWatchMetrics: [{ ...directive, ...changes }] } });

  test("gives each metric for each set of dimensions", () => {
    const found = embeddedMetrics(message(), time);
    assert.ok(typeof found !== "string");
    const ms = { namespace: "app", metricName: "ms", unit: "Milliseconds", values: [10, 20, 10], time };
    assert.deepEqual(found.slice(0, 3), [
      { ...ms, dimensions: { Service: "web" }, resolutionSeconds: 1 },
      { ...ms, dimensions: { Service: "web", Zone: "a" }, resolutionSeconds: 1 },
      { ...ms, dimensions: {}, resolutionSeconds: 1 },
    ]);
    assert.equal(found.length, 6);
    assert.deepEqual(embeddedMetrics('{"_aws":1}', time), []);
  });

  const wrong: [what: string, text: string][] = [
    ["a dimension that is a number", message({ Service: 1 })],
    ["a dimension that is not there", message({}, { Dimensions: [["Nope"]] })],
    ["a value that is a text", message({ ms: "10" })],
    ["too many sets of dimensions", message({}, { Dimensions: Array(200_000).fill(["Zone"]) })],
    ["too many values", message({ ms: Array(101).fill(1) })],
    ["a unit that there is not", message({}, { Metrics: [{ Name: "ms", Unit: "Hours" }] })],
    ["a resolution that there is not", message({}, { Metrics: [{ Name: "ms", StorageResolution: 5 }] })],
    ["no namespace", message({}, { Namespace: "" })],
    ["a namespace of AWS", message({}, { Namespace: "AWS/ECS" })],
    ["no time", '{"_aws":{"CloudWatchMetrics":[]}}'],
    ["a time long ago", message().replace(String(time), String(time - 15 * 86_400_000))],
  ];
  for (const [what, text] of wrong) {
    test(`${what} is a validation error`, () => assert.equal(embeddedMetrics(text, time), "EMFValidationErrors"));
  }

  test("is published from events, and what is wrong with it is counted", async () => {
    const { put, clock, published, start } = await metricsWorld();
    const now = clock.now();
    const good = message().replace(String(time), String(now));
    await put([good, good, '{"_aws":{"Timestamp":1}', good.replace('"web"', "7"), "plain", '{"a":1}']);
    const service = { Service: "web" };
    assert.deepEqual(
      published.filter(({ metricName, dimensions }) => metricName === "ms" && Object.keys(dimensions).length === 1),
      [
        {
          ...{ namespace: "app", metricName: "ms", dimensions: service, unit: "Milliseconds" },
          ...{
            values: [
              { value: 10, count: 4 },
              { value: 20, count: 2 },
            ],
          },
          ...{ time: Math.floor(now / 1000) * 1000, periodSeconds: 1 },
        },
      ],
    );
    const errors = published.filter(({ namespace }) => namespace === "AWS/Logs");
    assert.deepEqual(
      errors.map(({ metricName, dimensions, time: at }) => [metricName, dimensions, at]),
      [
        ["EMFParsingErrors", { LogGroupName: "g" }, start],
        ["EMFValidationErrors", { LogGroupName: "g" }, start],
      ],
    );
  });
});
