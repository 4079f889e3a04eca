import type { AccessRecord } from "#kernel/load-balancing.ts";
import { countedValues, type MeasuredMinute, measuredMinutes } from "#kernel/measured-minutes.ts";
import type { ServiceName } from "../model/service.ts";
import { byName } from "./connect-traffic.ts";

/**
 * TargetResponseTime of the requests that the proxy of one task has told of, by their minutes. `nameOf`: the discovery
 * name of a target group; undefined: it is none that others reach.
 */
export function connectResponseTimes(
  client: ServiceName,
  records: readonly AccessRecord[],
  nameOf: (targetGroupArn: string) => string | undefined,
): MeasuredMinute[] {
  const answered = records.flatMap(({ time, targetGroupArn, targetResponseMs: ms, standsFor = 1 }) => {
    const name = targetGroupArn === undefined || ms === undefined ? undefined : nameOf(targetGroupArn);
    return name === undefined ? [] : [{ time, name, answer: { value: ms!, count: standsFor } }];
  });
  return measuredMinutes(answered, (own) =>
    [...Map.groupBy(own, ({ name }) => name)].flatMap(([name, some]) => {
      const values = countedValues(some.map(({ answer }) => answer));
      const metric = { metricName: "TargetResponseTime", unit: "Milliseconds", values };
      return byName(client, { TargetDiscoveryName: name }, metric);
    }),
  );
}
