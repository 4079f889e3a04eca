import type {
  LiveTailSessionLogEvent,
  StartLiveTailRequest,
  StartLiveTailResponseStream,
} from "#generated/logs/types.ts";
import { sleep } from "#kernel/clock.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { uuid } from "#kernel/random.ts";
import type { Entry } from "#kernel/store.ts";
import { fromStorage, requireIdentifiedGroup } from "../lookup.ts";
import { type LogGroupRecord, logGroupArn, logStreams } from "../model.ts";
import type { LogStorage, RecordContent } from "../segments/storage.ts";
import { readPattern } from "./filter-log-events.ts";
import type { LogsHandler } from "./handler.ts";

const updateEveryMs = 1000;
const maxEventsAnUpdate = 500;
const sessionMs = 3 * 3_600_000;

export function startLiveTail(storage: LogStorage): LogsHandler<"StartLiveTail"> {
  return async (input, ctx) => {
    checkInput(ctx, input);
    const matches = readPattern(ctx, input.logEventFilterPattern) ?? (() => true);
    const groups = await Promise.all(input.logGroupIdentifiers.map((arn) => requireIdentifiedGroup(ctx, arn)));
    const sample = new Sample(ctx);
    const isWanted = wantsStream(ctx, input);
    const listen = async ({ value }: Entry<LogGroupRecord>) =>
      fromStorage(
        storage.follow(value.id, (batch) => {
          const name = isWanted(batch);
          if (name !== undefined) take(sample, value, name, batch, matches);
        }),
      );
    const stops = await Promise.all(groups.map(listen));
    return { responseStream: session(ctx, input, sample, () => stops.forEach((stop) => void stop())) };
  };
}

function checkInput(ctx: RequestContext, input: StartLiveTailRequest): void {
  const refuse = (message: string) => ctx.fault("InvalidParameterException", message);
  const { logGroupIdentifiers, logStreamNames, logStreamNamePrefixes } = input;
  if (logGroupIdentifiers.some((identifier) => !identifier.startsWith("arn:") || identifier.endsWith("*"))) {
    throw refuse("Each log group must be specified by its ARN, and the ARN cannot end with an asterisk.");
  }
  if (logStreamNames !== undefined && logStreamNamePrefixes !== undefined) {
    throw refuse("logStreamNames and logStreamNamePrefixes are mutually exclusive parameters.");
  }
  const namesStreams = logStreamNames !== undefined || logStreamNamePrefixes !== undefined;
  if (namesStreams && logGroupIdentifiers.length > 1) {
    throw refuse("Log streams can be specified only with a single log group.");
  }
}

/** Gives the name of a batch's stream if the session wants it. */
function wantsStream(ctx: RequestContext, input: StartLiveTailRequest): (batch: RecordContent) => string | undefined {
  const streams = ctx.store.view(logStreams);
  const { logStreamNames, logStreamNamePrefixes } = input;
  return ({ streamId }) => {
    const name = streams.by("id", streamId)[0]?.value.logStreamName;
    if (name === undefined) return undefined;
    if (logStreamNames !== undefined && !logStreamNames.includes(name)) return undefined;
    const hasPrefix = logStreamNamePrefixes?.some((prefix) => name.startsWith(prefix)) ?? true;
    return hasPrefix ? name : undefined;
  };
}

function take(
  sample: Sample,
  group: LogGroupRecord,
  logStreamName: string,
  batch: RecordContent,
  matches: (message: string) => boolean,
): void {
  const logGroupIdentifier = logGroupArn(group);
  for (const { timestamp, message } of batch.events) {
    if (!matches(message)) continue;
    sample.add({ logStreamName, logGroupIdentifier, message, timestamp, ingestionTime: batch.ingestionTime });
  }
}

/** The events since the last update, or an even sample of them: memory is bounded however slow the client is. */
class Sample {
  readonly #ctx: RequestContext;
  #events: LiveTailSessionLogEvent[] = [];
  #seen = 0;

  constructor(ctx: RequestContext) {
    this.#ctx = ctx;
  }

  add(event: LiveTailSessionLogEvent): void {
    this.#seen++;
    if (this.#events.length < maxEventsAnUpdate) {
      this.#events.push(event);
      return;
    }
    // Reservoir sampling; the order of arrival is kept.
    if (this.#ctx.random.float() * this.#seen >= maxEventsAnUpdate) return;
    this.#events.splice(Math.floor(this.#ctx.random.float() * maxEventsAnUpdate), 1);
    this.#events.push(event);
  }

  drain(): { readonly sampled: boolean; readonly events: readonly LiveTailSessionLogEvent[] } {
    const drained = { sampled: this.#seen > this.#events.length, events: this.#events };
    this.#events = [];
    this.#seen = 0;
    return drained;
  }
}

async function* session(
  ctx: RequestContext,
  input: StartLiveTailRequest,
  sample: Sample,
  stop: () => void,
): AsyncGenerator<StartLiveTailResponseStream> {
  const stopOnAbort = () => stop();
  const signal = ctx.signal();
  signal.addEventListener("abort", stopOnAbort, { once: true });
  const endsAt = ctx.clock.now() + sessionMs;
  try {
    const { logGroupIdentifiers, logStreamNames = [], logStreamNamePrefixes = [], logEventFilterPattern = "" } = input;
    const [requestId, sessionId] = [ctx.requestId, uuid(ctx.random)];
    const asked = { logGroupIdentifiers, logStreamNames, logStreamNamePrefixes, logEventFilterPattern };
    yield { sessionStart: { requestId, sessionId, ...asked } };
    while (ctx.clock.now() < endsAt) {
      await sleep(ctx.clock, updateEveryMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      const { sampled, events } = sample.drain();
      yield { sessionUpdate: { sessionMetadata: { sampled }, sessionResults: events } };
    }
    yield { SessionTimeoutException: { message: "The session timed out after it was open for 3 hours." } };
  } finally {
    signal.removeEventListener("abort", stopOnAbort);
    stop();
  }
}
