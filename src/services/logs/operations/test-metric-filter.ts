import { readFilterPattern } from "../request-filters.ts";
import type { LogsHandler } from "./handler.ts";

export const TestMetricFilter: LogsHandler<"TestMetricFilter"> = async ({ filterPattern, logEventMessages }, ctx) => {
  const pattern = readFilterPattern(ctx, filterPattern);
  return {
    matches: logEventMessages.flatMap((eventMessage, i) => {
      const match = pattern.match(eventMessage);
      return match === undefined ? [] : [{ eventNumber: i + 1, eventMessage, extractedValues: match.values() }];
    }),
  };
};
