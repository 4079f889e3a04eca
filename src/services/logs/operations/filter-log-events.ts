import type { FilterLogEventsRequest } from "#generated/logs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { positionIn, tokenAfter } from "#kernel/pagination.ts";
import { toEventId } from "../event-keys.ts";
import { fromStorage, noLogStream, requireNamedGroup } from "../lookup.ts";
import { type LogGroupRecord, logStreamKey, logStreams, visibleFrom } from "../model.ts";
import { readFilterPattern } from "../request-filters.ts";
import type { EventKey, PageQuery } from "../segments/page.ts";
import type { LogStorage } from "../segments/storage.ts";
import type { LogsHandler } from "./handler.ts";

/** What a page of events may hold, and how much is read for it before it is given out as it is. */
export const pageLimits = { limit: 10_000, maxBytes: 2 ** 20, maxScannedBytes: 64 * 2 ** 20 };
/** Newest first is only for what came in later, says the API reference. */
const backwardSince = Date.UTC(2024, 0, 1);

export function filterLogEvents(storage: LogStorage): LogsHandler<"FilterLogEvents"> {
  return async (input, ctx) => {
    const { startTime = 0, endTime, startFromHead = true } = input;
    if (!startFromHead && startTime < backwardSince) {
      const message = "startFromHead can be false only when startTime is on or after Jan 1, 2024 00:00:00 UTC.";
      throw ctx.fault("InvalidParameterException", message);
    }
    const matches = readPattern(ctx, input.filterPattern);
    const group = (await requireNamedGroup(ctx, input)).value;
    const scope = `FilterLogEvents ${group.id}`;
    const page = await fromStorage(
      storage.read(group.id, {
        ...pageLimits,
        streams: await wantedStreams(ctx, group, input),
        startTime: Math.max(startTime, visibleFrom(group, ctx.clock.now())),
        endTime: endTime === undefined ? Number.MAX_SAFE_INTEGER : endTime + 1,
        limit: input.limit ?? pageLimits.limit,
        ...{ matches, ...whereFrom(ctx, input, scope) },
      }),
    );
    const streams = ctx.store.view(logStreams);
    const events = page.events.map((event) => ({
      logStreamName: streams.by("id", event.streamId)[0]?.value.logStreamName ?? "",
      timestamp: event.timestamp,
      message: event.message,
      ingestionTime: event.ingestionTime,
      eventId: toEventId(group.id, event),
    }));
    const nextToken = page.next && tokenAfter(scope, JSON.stringify([startFromHead, page.next]));
    return { events, searchedLogStreams: [], ...(nextToken !== undefined && { nextToken }) };
  };
}

export function readPattern(
  ctx: RequestContext,
  filterPattern: string | undefined,
): ((message: string) => boolean) | undefined {
  return filterPattern?.trim() ? readFilterPattern(ctx, filterPattern).matches : undefined;
}

function whereFrom(
  ctx: RequestContext,
  input: FilterLogEventsRequest,
  scope: string,
): Pick<PageQuery, "direction" | "after"> {
  if (input.nextToken === undefined) return { direction: input.startFromHead === false ? "backward" : "forward" };
  const position = positionIn(input.nextToken, scope);
  if (position === undefined) throw ctx.fault("InvalidParameterException", "The specified nextToken is invalid.");
  const [isForward, after] = JSON.parse(position) as [boolean, EventKey];
  return { direction: isForward ? "forward" : "backward", after };
}

/** The ids of the streams to search: those named, those with the prefix, or all that there are. */
async function wantedStreams(
  ctx: RequestContext,
  group: LogGroupRecord,
  { logStreamNames, logStreamNamePrefix }: FilterLogEventsRequest,
): Promise<PageQuery["streams"]> {
  const view = ctx.store.view(logStreams);
  if (logStreamNames !== undefined && logStreamNamePrefix !== undefined) {
    const message = "logStreamNames and logStreamNamePrefix are mutually exclusive parameters.";
    throw ctx.fault("InvalidParameterException", message);
  }
  if (logStreamNames !== undefined) {
    const streams = await Promise.all(logStreamNames.map((name) => ctx.store.get(logStreamKey(group.id, name))));
    return new Set(
      streams.map(({ value }) => {
        if (value === undefined) throw noLogStream();
        return value.id;
      }),
    );
  }
  if (logStreamNamePrefix === undefined) return { has: (streamId) => view.count("id", streamId) > 0 };
  const named = view.by("group", group.id).filter(({ value }) => value.logStreamName.startsWith(logStreamNamePrefix));
  return new Set(named.map(({ value }) => value.id));
}
