import type { RequestContext } from "#kernel/handler.ts";
import { positionIn, tokenAfter } from "#kernel/pagination.ts";
import type { LogQueries, LogQuery } from "../insights/run/queries.ts";
import type { LogsHandler } from "./handler.ts";

const mostItems = 10_000;

export function getQueryResults(queries: LogQueries): LogsHandler<"GetQueryResults"> {
  return async ({ queryId, nextToken, maxItems }, ctx) => {
    const query = requireQuery(queries, ctx, queryId);
    const scope = `GetQueryResults ${queryId}`;
    const position = nextToken === undefined ? "0" : positionIn(nextToken, scope);
    if (position === undefined) throw ctx.fault("InvalidParameterException", "The specified nextToken is invalid.");
    const from = Number(position);
    const results = query.results();
    const to = from + (maxItems || mostItems);
    const { recordsScanned, recordsMatched, bytesScanned } = query.counts;
    return {
      queryLanguage: "CWLI",
      results: results.slice(from, to),
      statistics: {
        ...{ recordsMatched, recordsScanned, bytesScanned, estimatedRecordsSkipped: 0, estimatedBytesSkipped: 0 },
        logGroupsScanned: query.query.groups.length,
        ...(query.status === "Complete" && { resultCount: results.length }),
      },
      status: query.status,
      // While the query runs its results still change.
      ...(query.isOver && to < results.length && { nextToken: tokenAfter(scope, String(to)) }),
    };
  };
}

export function requireQuery(queries: LogQueries, ctx: RequestContext, queryId: string): LogQuery {
  const query = queries.find(ctx.account, ctx.region, queryId);
  if (query === undefined) throw ctx.fault("ResourceNotFoundException", "The specified query does not exist.");
  return query;
}
