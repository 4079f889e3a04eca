import type { LogStream } from "#generated/logs/types.ts";
import { pageOf, positionIn } from "#kernel/pagination.ts";
import { fromStorage, requireNamedGroup } from "../lookup.ts";
import { type LogGroupRecord, type LogStreamRecord, logStreamArn, logStreams } from "../model.ts";
import type { LogStorage, StreamStatistics } from "../segments/storage.ts";
import type { LogsHandler } from "./handler.ts";
import { sequenceToken } from "./put-log-events.ts";

interface Listed {
  readonly stream: LogStreamRecord;
  readonly statistics: StreamStatistics | undefined;
  /** Sorts as the list does: fixed-width time of the last event where that is the order, then the name. */
  readonly rank: string;
}

export function describeLogStreams(storage: LogStorage): LogsHandler<"DescribeLogStreams"> {
  return async (input, ctx) => {
    const { logStreamNamePrefix, orderBy = "LogStreamName", descending = false, limit = 50 } = input;
    if (orderBy === "LastEventTime" && logStreamNamePrefix !== undefined) {
      const message = "Cannot order by LastEventTime with a logStreamNamePrefix.";
      throw ctx.fault("InvalidParameterException", message);
    }
    const group = (await requireNamedGroup(ctx, input)).value;
    const entries = ctx.store.view(logStreams).by("group", group.id);
    const streams = entries
      .map((entry) => entry.value)
      .filter((stream) => stream.logStreamName.startsWith(logStreamNamePrefix ?? ""));
    const ids = streams.map((stream) => stream.id);
    const statistics = await fromStorage(storage.statistics(group.id, ids));
    const byTime = orderBy === "LastEventTime";
    const sign = descending ? -1 : 1;
    const listed: Listed[] = streams
      .map((stream, i) => ({ stream, statistics: statistics[i], rank: rankOf(stream, statistics[i], byTime) }))
      .sort((a, b) => sign * (a.rank < b.rank ? -1 : 1));
    const scope = `DescribeLogStreams ${group.id} ${logStreamNamePrefix ?? ""} ${orderBy} ${descending}`;
    const position = input.nextToken === undefined ? undefined : positionIn(input.nextToken, scope);
    if (input.nextToken !== undefined && position === undefined) {
      throw ctx.fault("InvalidParameterException", "The specified nextToken is invalid.");
    }
    const beyond =
      position === undefined ? listed : listed.filter(({ rank }) => (descending ? rank < position : rank > position));
    const { items, nextToken } = pageOf(beyond, limit, scope, ({ rank }) => rank);
    const logStreamsPage = items.map(({ stream, statistics }) => toLogStream(group, stream, statistics));
    return { logStreams: logStreamsPage, ...(nextToken !== undefined && { nextToken }) };
  };
}

function rankOf(stream: LogStreamRecord, statistics: StreamStatistics | undefined, byTime: boolean): string {
  const time = byTime ? String(statistics?.lastEventTimestamp ?? 0).padStart(16, "0") : "";
  return `${time}${stream.logStreamName}`;
}

function toLogStream(
  group: LogGroupRecord,
  stream: LogStreamRecord,
  statistics: StreamStatistics | undefined,
): LogStream {
  return {
    logStreamName: stream.logStreamName,
    creationTime: stream.creationTime,
    ...(statistics !== undefined && {
      firstEventTimestamp: statistics.firstEventTimestamp,
      lastEventTimestamp: statistics.lastEventTimestamp,
      lastIngestionTime: statistics.lastIngestionTime,
      uploadSequenceToken: sequenceToken(stream.id, statistics.lastIngestionTime),
    }),
    arn: logStreamArn(group, stream.logStreamName),
    // AWS reports 0 for every stream since 2019.
    storedBytes: 0,
  };
}
