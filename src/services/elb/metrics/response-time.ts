import type { AccessRecord } from "#kernel/load-balancing.ts";
import { countedValues, type MeasuredMinute, measuredMinutes } from "#kernel/measured-minutes.ts";
import type { Measurement } from "#kernel/metric-sink.ts";
import { type LoadBalancerRecord, type NodeRecord, pathOf } from "../model.ts";
import { targetGroupPath } from "./traffic.ts";

/** TargetResponseTime of the requests that one node of an application load balancer has told of, by their minutes. */
export function responseTimes(
  loadBalancer: LoadBalancerRecord,
  { availabilityZone }: Pick<NodeRecord, "availabilityZone">,
  records: readonly AccessRecord[],
): MeasuredMinute[] {
  const answered = records.filter((each) => each.targetResponseMs !== undefined && each.targetGroupArn !== undefined);
  return measuredMinutes(answered, (own) => {
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
    return [...measure(own, {}), ...ofGroups];
  });
}

/** In seconds: HAProxy tells milliseconds. */
function valuesOf(records: readonly AccessRecord[]): Measurement["values"] {
  return countedValues(
    records.map(({ targetResponseMs, standsFor = 1 }) => ({ value: targetResponseMs! / 1000, count: standsFor })),
  );
}
