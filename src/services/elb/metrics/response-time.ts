import type { AccessRecord } from "#kernel/load-balancing.ts";
import type { Measurement } from "#kernel/metric-sink.ts";
import { type LoadBalancerRecord, type NodeRecord, pathOf } from "../model.ts";
import { targetGroupPath } from "./traffic.ts";

/** Measurements of one minute, which begins at `time`: milliseconds since the epoch. */
export interface MeasuredMinute {
  readonly time: number;
  readonly measurements: readonly Measurement[];
}

const minuteMs = 60_000;

/** TargetResponseTime of the requests that one node of an application load balancer has told of, by their minutes. */
export function responseTimes(
  loadBalancer: LoadBalancerRecord,
  { availabilityZone }: Pick<NodeRecord, "availabilityZone">,
  records: readonly AccessRecord[],
): MeasuredMinute[] {
  const answered = records.filter((each) => each.targetResponseMs !== undefined && each.targetGroupArn !== undefined);
  const minutes = Map.groupBy(answered, ({ time }) => time - (time % minuteMs));
  return [...minutes].map(([time, own]) => {
    const LoadBalancer = pathOf(loadBalancer);
    const measure = (some: readonly AccessRecord[], more: Measurement["dimensions"]): Measurement[] => {
      const { account, region } = loadBalancer;
      const name = { account, region, namespace: "AWS/ApplicationELB", metricName: "TargetResponseTime" };
      const common = { ...name, unit: "Seconds", values: valuesOf(some) };
      const dimensions = { LoadBalancer, ...more };
      const zoned = { ...dimensions, AvailabilityZone: availabilityZone };
      return [
        { ...common, dimensions },
        { ...common, dimensions: zoned },
      ];
    };
    const groups = Map.groupBy(own, ({ targetGroupArn }) => targetGroupPath(targetGroupArn!));
    const ofGroups = [...groups].flatMap(([TargetGroup, some]) => measure(some, { TargetGroup }));
    return { time, measurements: [...measure(own, {}), ...ofGroups] };
  });
}

/** Each time that there is once, in seconds: HAProxy tells milliseconds. */
function valuesOf(records: readonly AccessRecord[]): Measurement["values"] {
  const times = Map.groupBy(records, ({ targetResponseMs }) => targetResponseMs!);
  return [...times].map(([ms, some]) => ({ value: ms / 1000, count: some.length }));
}
