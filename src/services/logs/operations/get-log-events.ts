import type { GetLogEventsRequest } from "#generated/logs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { fromStreamToken, toStreamToken } from "../event-keys.ts";
import { fromStorage, requireNamedGroup, requireStream } from "../lookup.ts";
import { visibleFrom } from "../model.ts";
import type { PageQuery } from "../segments/page.ts";
import type { LogStorage } from "../segments/storage.ts";
import { pageLimits } from "./filter-log-events.ts";
import type { LogsHandler } from "./handler.ts";

export function getLogEvents(storage: LogStorage): LogsHandler<"GetLogEvents"> {
  return async (input, ctx) => {
    const group = await requireNamedGroup(ctx, input);
    const stream = await requireStream(ctx, group, input.logStreamName);
    const { direction, after } = whereFrom(ctx, input);
    const startTime = Math.max(input.startTime ?? 0, visibleFrom(group.value, ctx.clock.now()));
    const page = await fromStorage(
      storage.read(group.value.id, {
        ...pageLimits,
        streams: new Set([stream.value.id]),
        startTime,
        endTime: input.endTime ?? Number.MAX_SAFE_INTEGER,
        ...{ direction, after, limit: input.limit ?? pageLimits.limit },
      }),
    );
    const events = direction === "forward" ? page.events : page.events.toReversed();
    // Without events a token that was given comes back as it is, so that its caller knows the end; the token of the
    // other direction begins on the other side of the same place.
    const { timestamp, sequence } = after ?? { timestamp: input.startTime ?? 0, sequence: -1 };
    const isForward = direction === "forward";
    const low = { timestamp, sequence: isForward ? sequence : Math.max(-1, sequence - 1) };
    const high = { timestamp, sequence: isForward ? Math.min(Number.MAX_SAFE_INTEGER, sequence + 1) : sequence };
    const [first, last] = [events[0] ?? high, events.at(-1) ?? low];
    const [forward, backward] = isForward ? [page.next ?? last, first] : [last, page.next ?? first];
    return {
      events: events.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
      nextForwardToken: toStreamToken("forward", forward),
      nextBackwardToken: toStreamToken("backward", backward),
    };
  };
}

function whereFrom(ctx: RequestContext, input: GetLogEventsRequest): Pick<PageQuery, "direction" | "after"> {
  if (input.nextToken === undefined) return { direction: input.startFromHead === true ? "forward" : "backward" };
  const token = fromStreamToken(input.nextToken);
  if (token === undefined) throw ctx.fault("InvalidParameterException", "The specified nextToken is invalid.");
  return { direction: token.direction, after: token.key };
}
