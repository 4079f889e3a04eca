import type { ProtocolName } from "./protocols.ts";
import { type Play, replay } from "./replay.ts";
import type { Refused } from "./world.ts";

/*
 * Each is played in each of the three protocols. What is not played, and why: anomaly detectors, insight rules and
 * metric streams are not there; actions of alarms are no topics or functions here (docs/cloudwatch.md).
 */

const minute = 60_000;
// A moment that is not near the end of its minute: what is put at once is in one period.
const now = new Date(Math.floor(Date.now() / minute) * minute - 5 * minute);
const at = (ms: number) => new Date(now.getTime() + ms);
const range = { StartTime: at(-minute), EndTime: at(5 * minute) };
const Namespace = "test/namespace";

interface Told extends Play {
  readonly ask: <T = Record<string, never>>(operation: string, input: object) => Promise<T>;
  readonly answers: (step: string, operation: string, input: object) => Promise<Record<string, never>>;
}

const datum = (MetricName: string, more: object) => ({ MetricName, Timestamp: now, ...more });
const stat = (MetricName: string, Stat: string, more: object = {}) => {
  const { Dimensions, Period = 60, ...rest } = more as { Dimensions?: object; Period?: number };
  return { Metric: { Namespace, MetricName, ...(Dimensions && { Dimensions }) }, Period, Stat, ...rest };
};
const put = ({ ask }: Told, ...MetricData: object[]) => ask("PutMetricData", { Namespace, MetricData });
const data = ({ answers }: Told, step: string, MetricDataQueries: object[], more: object = {}) =>
  answers(step, "GetMetricData", { MetricDataQueries, ...range, ...more });

const alarm = {
  ...{ AlarmName: "an-alarm", Namespace, MetricName: "metric1", EvaluationPeriods: 1, Period: 60, Statistic: "Sum" },
  ...{ ComparisonOperator: "GreaterThanThreshold", Threshold: 30 },
};
const alarmArn = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:an-alarm";
const tags = (...keys: string[]) =>
  keys.map((Key) => ({ Key, Value: { tag1: "foo", tag2: "bar" }[Key] ?? "Production" }));

const label =
  (first: [string, number, string], second: [string, number, string]) =>
  async (play: Told): Promise<void> => {
    await put(
      play,
      ...[0, 1, 8, 100].map((Value) => datum("metric1", { Value, Unit: "Seconds", StorageResolution: 1 })),
    );
    const queries = [first, second].map(([Stat, Period, Unit]) => ({
      Id: `result_${Stat}_${Period}_${Unit}`,
      MetricStat: stat("metric1", Stat, { Period, Unit }),
    }));
    await data(play, "label_generation", queries);
  };

const units =
  (...values: [number, string][]) =>
  async (play: Told) => {
    await put(play, ...values.map(([Value, Unit]) => datum("m-test", { Value, Unit })));
    await data(play, "get_metric_data_with_no_unit_specified", [{ Id: "m1", MetricStat: stat("m-test", "Sum") }]);
  };

const body = {
  widgets: [
    {
      ...{ type: "metric", x: 0, y: 0, width: 6, height: 6 },
      properties: {
        metrics: [["AWS/EC2", "CPUUtilization", "InstanceId", "i-12345678"]],
        ...{ region: "us-east-1", view: "timeSeries", stacked: false },
      },
    },
  ],
};
const sizeOf240 = (entries: readonly object[]) => entries.map((entry) => ({ ...entry, Size: 240 }));

const plays: Readonly<Record<string, (play: Told) => Promise<unknown>>> = {
  test_put_metric_data_values_list: async (play) => {
    await put(play, datum("test-metric", { Values: [1, 10], Counts: [2, 4], Unit: "Count" }));
    const Statistics = ["SampleCount", "Sum", "Maximum"];
    const input = { Namespace, MetricName: "test-metric", ...range, Period: 60, Statistics };
    await play.answers("get_metric_statistics", "GetMetricStatistics", input);
  },
  test_put_metric_data_validation: async ({ answers }) => {
    const one = (step: string, more: object) =>
      answers(step, "PutMetricData", { Namespace, MetricData: [datum("m", { Unit: "Count", ...more })] });
    await one("invalid-param-combination", { Value: 1, Values: [1, 10], Counts: [2, 4] });
    await one("invalid-param-value", { Values: [1, 10], Counts: [2, 4, 5] });
    const StatisticValues = { SampleCount: 1, Sum: 1, Minimum: 1, Maximum: 1 };
    await one("invalid-param-combination-2", { Value: 1, StatisticValues });
  },
  test_get_metric_data_for_multiple_metrics: async (play) => {
    await put(play, ...[50, 25, 55].map((Value, i) => datum(`metric${i + 1}`, { Value, Unit: "Seconds" })));
    const queries = [1, 2, 3].map((i) => ({ Id: `result${i}`, MetricStat: stat(`metric${i}`, "Sum") }));
    await data(play, "get_metric_data", queries);
  },
  ...Object.fromEntries(
    ["Sum", "SampleCount", "Minimum", "Maximum", "Average"].map((Stat) => [
      `test_get_metric_data_stats[-${Stat}]`,
      async (play: Told) => {
        const values = Array.from({ length: 11 }, (_, i) => datum("metric1", { Value: i + 1, Unit: "Seconds" }));
        await put(play, ...values);
        await data(play, "get_metric_data", [{ Id: "result1", MetricStat: stat("metric1", Stat) }]);
      },
    ]),
  ),
  test_get_metric_data_with_dimensions: async (play) => {
    const Dimensions = [{ Name: "InstanceId", Value: "one" }];
    const other = [{ Name: "InstanceId", Value: "two" }];
    await put(play, datum("metric1", { Value: 11, Dimensions }), datum("metric1", { Value: 88, Dimensions: other }));
    await data(play, "get_metric_data", [{ Id: "result1", MetricStat: stat("metric1", "Sum", { Dimensions }) }]);
  },
  test_get_metric_data_with_zero_and_labels: async (play) => {
    await put(play, ...[0, 0, 0, 8, 8.5, 100].map((Value) => datum("metric1", { Value, Unit: "Seconds" })));
    const queries = ["Average", "Sum", "Minimum", "Maximum"].map((Stat) => ({
      Id: `result_${Stat}`,
      MetricStat: stat("metric1", Stat),
    }));
    await data(play, "get_metric_data_with_zero_and_labels", queries);
  },
  test_get_metric_statistics: async (play) => {
    await put(play, ...Array.from({ length: 10 }, (_, Value) => datum("metric", { Value })));
    const Statistics = ["Average", "Sum", "Minimum", "Maximum", "SampleCount"];
    const input = { Namespace, MetricName: "metric", ...range, Period: 60, Statistics };
    await play.answers("get_metric_statistics", "GetMetricStatistics", input);
  },
  test_get_metric_with_no_results: (play) =>
    data(play, "result", [{ Id: "result", MetricStat: stat("metric1", "Sum") }]),
  test_get_metric_with_null_dimensions: async (play) => {
    const Dimensions = [{ Name: "foo", Value: "bar" }];
    await put(play, datum("metric1", { Value: 1, Dimensions }));
    await data(play, "get_metric_with_null_dimensions", [{ Id: "anId", MetricStat: stat("metric1", "Average") }]);
  },
  test_handle_different_units: async (play) => {
    const values: [number, string][] = [
      [1, "Seconds"],
      [5, "Count"],
      [10, "None"],
    ];
    await put(play, ...values.map(([Value, Unit]) => datum("m-test", { Value, Unit })));
    const input = { Namespace, MetricName: "m-test", ...range, Period: 60, Statistics: ["Average"] };
    await play.answers("get_metric_statistics_with_different_units", "GetMetricStatistics", input);
  },
  test_get_metric_data_with_different_units: async (play) => {
    await put(play, datum("m-test", { Value: 1, Unit: "Seconds" }), datum("m-test", { Value: 5, Unit: "Count" }));
    const MetricStat = stat("m-test", "Average", { Unit: "Seconds" });
    await data(play, "get_metric_data_with_different_units", [{ Id: "m1", MetricStat }]);
  },
  "test_get_metric_data_different_units_no_unit_in_query[-metric_data0]": units(
    [60_000, "Milliseconds"],
    [60, "Seconds"],
  ),
  "test_get_metric_data_different_units_no_unit_in_query[-metric_data1]": units(
    ...[60_000, 60_000].map((value): [number, string] => [value, "Milliseconds"]),
    ...[60, 60].map((value): [number, string] => [value, "Seconds"]),
  ),
  "test_get_metric_data_different_units_no_unit_in_query[-metric_data2]": units(
    ...([
      [60_000, "Milliseconds"],
      [60, "Seconds"],
      [5, "Count"],
    ] as [number, string][]),
  ),
  "test_label_generation[-input_pairs0]": label(["Sum", 60, "Seconds"], ["Minimum", 30, "Seconds"]),
  "test_label_generation[-input_pairs1]": label(["Sum", 60, "Seconds"], ["Minimum", 60, "Seconds"]),
  "test_label_generation[-input_pairs2]": label(["Sum", 60, "Seconds"], ["Sum", 30, "Seconds"]),
  "test_label_generation[-input_pairs3]": label(["Sum", 60, "Seconds"], ["Minimum", 30, "Milliseconds"]),
  "test_label_generation[-input_pairs4]": label(["Sum", 60, "Seconds"], ["Minimum", 60, "Milliseconds"]),
  "test_label_generation[-input_pairs5]": label(["Sum", 60, "Seconds"], ["Sum", 30, "Milliseconds"]),
  "test_label_generation[-input_pairs6]": label(["Sum", 60, "Seconds"], ["Sum", 60, "Milliseconds"]),
  test_multiple_dimensions_statistics: async (play) => {
    const pairs = {
      error: "none",
      exception: "none",
      method: "GET",
      outcome: "SUCCESS",
      status: "200",
      uri: "/greetings",
    };
    const Dimensions = Object.entries(pairs).map(([Name, Value]) => ({ Name, Value }));
    const MetricName = "http.server.requests.count";
    await put(play, { MetricName, Value: 5, Unit: "Count", Dimensions });
    const MetricStat = stat(MetricName, "Maximum", { Dimensions });
    await data(play, "get-metric-stats-max", [{ Id: "result1", MetricStat }], { EndTime: at(10 * minute) });
    await play.answers("list-metrics", "ListMetrics", { Namespace, MetricName, Dimensions });
  },
  test_invalid_amount_of_datapoints: async ({ answers }) => {
    const input = { Namespace, MetricName: "metric_name", Statistics: ["SampleCount"] };
    const ask = (step: string, StartTime: Date, EndTime: Date, Period = 1) =>
      answers(step, "GetMetricStatistics", { ...input, StartTime, EndTime, Period });
    await ask("error-invalid-amount-datapoints", at(-86_400_000), now);
    await ask("error-invalid-time-frame", now, now);
    await ask("get-metric-statitics", at(-1_440_000), now);
  },
  test_invalid_dashboard_name: ({ answers }) =>
    answers("error-invalid-dashboardname", "PutDashboard", { DashboardName: "a b", DashboardBody: "{}" }),
  test_dashboard_lifecycle: async ({ ask, answers, is }) => {
    const DashboardName = "dash";
    await ask("PutDashboard", { DashboardName, DashboardBody: JSON.stringify(body) });
    const shown = await ask<{ DashboardBody: string }>("GetDashboard", { DashboardName });
    is("get_dashboard", { ...shown, DashboardBody: JSON.parse(shown.DashboardBody) });
    const list = async (step: string, input: object) => {
      const { DashboardEntries } = await ask<{ DashboardEntries: object[] }>("ListDashboards", input);
      // The recorded one was written with spaces.
      is(step, { DashboardEntries: sizeOf240(DashboardEntries) });
    };
    await list("list_dashboards", {});
    await answers("list_dashboards_prefix_empty", "ListDashboards", { DashboardNamePrefix: "no-valid" });
    await list("list_dashboards_prefix", { DashboardNamePrefix: "dash" });
    await ask("DeleteDashboards", { DashboardNames: [DashboardName] });
    await answers("list_dashboards_empty", "ListDashboards", { DashboardNamePrefix: "dash" });
  },
  test_delete_alarm: async ({ ask, answers }) => {
    await ask("PutMetricAlarm", alarm);
    await answers("describe-alarm", "DescribeAlarms", { AlarmNames: [alarm.AlarmName] });
    await answers("delete-alarm", "DeleteAlarms", { AlarmNames: [alarm.AlarmName] });
    await answers("describe-after-delete", "DescribeAlarms", { AlarmNames: [alarm.AlarmName] });
  },
  test_describe_minimal_metric_alarm: async ({ ask, answers }) => {
    await ask("PutMetricAlarm", { ...alarm, Period: 10 });
    await answers("describe_minimal_metric_alarm", "DescribeAlarms", { AlarmNames: [alarm.AlarmName] });
  },
  test_describe_alarms_converts_date_format_correctly: async ({ ask, answers }) => {
    await ask("PutMetricAlarm", alarm);
    await answers("describe-alarms", "DescribeAlarms", { AlarmNames: [alarm.AlarmName] });
  },
  test_store_tags: async ({ ask, answers }) => {
    await answers("put_metric_alarm", "PutMetricAlarm", { ...alarm, MetricName: "store_tags" });
    await answers("describe_alarms", "DescribeAlarms", { AlarmNames: [alarm.AlarmName] });
    await answers("list_tags_for_resource_empty ", "ListTagsForResource", { ResourceARN: alarmArn });
    await ask("TagResource", { ResourceARN: alarmArn, Tags: tags("tag1", "tag2") });
    await answers("list_tags_for_resource", "ListTagsForResource", { ResourceARN: alarmArn });
    await ask("UntagResource", { ResourceARN: alarmArn, TagKeys: ["tag1"] });
    await answers("list_tags_for_resource_post_untag", "ListTagsForResource", { ResourceARN: alarmArn });
  },
  test_tagging_metric_alarm: async ({ ask, answers }) => {
    await answers("put_metric_alarm", "PutMetricAlarm", { ...alarm, Tags: tags("Environment") });
    await answers("list_tags_for_resource_after_creation", "ListTagsForResource", { ResourceARN: alarmArn });
    await ask("TagResource", { ResourceARN: alarmArn, Tags: tags("tag1", "tag2") });
    await answers("list_tags_for_resource_updated", "ListTagsForResource", { ResourceARN: alarmArn });
    await ask("UntagResource", { ResourceARN: alarmArn, TagKeys: ["tag1"] });
    await answers("list_tags_for_resource_post_untag", "ListTagsForResource", { ResourceARN: alarmArn });
    await ask("DeleteAlarms", { AlarmNames: [alarm.AlarmName] });
    await answers("list_tags_for_deleted_resource", "ListTagsForResource", { ResourceARN: alarmArn });
  },
  test_set_alarm_invalid_input: async ({ ask, answers, is }) => {
    await ask("PutMetricAlarm", alarm);
    const input = { StateReason: "test", StateValue: "INVALID" };
    const invalid = await ask("SetAlarmState", { ...input, AlarmName: alarm.AlarmName }).catch((error) => error);
    const { Code, Message } = (invalid as Refused).answer.Error;
    // AWS tells a set in no order of its own, and here it is the model's.
    const reordered = Message?.replace("[OK, ALARM, INSUFFICIENT_DATA]", "[INSUFFICIENT_DATA, ALARM, OK]");
    is("error-invalid-state", { Error: { Code, Message: reordered } });
    await answers("error-resource-not-found", "SetAlarmState", { ...input, StateValue: "OK", AlarmName: "none" });
  },
};

/** `test_x[-a]` is `test_x[json-a]`, `test_x` is `test_x[json]`. */
function nameIn(protocol: ProtocolName, test: string): string {
  return test.includes("[-") ? test.replace("[-", `[${protocol}-`) : `${test}[${protocol}]`;
}

for (const protocol of ["query", "json", "smithy-rpc-v2-cbor"] as const) {
  const inProtocol = Object.entries(plays).map(([test, play]) => {
    const told = (own: Play): Told => ({
      ...own,
      ask: (operation, input) => own.call(`cloudwatch.${operation}`, input, { protocol }),
      answers: (step, operation, input) => own.step(step, `cloudwatch.${operation}`, input, { protocol }),
    });
    return [nameIn(protocol, test), (own: Play) => play(told(own))] as const;
  });
  replay("cloudwatch/test_cloudwatch.snapshot.json", Object.fromEntries(inProtocol));
}
