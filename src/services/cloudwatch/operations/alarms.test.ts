import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PutMetricAlarmInput } from "#generated/cloudwatch/types.ts";
import { silentLog } from "#kernel/controller.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import { eventsCollections } from "#services/events/index.ts";
import { deliveries } from "#services/events/model.ts";
import { isFault, testWorld } from "../../../../test/support/context.ts";
import { reconcileAll } from "../../../../test/support/controllers.ts";
import { noViews } from "../../../../test/support/no-views.ts";
import { alarmConfigurationChanges, alarmStateChanges } from "../alarms/event.ts";
import { alarmController } from "../controllers/alarm/controller.ts";
import { compositeController } from "../controllers/composite/controller.ts";
import { cloudWatchCollections, MetricStorage } from "../index.ts";
import { alarms } from "../model.ts";
import { createOperations } from "./index.ts";

const high: PutMetricAlarmInput = {
  ...{ AlarmName: "high", Namespace: "App", MetricName: "Load", Statistic: "Average", Period: 60 },
  ...{ EvaluationPeriods: 2, Threshold: 5, ComparisonOperator: "GreaterThanThreshold" },
};

async function alarmsWorld() {
  const collections = [...cloudWatchCollections, ...eventsCollections];
  const world = await testWorld({ collections, model: "cloudwatch" });
  const storage = await MetricStorage.open({ files: memoryFiles(), clock: world.clock, log: silentLog });
  const operations = createOperations(storage);
  let controller = alarmController(storage);
  return {
    ...{ ...world, operations },
    /** Of what a process has only in memory. */
    restart() {
      controller = alarmController(storage);
    },
    judge: () => reconcileAll(world, controller, alarms),
    follow: () => reconcileAll(world, compositeController, alarms),
    put: (input: Partial<PutMetricAlarmInput> = {}) => world.call(operations, "PutMetricAlarm", { ...high, ...input }),
    /** A minute passes, with this value at its beginning; undefined: without any. */
    async minute(value?: number): Promise<void> {
      if (value !== undefined) {
        const MetricData = [{ MetricName: "Load", Value: value }];
        await world.call(operations, "PutMetricData", { Namespace: "App", MetricData });
      }
      await world.clock.advance(60_000);
      // Data has a moment to arrive.
      await world.clock.advance(3000);
      await reconcileAll(world, controller, alarms);
      await reconcileAll(world, compositeController, alarms);
      await world.clock.advance(57_000);
    },
    async state(name = "high") {
      const answer = await world.call(operations, "DescribeAlarms", {
        AlarmNames: [name],
        AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
      });
      return (answer.MetricAlarms![0] ?? answer.CompositeAlarms![0])?.StateValue;
    },
  };
}

describe("alarms on metrics", () => {
  test("go off after their periods, come back, and know when there is no data", async () => {
    const { put, minute, state, call, operations } = await alarmsWorld();
    await put();
    assert.equal(await state(), "INSUFFICIENT_DATA");
    await minute(1);
    assert.equal(await state(), "OK");
    await minute(9);
    await minute(9);
    assert.equal(await state(), "ALARM");
    await minute(1);
    assert.equal(await state(), "OK");
    for (let i = 0; i < 5; i++) await minute();
    assert.equal(await state(), "INSUFFICIENT_DATA");
    const { AlarmHistoryItems: items } = await call(operations, "DescribeAlarmHistory", { AlarmName: "high" });
    const ofContributor = { AlarmName: "high", AlarmContributorId: "c" };
    assert.deepEqual((await call(operations, "DescribeAlarmHistory", ofContributor)).AlarmHistoryItems, []);
    assert.deepEqual(
      items!.map(({ HistorySummary: summary }) => summary),
      [
        "Alarm updated from OK to INSUFFICIENT_DATA",
        "Alarm updated from ALARM to OK",
        "Alarm updated from OK to ALARM",
        "Alarm updated from INSUFFICIENT_DATA to OK",
        'Alarm "high" created',
      ],
    );
  });

  test("are judged once by the last data before a restart, however long that took", async () => {
    const { put, minute, state, call, operations, clock, restart } = await alarmsWorld();
    await put({ EvaluationPeriods: 1 });
    await minute(1);
    const MetricData = [{ MetricName: "Load", Value: 9 }];
    await call(operations, "PutMetricData", { Namespace: "App", MetricData });
    await clock.advance(3 * 3_600_000);
    restart();
    await minute();
    assert.equal(await state(), "ALARM");
    await minute();
    assert.equal(await state(), "INSUFFICIENT_DATA");
    await clock.advance(3_600_000);
    restart();
    await minute();
    const { AlarmHistoryItems: items } = await call(operations, "DescribeAlarmHistory", { AlarmName: "high" });
    assert.deepEqual(
      items!.slice(0, -1).map(({ HistorySummary: summary }) => summary),
      [
        "Alarm updated from ALARM to INSUFFICIENT_DATA",
        "Alarm updated from OK to ALARM",
        "Alarm updated from INSUFFICIENT_DATA to OK",
      ],
    );
  });

  test("let composite alarms see each state that came of data before a restart", async () => {
    const { put, minute, state, call, operations, clock, restart, judge, follow } = await alarmsWorld();
    await put({ EvaluationPeriods: 1 });
    await call(operations, "PutCompositeAlarm", { AlarmName: "any", AlarmRule: "ALARM(high)" });
    await minute(1);
    const MetricData = [{ MetricName: "Load", Value: 9 }];
    await call(operations, "PutMetricData", { Namespace: "App", MetricData });
    await clock.advance(3 * 3_600_000);
    restart();
    const states: (string | undefined)[][] = [];
    for (const step of [judge, judge, follow, judge, follow]) {
      await step();
      states.push([await state(), await state("any")]);
    }
    const [late, seen] = [
      ["ALARM", "OK"],
      ["ALARM", "ALARM"],
    ];
    assert.deepEqual(states, [late, late, seen, ["INSUFFICIENT_DATA", "ALARM"], ["INSUFFICIENT_DATA", "OK"]]);
  });

  test("take their actions, once for each change", async () => {
    const { put, minute, store } = await alarmsWorld();
    const group = "arn:aws:logs:us-east-1:000000000000:log-group:alarms";
    await put({ EvaluationPeriods: 1, AlarmActions: ["https://example.com/hook", group], OKActions: [group] });
    const sent = () => [...store.view(deliveries).all()].map(({ value }) => value);
    await minute(9);
    await minute(9);
    assert.deepEqual(
      sent()
        .map(({ address }) => address.kind)
        .toSorted(),
      ["http", "log-group"],
    );
    const input = JSON.parse(sent()[0]!.input);
    assert.equal(input.source, "aws.cloudwatch");
    assert.equal(input.alarmArn, "arn:aws:cloudwatch:us-east-1:000000000000:alarm:high");
    assert.equal(input.alarmData.state.value, "ALARM");
    assert.equal(input.alarmData.previousState.value, "INSUFFICIENT_DATA");
    assert.equal(input.alarmData.configuration.metrics[0].metricStat.metric.name, "Load");
    await minute(1);
    assert.equal(sent().length, 3);
  });

  test("with metric math watch the expression that returns data", async () => {
    const { put, minute, state } = await alarmsWorld();
    const { Namespace, MetricName, Statistic, Period, ...rest } = high;
    const MetricStat = {
      Metric: { Namespace: Namespace!, MetricName: MetricName! },
      Period: Period!,
      Stat: Statistic!,
    };
    const Metrics = [
      { Id: "m1", MetricStat, ReturnData: false },
      { Id: "e1", Expression: "m1 * 10" },
    ];
    await put({
      ...rest,
      Metrics,
      Namespace: undefined!,
      MetricName: undefined!,
      Statistic: undefined!,
      Period: undefined!,
    });
    await minute(0.4);
    assert.equal(await state(), "OK");
    await minute(0.6);
    await minute(0.6);
    assert.equal(await state(), "ALARM");
  });

  test("SetAlarmState holds until the next evaluation", async () => {
    const { put, minute, state, judge, clock, call, operations } = await alarmsWorld();
    await put();
    await minute(1);
    await clock.advance(5000);
    await judge();
    await call(operations, "SetAlarmState", { AlarmName: "high", StateValue: "ALARM", StateReason: "testing" });
    // The controller hears of the change.
    await judge();
    assert.equal(await state(), "ALARM");
    await put();
    await judge();
    assert.equal(await state(), "OK", "another configuration is evaluated at once");
    await call(operations, "SetAlarmState", { AlarmName: "high", StateValue: "ALARM", StateReason: "testing" });
    await minute(1);
    assert.equal(await state(), "OK");
    const unknown = { AlarmName: "none", StateValue: "OK" as const, StateReason: "testing" };
    await assert.rejects(call(operations, "SetAlarmState", unknown), isFault("ResourceNotFound", /^$/));
  });

  test("a percentile of too few values changes nothing when it is to be ignored", async () => {
    const { put, minute, state } = await alarmsWorld();
    const p90 = { Statistic: undefined!, ExtendedStatistic: "p90", EvaluationPeriods: 1 };
    await put({ ...p90, EvaluateLowSampleCountPercentile: "ignore" });
    await minute(9);
    assert.equal(await state(), "INSUFFICIENT_DATA");
    await put({ ...p90, EvaluateLowSampleCountPercentile: "evaluate" });
    await minute(9);
    assert.equal(await state(), "ALARM");
  });

  test("a change of state is an event", async () => {
    const { put, minute, store } = await alarmsWorld();
    await put({ EvaluationPeriods: 1 });
    const [before] = [...store.view(alarms).all()];
    await minute(9);
    const [after] = [...store.view(alarms).all()];
    const change = { key: after!.key, before: before!.value, after: after!.value };
    const [event] = alarmStateChanges.toEvents(change, 0, noViews);
    assert.equal(event!.detailType, "CloudWatch Alarm State Change");
    assert.deepEqual(event!.resources, ["arn:aws:cloudwatch:us-east-1:000000000000:alarm:high"]);
    assert.deepEqual(alarmStateChanges.toEvents({ ...change, before: after!.value }, 0, noViews), []);
  });

  test("that it is made, changed and deleted are events, a change of state is none of them", async () => {
    const { put, minute, store, clock } = await alarmsWorld();
    const only = () => [...store.view(alarms).all()][0]!;
    await put({ AlarmDescription: "d", Dimensions: [{ Name: "a", Value: "b" }] });
    const made = only();
    await minute(9);
    const judged = only();
    await put({ Threshold: 7, AlarmActions: ["https://on.call"], ActionsEnabled: false });
    const { key, value: after } = only();
    const told = (before: object | undefined, is: object | undefined) => {
      const events = alarmConfigurationChanges.toEvents({ key, before, after: is }, 0, noViews);
      return JSON.parse(JSON.stringify(events));
    };
    const at = (time: number) => new Date(time).toISOString().replace("Z", "+0000");
    const metrics = (dimensions: object) => [
      {
        id: "m1",
        metricStat: { metric: { namespace: "App", name: "Load", dimensions }, period: 60, stat: "Average" },
        ...{ accountId: "000000000000", returnData: true },
      },
    ];
    const first = {
      ...{
        evaluationPeriods: 2,
        threshold: 5,
        comparisonOperator: "GreaterThanThreshold",
        metrics: metrics({ a: "b" }),
      },
      ...{
        alarmName: "high",
        description: "d",
        actionsEnabled: true,
        timestamp: at(made.value.configurationUpdatedAt),
      },
      ...{ okActions: [], alarmActions: [], insufficientDataActions: [] },
    };
    const { description: _, ...second } = {
      ...{ ...first, threshold: 7, metrics: metrics({}), actionsEnabled: false, alarmActions: ["https://on.call"] },
      timestamp: at(clock.now()),
    };
    const event = (detail: object) => [
      {
        detailType: "CloudWatch Alarm Configuration Change",
        resources: ["arn:aws:cloudwatch:us-east-1:000000000000:alarm:high"],
        detail: { alarmName: "high", ...detail },
      },
    ];
    const unknown = { value: "INSUFFICIENT_DATA", timestamp: at(made.value.stateUpdatedAt) };
    assert.deepEqual(told(undefined, made.value), event({ operation: "create", state: unknown, configuration: first }));
    assert.deepEqual(told(made.value, judged.value), []);
    const { stateValue: value, stateReason: reason, stateReasonData: reasonData, stateUpdatedAt } = after;
    const state = { value, reason, ...(reasonData && { reasonData }), timestamp: at(stateUpdatedAt) };
    assert.deepEqual(
      told(judged.value, after),
      event({ operation: "update", state, configuration: second, previousConfiguration: first }),
    );
    assert.deepEqual(told(after, undefined), event({ operation: "delete", state, configuration: second }));
  });

  const refused: readonly [what: string, input: Partial<PutMetricAlarmInput>, message: RegExp][] = [
    [
      "an action that cannot be taken",
      { AlarmActions: ["arn:aws:sns:us-east-1:000000000000:t"] },
      /cannot be an action/,
    ],
    ["more datapoints than periods", { DatapointsToAlarm: 3 }, /less than or equal to EvaluationPeriods/],
    ["both kinds of statistic", { ExtendedStatistic: "p90" }, /Exactly one/],
    ["an odd period", { Period: 45 }, /multiple of 60/],
    ["anomaly detection", { ComparisonOperator: "GreaterThanUpperThreshold" }, /anomaly detection/],
    ["an unknown treatment", { TreatMissingData: "maybe" }, /TreatMissingData/],
    ["more than a week", { Period: 86_400, EvaluationPeriods: 8 }, /seven days/],
    ["metrics and a metric", { Metrics: [{ Id: "e1", Expression: "1" }] }, /mutually exclusive/],
  ];
  const math: readonly [expression: string, message: RegExp | undefined][] = [
    ["SUM([a, b]) / 2", undefined],
    ["IF(a > b, RATE(a))", undefined],
    ["SORT(METRICS(), MAX, DESC, 1)", undefined],
    ["5", /^Error in expression 'e': An alarm watches a single time series$/],
    ["SUM(a)", /a single time series/],
    ["METRICS()", /a single time series/],
    ['a + "text"', /^Error in expression 'e': "\+" takes no text$/],
  ];
  for (const [Expression, message] of math) {
    test(`${Expression} is ${message === undefined ? "watched" : "refused"}`, async () => {
      const { call, operations } = await alarmsWorld();
      const metric = (Id: string) => ({
        ...{ Id, ReturnData: false },
        MetricStat: { Metric: { Namespace: "App", MetricName: Id }, Period: 60, Stat: "Sum" },
      });
      const { AlarmName, EvaluationPeriods, Threshold, ComparisonOperator } = high;
      const Metrics = [metric("a"), metric("b"), { Id: "e", Expression }];
      const input = { AlarmName, EvaluationPeriods, Threshold, ComparisonOperator, Metrics };
      const put = call(operations, "PutMetricAlarm", input);
      if (message === undefined) await put;
      else await assert.rejects(put, isFault("ValidationError", message));
    });
  }
  for (const [what, input, message] of refused) {
    test(`${what} is refused`, async () => {
      const { put } = await alarmsWorld();
      await assert.rejects(put(input), isFault("ValidationError", message));
    });
  }
});

describe("composite alarms", () => {
  async function composites(more: object = {}) {
    const world = await alarmsWorld();
    await world.put({ EvaluationPeriods: 1 });
    await world.put({ AlarmName: "quiet", Threshold: 100, EvaluationPeriods: 1 });
    const both = { AlarmName: "both", AlarmRule: 'ALARM(high) AND NOT ALARM("quiet")', ...more };
    await world.call(world.operations, "PutCompositeAlarm", both);
    return world;
  }

  test("follow the alarms that they name", async () => {
    const { minute, state } = await composites();
    await minute(9);
    assert.equal(await state("both"), "ALARM");
    await minute(200);
    assert.equal(await state("both"), "OK");
  });

  test("hold their actions back while the suppressor is in ALARM, and so long after", async () => {
    const { minute, store, call, operations, put, clock, ...world } = await composites({
      ...{ AlarmActions: ["https://example.com/"], ActionsSuppressor: "maintenance" },
      ...{ ActionsSuppressorWaitPeriod: 60, ActionsSuppressorExtensionPeriod: 120 },
    });
    await put({ AlarmName: "maintenance", MetricName: "None", TreatMissingData: "ignore" });
    const set = (StateValue: "ALARM" | "OK") =>
      call(operations, "SetAlarmState", { AlarmName: "maintenance", StateValue, StateReason: "test" });
    const sent = () => [...store.view(deliveries).all()].length;
    await set("ALARM");
    await minute(9);
    assert.equal(await world.state("both"), "ALARM");
    assert.equal(sent(), 0);
    await set("OK");
    await minute(9);
    assert.equal(sent(), 0, "in the extension period");
    await minute(9);
    await minute(9);
    assert.equal(sent(), 1);
  });

  test("cannot name what is not there, nor themselves by way of others; and what they name stays", async () => {
    const { call, operations, state } = await composites();
    const put = (AlarmName: string, AlarmRule: string) =>
      call(operations, "PutCompositeAlarm", { AlarmName, AlarmRule });
    await assert.rejects(put("x", "ALARM(nothing)"), isFault("ValidationError", /do not exist/));
    await put("above", "ALARM(both)");
    await assert.rejects(put("both", "ALARM(above)"), isFault("ValidationError", /cycle/));
    await assert.rejects(put("x", "ALARM("), isFault("ValidationError", /AlarmRule is not valid/));
    const deep = `${"(".repeat(5000)}TRUE${")".repeat(5000)}`;
    await assert.rejects(put("x", deep), isFault("ValidationError", /it has more than 500 elements/));
    const remove = (AlarmNames: string[]) => call(operations, "DeleteAlarms", { AlarmNames });
    await assert.rejects(remove(["high"]), isFault("ResourceConflict", /composite alarm both/));
    await remove(["above"]);
    await remove(["both"]);
    await assert.rejects(remove(["high", "none"]), isFault("ResourceNotFound", /^$/));
    assert.equal(await state(), undefined, "those that are there are deleted all the same");
    await remove(["quiet"]);
    await assert.rejects(remove(["high"]), isFault("ResourceNotFound", /^$/));
  });
});
