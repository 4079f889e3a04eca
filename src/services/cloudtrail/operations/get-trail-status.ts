import { requireTrail } from "../request/find.ts";
import type { CloudTrailHandler, CloudTrailParts } from "../request/handler.ts";

/** Log files are never delivered, for there is no S3: in CloudTrail's words the bucket is missing. */
export function getTrailStatus({ delivery }: Pick<CloudTrailParts, "delivery">): CloudTrailHandler<"GetTrailStatus"> {
  return async ({ Name }, ctx) => {
    const { value: trail } = await requireTrail(ctx, Name);
    const { at, error } = delivery.statusOf(trail);
    const { startedAt, stoppedAt } = trail;
    const textOf = (time: number | undefined) =>
      time === undefined ? "" : `${new Date(time).toISOString().slice(0, 19)}Z`;
    return {
      IsLogging: trail.from !== undefined,
      ...(startedAt !== undefined && { StartLoggingTime: startedAt, LatestDeliveryError: "NoSuchBucket" }),
      ...(stoppedAt !== undefined && { StopLoggingTime: stoppedAt }),
      ...(at !== undefined && { LatestCloudWatchLogsDeliveryTime: at }),
      ...(error !== undefined && { LatestCloudWatchLogsDeliveryError: error }),
      LatestDeliveryAttemptTime: "",
      LatestNotificationAttemptTime: "",
      LatestNotificationAttemptSucceeded: "",
      LatestDeliveryAttemptSucceeded: "",
      TimeLoggingStarted: textOf(startedAt),
      TimeLoggingStopped: textOf(stoppedAt),
    };
  };
}
