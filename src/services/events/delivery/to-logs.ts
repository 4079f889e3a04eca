import { parseArn } from "#kernel/arn.ts";
import { Fault } from "#kernel/fault.ts";
import { objectIn } from "#kernel/json-object.ts";
import type { Entry } from "#kernel/store.ts";
import type { DeliveryRecord } from "../model.ts";
import { eventsPrincipal } from "../request/roles.ts";
import { done, type Outcome } from "./outcome.ts";
import type { DeliveryPorts } from "./ports.ts";

type Waiting = Entry<DeliveryRecord>;

/** All deliveries of a queue to the same log stream at once, in their order. */
export function logBatch(waiting: readonly Waiting[], mostBytes: number): readonly Waiting[] {
  const [first] = waiting;
  let bytes = 0;
  const batch: Waiting[] = [];
  for (const entry of waiting) {
    bytes += entry.value.input.length;
    if (entry !== first && (bytes > mostBytes || !isSame(entry.value, first!.value))) break;
    batch.push(entry);
  }
  return batch;
}

function isSame({ address: a }: DeliveryRecord, { address: b }: DeliveryRecord): boolean {
  return a.kind === "log-group" && b.kind === "log-group" && a.arn === b.arn && a.logStreamName === b.logStreamName;
}

/**
 * Writes a batch into its log stream, each event once: the stream remembers the place of the last one, which is the
 * revision that it was made in. What was written by a process that ended before it could say so is passed over.
 */
export async function deliverToLogs(
  batch: readonly Waiting[],
  { logs, logsRefusal }: Pick<DeliveryPorts, "logs" | "logsRefusal">,
): Promise<Outcome> {
  const { address, queue, account, region, originArn } = batch[0]!.value;
  if (address.kind !== "log-group") return { kind: "drop", reason: "Not for a log group." };
  const logGroupName = /^log-group:([^:]+)/.exec(parseArn(address.arn)?.resource ?? "")?.[1] ?? "";
  const stream = { account, region, logGroupName, logStreamName: address.logStreamName };
  const reason = logsRefusal(eventsPrincipal, originArn, stream);
  if (reason !== undefined) return { kind: "drop", reason };
  try {
    await logs.ensureStream(stream, { createGroup: false });
    const last = await logs.position(stream, queue);
    const left = batch.filter(({ createRevision, value }) => {
      if (last === undefined || createRevision > Number(last.timeNanos)) return true;
      return createRevision === Number(last.timeNanos) && value.position + 1 > last.count;
    });
    const end = left.at(-1);
    if (end === undefined) return done;
    const position = { timeNanos: String(end.createRevision), count: end.value.position + 1 };
    await logs.append({ stream, sourceId: queue, position, events: left.map(({ value }) => toLogEvent(value)) });
    return done;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { kind: "drop", reason: `${error.code}: ${error.message}` };
  }
}

/** A template may set both members of the log event; any other text is the message. */
function toLogEvent({ input, isOwnInput, eventTime }: DeliveryRecord) {
  const own = isOwnInput ? objectIn(input) : undefined;
  if (own === undefined || typeof own.message !== "string") return { timestamp: eventTime, message: input };
  const timestamp = typeof own.timestamp === "string" ? Date.parse(own.timestamp) : Number(own.timestamp);
  return { timestamp: Number.isFinite(timestamp) ? timestamp : eventTime, message: own.message };
}
