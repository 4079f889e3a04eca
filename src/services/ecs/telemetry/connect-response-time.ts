import type { AccessRecord } from "#kernel/load-balancing.ts";
import type { Measurement } from "#kernel/metric-sink.ts";
import type { ServiceName } from "../model/service.ts";
import { byName } from "./connect-traffic.ts";

/** Measurements of one minute, which begins at `time`: milliseconds since the epoch. */
export interface MeasuredMinute {
  readonly time: number;
  readonly measurements: readonly Measurement[];
}

const minuteMs = 60_000;

/**
 * TargetResponseTime of the requests that the proxy of one task has told of, by their minutes. `nameOf`: the discovery
 * name of a target group; undefined: it is none that others reach.
 */
export function connectResponseTimes(
  client: ServiceName,
  records: readonly AccessRecord[],
  nameOf: (targetGroupArn: string) => string | undefined,
): MeasuredMinute[] {
  const answered = records.flatMap(({ time, targetGroupArn, targetResponseMs: ms }) => {
    const name = targetGroupArn === undefined || ms === undefined ? undefined : nameOf(targetGroupArn);
    return name === undefined ? [] : [{ minute: time - (time % minuteMs), name, ms: ms! }];
  });
  return [...Map.groupBy(answered, ({ minute }) => minute)].map(([time, own]) => ({
    time,
    measurements: [...Map.groupBy(own, ({ name }) => name)].flatMap(([name, some]) => {
      const counts = [...Map.groupBy(some, ({ ms }) => ms)].map(([value, each]) => ({ value, count: each.length }));
      const metric = { metricName: "TargetResponseTime", unit: "Milliseconds", values: counts };
      return byName(client, { TargetDiscoveryName: name }, metric);
    }),
  }));
}
