/** Numbers and times are Session Manager's own; a message that goes on being unanswered is sent ever more seldom. */
const firstRoundTripMs = 100;
const firstTimeoutMs = 200;
const shortestTimeoutMs = 100;
const longestTimeoutMs = 1_000;
const longestBackoffMs = 5_000;

/**
 * What may be under way at once: then the sender has to wait. At worst all lies unread at the other end, which has
 * room for as many messages of `payloadBytes`.
 */
const mostMessages = 256;
/** What a message carries of a longer text. */
export const payloadBytes = 4096;

interface Sent {
  readonly bytes: Uint8Array;
  sentAt: number;
  resent: number;
}

/**
 * Messages that were sent and are not acknowledged, in their order. The first of them is sent again when its time is
 * over, as Session Manager does it: the others may well have arrived, and wait at the other end for that one. Times are
 * milliseconds of any clock, and are given in.
 */
export class Outgoing {
  readonly #sent = new Map<number, Sent>();
  #next = 0;
  #roundTripMs = firstRoundTripMs;
  #variationMs = 0;
  #timeoutMs = firstTimeoutMs;

  /** The number of the next message. */
  get nextNumber(): number {
    return this.#next;
  }

  get empty(): boolean {
    return this.#sent.size === 0;
  }

  get full(): boolean {
    return this.#sent.size >= mostMessages;
  }

  /** Notes that the message with the next number is being sent. */
  add(bytes: Uint8Array, now: number): void {
    this.#sent.set(this.#next++, { bytes, sentAt: now, resent: 0 });
  }

  acknowledge(sequenceNumber: number, now: number): void {
    const sent = this.#sent.get(sequenceNumber);
    if (sent === undefined) return;
    this.#sent.delete(sequenceNumber);
    // Which of two sendings is answered cannot be known: only the time of a single one tells of the way.
    if (sent.resent === 0) this.#measure(now - sent.sentAt);
  }

  /** When the first message is to be sent again; undefined when all are acknowledged. */
  dueAt(): number | undefined {
    const first = this.#first();
    if (first === undefined) return undefined;
    return first.sentAt + Math.min(longestBackoffMs, this.#timeoutMs * 2 ** first.resent);
  }

  /** The message to send again, if its time is over. */
  takeDue(now: number): Uint8Array | undefined {
    const [first, dueAt] = [this.#first(), this.dueAt()];
    if (first === undefined || dueAt === undefined || dueAt > now) return undefined;
    first.sentAt = now;
    first.resent++;
    return first.bytes;
  }

  *all(): Generator<Uint8Array> {
    for (const { bytes } of this.#sent.values()) yield bytes;
  }

  #first(): Sent | undefined {
    return this.#sent.values().next().value;
  }

  #measure(roundTripMs: number): void {
    this.#variationMs = 0.75 * this.#variationMs + 0.25 * Math.abs(this.#roundTripMs - roundTripMs);
    this.#roundTripMs = 0.875 * this.#roundTripMs + 0.125 * roundTripMs;
    const timeoutMs = this.#roundTripMs + Math.max(10, 4 * this.#variationMs);
    this.#timeoutMs = Math.min(longestTimeoutMs, Math.max(shortestTimeoutMs, timeoutMs));
  }
}
