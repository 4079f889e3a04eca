import type { StartQueryRequest } from "#generated/logs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { uuid } from "#kernel/random.ts";
import { QueryError } from "../insights/language/query-error.ts";
import { queriedGroups } from "../insights/queried-groups.ts";
import type { LogQueries } from "../insights/run/queries.ts";
import type { ScannedGroup } from "../insights/run/scan.ts";
import { groupNameOf } from "../lookup.ts";
import { type LogGroupRecord, logGroupKey, logStreams, visibleFrom } from "../model.ts";
import type { LogsHandler } from "./handler.ts";

/** Of an account in a region, those that wait among them. */
const mostConcurrent = 100;

/** Answers when the query is read; LogQueries runs it. */
export function startQuery(queries: LogQueries): LogsHandler<"StartQuery"> {
  return async (input, ctx) => {
    const { queryString, queryLanguage = "CWLI", startTime, endTime } = input;
    if (queryLanguage !== "CWLI") {
      throw ctx.fault("InvalidParameterException", noLanguage(queryLanguage));
    }
    if (startTime > endTime) {
      throw ctx.fault("InvalidParameterException", "The start time must not be after the end time.");
    }
    const records = await Promise.all(identifiersIn(input, ctx).map((identifier) => requireQueried(ctx, identifier)));
    checkTime(ctx, records, endTime);
    const going = queries.list(ctx.account, ctx.region).filter(({ isOver }) => !isOver).length;
    if (going >= mostConcurrent) {
      const message = `Account maximum query concurrency limit of [${mostConcurrent}] reached.`;
      throw ctx.fault("LimitExceededException", message);
    }
    const queryId = uuid(ctx.random);
    try {
      queries.start({
        ...{ account: ctx.account, region: ctx.region, id: queryId, text: queryString, limit: input.limit },
        ...{ startTime, endTime, userArn: ctx.caller.arn },
        logGroupNames: records.map(({ logGroupName }) => logGroupName),
        groups: records.map((record) => scannedGroup(ctx, record, { startTime, endTime })),
      });
    } catch (error) {
      throw error instanceof QueryError ? malformed(ctx, error) : error;
    }
    return { queryId };
  };
}

export function noLanguage(queryLanguage: string): string {
  return `queryLanguage ${queryLanguage} is not supported: queries are written in Logs Insights QL (CWLI).`;
}

function identifiersIn(input: StartQueryRequest, ctx: RequestContext): readonly string[] {
  const { logGroupName, logGroupNames, logGroupIdentifiers } = input;
  if ([logGroupName, logGroupNames, logGroupIdentifiers].filter((given) => given !== undefined).length !== 1) {
    const names = "logGroupName, logGroupNames, logGroupIdentifiers";
    throw ctx.fault("InvalidParameterException", `Exactly one of these parameters must be specified: ${names}.`);
  }
  return queriedGroups(input);
}

async function requireQueried(ctx: RequestContext, identifier: string): Promise<LogGroupRecord> {
  const name = groupNameOf(ctx, identifier);
  const group = name === undefined ? undefined : (await ctx.store.get(logGroupKey(ctx, name))).value;
  if (group !== undefined) return group;
  const message = `Log group '${identifier}' does not exist for account ID '${ctx.account}'`;
  throw ctx.fault("ResourceNotFoundException", message);
}

/** A time in which none of the groups can have an event is a mistake, most often of the unit. */
function checkTime(ctx: RequestContext, groups: readonly LogGroupRecord[], endTime: number): void {
  const oldest = (group: LogGroupRecord) => Math.max(group.creationTime, visibleFrom(group, ctx.clock.now()));
  if (groups.some((group) => (endTime + 1) * 1000 > oldest(group))) return;
  const message =
    "Query's end date and time is either before the log groups creation time or exceeds the log groups log retention " +
    "settings";
  throw malformed(ctx, new QueryError(message, { start: 0, end: 0 }));
}

function scannedGroup(
  ctx: RequestContext,
  group: LogGroupRecord,
  { startTime, endTime }: { readonly startTime: number; readonly endTime: number },
): ScannedGroup {
  const streams = ctx.store.view(logStreams).by("group", group.id);
  return {
    groupId: group.id,
    log: `${group.account}:${group.logGroupName}`,
    streams: new Map(streams.map(({ value }) => [value.id, value.logStreamName])),
    startTime: Math.max(startTime * 1000, visibleFrom(group, ctx.clock.now())),
    endTime: (endTime + 1) * 1000,
  };
}

function malformed(ctx: RequestContext, { message, start, end }: QueryError): Error {
  const location = { startCharOffset: start, endCharOffset: end };
  return ctx.fault("MalformedQueryException", message, { queryCompileError: { location, message } });
}
