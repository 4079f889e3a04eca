import type { QueryInfo } from "#generated/logs/types.ts";
import { positionIn, tokenAfter } from "#kernel/pagination.ts";
import type { LogQueries, LogQuery } from "../insights/run/queries.ts";
import type { LogsHandler } from "./handler.ts";

/** The newest first. */
export function describeQueries(queries: LogQueries): LogsHandler<"DescribeQueries"> {
  return async ({ logGroupName, status, queryLanguage = "CWLI", maxResults = 1000, nextToken }, ctx) => {
    const found = queries
      .list(ctx.account, ctx.region)
      .filter(({ query }) => logGroupName === undefined || query.logGroupNames.includes(logGroupName))
      .filter((query) => (status === undefined || query.status === status) && queryLanguage === "CWLI");
    const scope = `DescribeQueries ${logGroupName ?? ""} ${status ?? ""}`;
    const position = nextToken === undefined ? "" : positionIn(nextToken, scope);
    if (position === undefined) throw ctx.fault("InvalidParameterException", "The specified nextToken is invalid.");
    const from = found.findIndex(({ query }) => query.id === position) + 1;
    const page = found.slice(from, from + maxResults);
    const hasMore = from + maxResults < found.length;
    return {
      queries: page.map(toInfo),
      ...(hasMore && { nextToken: tokenAfter(scope, page.at(-1)!.query.id) }),
    };
  };
}

function toInfo({ query, status, createTime, duration, counts }: LogQuery): QueryInfo {
  const groups = query.logGroupNames.map((name) => JSON.stringify(name)).join(", ");
  const source = `SOURCE ${groups} START=${query.startTime}000 END=${query.endTime}999`;
  return {
    queryLanguage: "CWLI",
    queryId: query.id,
    queryString: `${source} | ${query.text}`,
    status,
    createTime,
    logGroupName: query.logGroupNames[0]!,
    ...(duration !== undefined && { queryDuration: duration }),
    bytesScanned: counts.bytesScanned,
    userIdentity: query.userArn,
  };
}
