import type { LogQueries } from "../insights/run/queries.ts";
import { requireQuery } from "./get-query-results.ts";
import type { LogsHandler } from "./handler.ts";

export function stopQuery(queries: LogQueries): LogsHandler<"StopQuery"> {
  return async ({ queryId }, ctx) => {
    const query = requireQuery(queries, ctx, queryId);
    if (!queries.stop(query)) {
      const message = `The specified query is not running: its status is ${query.status}.`;
      throw ctx.fault("InvalidParameterException", message);
    }
    return { success: true };
  };
}
