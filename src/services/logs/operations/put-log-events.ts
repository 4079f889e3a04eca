import type { InputLogEvent, RejectedLogEventsInfo } from "#generated/logs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { fromStorage, requireGroup, requireStream } from "../lookup.ts";
import { retentionMs } from "../model.ts";
import { eventOverheadBytes } from "../segments/page.ts";
import type { LogStorage } from "../segments/storage.ts";
import type { LogsHandler } from "./handler.ts";

const maxBatchBytes = 1_048_576;
const maxEventBytes = 1_048_576;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const maxAgeMs = 14 * dayMs;
const maxAheadMs = 2 * hourMs;

export function putLogEvents(storage: LogStorage): LogsHandler<"PutLogEvents"> {
  return async ({ logGroupName, logStreamName, logEvents, entity }, ctx) => {
    checkSizes(ctx, logEvents);
    checkOrder(ctx, logEvents);
    const group = await requireGroup(ctx, logGroupName);
    const stream = await requireStream(ctx, group, logStreamName);
    const now = ctx.clock.now();
    const { accepted, rejected } = sortOut(logEvents, now, retentionMs(group.value));
    checkSpan(ctx, accepted);
    const batch = { streamId: stream.value.id, ingestionTime: now, source: undefined, events: accepted };
    await fromStorage(storage.append(group.value.id, batch));
    return {
      nextSequenceToken: sequenceToken(stream.value.id, now),
      ...(rejected !== undefined && { rejectedLogEventsInfo: rejected }),
      // Events are not related to entities here; the model has a way to say so and still take the events.
      ...(entity !== undefined && { rejectedEntityInfo: { errorType: "UnsupportedLogGroupType" } }),
    };
  };
}

/** Tokens have no meaning any more (see PutLogEvents in the API reference); old clients still expect one. */
export function sequenceToken(streamId: string, now: number): string {
  return `4${((BigInt(`0x${streamId}`) << 48n) | BigInt(now)).toString().padStart(55, "0")}`;
}

function checkSizes(ctx: RequestContext, events: readonly InputLogEvent[]): void {
  let total = 0;
  for (const { message } of events) {
    const bytes = Buffer.byteLength(message);
    if (bytes > maxEventBytes) {
      const words = `Log event too large: ${bytes} bytes exceeds limit of ${maxEventBytes}`;
      throw ctx.fault("InvalidParameterException", words);
    }
    total += bytes + eventOverheadBytes;
  }
  if (total > maxBatchBytes) {
    const words = `Upload too large: ${total} bytes exceeds limit of ${maxBatchBytes}`;
    throw ctx.fault("InvalidParameterException", words);
  }
}

function checkOrder(ctx: RequestContext, events: readonly InputLogEvent[]): void {
  if (events.some((event, i) => i > 0 && event.timestamp < events[i - 1]!.timestamp)) {
    const message = "Log events in a single PutLogEvents request must be in chronological order.";
    throw ctx.fault("InvalidParameterException", message);
  }
}

function checkSpan(ctx: RequestContext, events: readonly InputLogEvent[]): void {
  if (events.length > 0 && events.at(-1)!.timestamp - events[0]!.timestamp > dayMs) {
    const message = "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.";
    throw ctx.fault("InvalidParameterException", message);
  }
}

/** Splits events in chronological order into those to store and what is said of the others. */
export function sortOut(
  events: readonly InputLogEvent[],
  now: number,
  retention: number | undefined,
): { readonly accepted: readonly InputLogEvent[]; readonly rejected: RejectedLogEventsInfo | undefined } {
  const countBefore = (time: number) => {
    const index = events.findIndex((event) => event.timestamp >= time);
    return index < 0 ? events.length : index;
  };
  const tooOld = countBefore(now - maxAgeMs);
  const expired = retention === undefined ? 0 : countBefore(now - retention);
  const tooNew = countBefore(now + maxAheadMs + 1);
  const isWhole = tooOld === 0 && expired === 0 && tooNew === events.length;
  return {
    accepted: isWhole ? events : events.slice(Math.max(tooOld, expired), tooNew),
    rejected: isWhole
      ? undefined
      : {
          ...(tooNew < events.length && { tooNewLogEventStartIndex: tooNew }),
          ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
          ...(expired > tooOld && { expiredLogEventEndIndex: expired }),
        },
  };
}
