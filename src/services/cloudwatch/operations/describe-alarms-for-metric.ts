import { worldOf } from "#kernel/world.ts";
import { toMetricAlarm } from "../alarms/output.ts";
import { alarms } from "../model.ts";
import type { CloudWatchHandler } from "../request/handler.ts";
import { sortedDimensions } from "../request/metric.ts";

/** The alarms on a metric itself; those with math are not among them, as in AWS. */
export const DescribeAlarmsForMetric: CloudWatchHandler<"DescribeAlarmsForMetric"> = async (input, ctx) => {
  const dimensions = JSON.stringify(sortedDimensions(input.Dimensions ?? []));
  const filters = ["MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Unit"] as const;
  const found = ctx.store
    .view(alarms)
    .by("world", worldOf(ctx))
    .flatMap(({ value }) => {
      if (value.type !== "metric" || value.configuration.Metrics !== undefined) return [];
      const { configuration } = value;
      const isSame = filters.every((name) => input[name] === undefined || input[name] === configuration[name]);
      return isSame && JSON.stringify(sortedDimensions(configuration.Dimensions ?? [])) === dimensions ? [value] : [];
    });
  return { MetricAlarms: found.map(toMetricAlarm) };
};
