import type { SeriesName } from "../metrics/series.ts";
import { parseStatistic } from "../metrics/statistic.ts";
import type { Label } from "./family.ts";

/** The statistics that are given, and what a metric's name ends in for them. */
export const statistics = (["Average", "Sum", "Minimum", "Maximum", "SampleCount"] as const).map((name) => ({
  name,
  suffix: snake(name),
  of: parseStatistic(name)!.of,
}));

/**
 * What a metric of CloudWatch is called, without the statistic, as the exporter of Prometheus for CloudWatch does it:
 * `AWS/ECS CPUUtilization` is `aws_ecs_cpuutilization`, `AWS/ApplicationELB RequestCount` is
 * `aws_applicationelb_request_count`.
 */
export function familyName({ namespace, metricName }: Pick<SeriesName, "namespace" | "metricName">): string {
  const name = safe(`${namespace.toLowerCase()}_${snake(metricName)}`);
  return /^[0-9]/.test(name) ? `_${name}` : name;
}

/** The labels of a metric, sorted: its account, its region, and its dimensions, called `dimension_NAME`. */
export function labelsOf({ account, region, dimensions }: Omit<SeriesName, "unit">): Label[] {
  const labels: Label[] = [
    ["account_id", account],
    ["region", region],
  ];
  for (const { name, value } of dimensions) {
    let label = `dimension_${safe(name)}`;
    // Two dimensions may differ in signs only that no label has.
    while (labels.some(([taken]) => taken === label)) label += "_";
    labels.push([label, value]);
  }
  return labels.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

function snake(text: string): string {
  return text.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
}

function safe(text: string): string {
  return text.replace(/[^a-zA-Z0-9_]/g, "_");
}
