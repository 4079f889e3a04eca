import { refused } from "../request/absent.ts";
import type { CloudWatchHandler } from "../request/handler.ts";

export const PutLogAlarm: CloudWatchHandler<"PutLogAlarm"> = refused(
  "Estiva has no alarms on queries of logs: make a metric of the logs, and an alarm on that.",
);
