import type { EventSource } from "#kernel/event-source.ts";
import {
  resourceIdOf,
  type ScalingActivityRecord,
  scalableDimension,
  scalingActivities,
  serviceNamespace,
} from "./model.ts";

/** "Application Auto Scaling Scaling Activity State Change": a target was scaled out to its maximum (user guide). */
export const scaledToMax: EventSource = {
  source: "aws.application-autoscaling",
  collection: scalingActivities.name,
  toEvents({ before, after }) {
    const [was, is] = [before, after] as [ScalingActivityRecord | undefined, ScalingActivityRecord | undefined];
    if (is?.change === undefined || is.statusCode !== "Successful" || was?.statusCode === "Successful") return [];
    const { from, to, minCapacity, maxCapacity } = is.change;
    if (to <= from || to < maxCapacity) return [];
    const detail = {
      ...{ startTime: asTime(is.startedAt), endTime: asTime(is.endedAt!) },
      ...{ newDesiredCapacity: to, oldDesiredCapacity: from, minCapacity, maxCapacity },
      ...{ resourceId: resourceIdOf(is), scalableDimension, serviceNamespace },
      ...{ statusCode: is.statusCode, scaledToMax: true, direction: "scale-out" },
    };
    return [{ detailType: "Application Auto Scaling Scaling Activity State Change", resources: [], detail }];
  },
};

/** `2022-06-12T10:20:43Z` */
function asTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
