import type { AuditRecord } from "#kernel/audit.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { LogPosition, LogSink, LogStreamName } from "#kernel/log-sink.ts";
import type { Entry, Store } from "#kernel/store.ts";
import { type TrailPosition, type TrailRecord, trailArn, trails } from "./model.ts";
import { logGroupOf } from "./request/log-group.ts";
import { delivers } from "./selection.ts";
import type { Trail } from "./trail.ts";

/** What a trail writes at once, in bytes of its files. */
const mostBytes = 2 ** 20;

/** Why the role of a trail may not write to the stream, in IAM's words; undefined: it may. */
export type LogsRefusal = (trailArn: string, roleArn: string, stream: LogStreamName) => string | undefined;

export interface DeliveryParts {
  readonly store: Pick<Store, "view">;
  readonly trail: Pick<Trail, "readFrom" | "flush" | "onWritten">;
  readonly sink: LogSink;
  readonly refusal: LogsRefusal;
  readonly clock: Clock;
  readonly log: Log;
}

/** What became of the latest delivery, since the platform started. */
export interface DeliveryStatus {
  readonly at?: number;
  readonly error?: string;
}

/**
 * Delivers the audit trail to the log groups of CloudTrail's trails, each time that records were written to its files:
 * from there, from the position that the log group has stored with what was delivered, so that nothing is delivered
 * twice and nothing is left out, whatever is killed when.
 */
export class TrailDelivery {
  readonly #parts: DeliveryParts;
  readonly #status = new Map<string, DeliveryStatus>();
  /** How far was looked, where no record was wanted since what is stored. */
  readonly #seen = new Map<string, TrailPosition>();
  #work: Promise<void> = Promise.resolve();
  #isDue = false;

  constructor(parts: DeliveryParts) {
    this.#parts = parts;
  }

  /** Delivers what was written before, and from now on what is. */
  start(): void {
    this.#parts.trail.onWritten(() => void this.deliver());
    void this.deliver();
  }

  /** Resolves when all that was written has been delivered as far as it could be. Never rejects. */
  deliver(): Promise<void> {
    if (this.#isDue) return this.#work;
    this.#isDue = true;
    this.#work = this.#work.then(async () => {
      this.#isDue = false;
      for (const entry of this.#parts.store.view(trails).all()) {
        if (entry.value.from !== undefined) await this.#deliverOf(entry, entry.value.from);
      }
    });
    return this.#work;
  }

  statusOf(trail: TrailRecord): DeliveryStatus {
    return this.#status.get(trailArn(trail)) ?? {};
  }

  /** Resolves when what is under way has been done. */
  async close(): Promise<void> {
    await this.#work;
  }

  async #deliverOf({ value: trail }: Entry<TrailRecord>, from: TrailPosition): Promise<void> {
    const arn = trailArn(trail);
    const { log, clock } = this.#parts;
    try {
      if (await this.#copy(trail, arn, from)) this.#status.set(arn, { at: clock.now() });
    } catch (error) {
      const message = (error as Error).message;
      if (this.#status.get(arn)?.error !== message) log.warn("A trail cannot be delivered", { trail: arn, error });
      this.#status.set(arn, { ...this.#status.get(arn), error: message });
    }
  }

  /** Resolves with whether there was something to deliver. */
  async #copy(trail: TrailRecord, arn: string, from: TrailPosition): Promise<boolean> {
    const { trail: source, sink } = this.#parts;
    const stream = streamOf(trail);
    let at: TrailPosition = later(from, this.#seen.get(arn));
    let isOpen = false;
    for (let delivered = false; ; ) {
      const chunk = await source.readFrom(at, mostBytes);
      if (chunk === undefined) return delivered;
      const wanted = chunk.records.filter(({ record }) => delivers(trail, record));
      if (wanted.length > 0 && !isOpen) {
        await this.#open(trail, stream);
        const stored = await sink.position(stream, arn);
        isOpen = true;
        const further = stored === undefined ? at : later(at, positionOf(stored));
        if (further !== at) {
          at = further;
          continue;
        }
      }
      if (wanted.length > 0) {
        const events = wanted.map(({ record, text }) => ({ timestamp: timeOf(record), message: text }));
        await sink.append({ stream, sourceId: arn, position: logPositionOf(chunk.next), events });
        delivered = true;
      }
      at = chunk.next;
      this.#seen.set(arn, at);
    }
  }

  async #open(trail: TrailRecord, stream: LogStreamName): Promise<void> {
    const { sink, refusal } = this.#parts;
    const refused = refusal(trailArn(trail), trail.logsRoleArn, stream);
    if (refused !== undefined) throw new Error(refused);
    await sink.ensureStream(stream, { createGroup: false });
  }
}

/** As CloudTrail names it. */
export function streamOf(trail: TrailRecord): LogStreamName {
  const { region, logGroupName } = logGroupOf(trail.logGroupArn)!;
  const logStreamName = `${trail.account}_CloudTrail_${trail.region}`;
  return { account: trail.account, region, logGroupName, logStreamName };
}

function later(one: TrailPosition, other: TrailPosition | undefined): TrailPosition {
  if (other === undefined) return one;
  const isLater = other.file > one.file || (other.file === one.file && other.offset > one.offset);
  return isLater ? other : one;
}

/** Positions in log streams are a time and a count; here a file's number and an offset, which grow in the same way. */
function logPositionOf({ file, offset }: TrailPosition): LogPosition {
  return { timeNanos: String(file), count: offset };
}

function positionOf({ timeNanos, count }: LogPosition): TrailPosition {
  return { file: Number(timeNanos), offset: count };
}

function timeOf(record: AuditRecord): number {
  return Date.parse(record.eventTime);
}
