import type { DataChannelMessage } from "./message.ts";

/** What may wait to be read; a whole window of the other end fits (see outgoing.ts). What comes beyond comes again. */
const mostBytes = 1_048_576;
/** How far ahead of the next message one may be; as many wait in Session Manager's own clients. */
const mostAhead = 10_000;

/** Puts the messages of a stream in order, each once, though they come late, doubled or out of it. */
export class Incoming {
  readonly #waiting = new Map<number, DataChannelMessage>();
  #next = 0;
  #bytes = 0;

  /** `taken`: before, so that it is to be acknowledged again. `full`: there is no room, so it must come again. */
  add(message: DataChannelMessage): "new" | "waiting" | "taken" | "full" {
    const { sequenceNumber } = message;
    if (sequenceNumber < this.#next) return "taken";
    if (this.#waiting.has(sequenceNumber)) return "waiting";
    // The next one is taken whatever waits behind it: nothing could go on without it.
    const hasRoom = this.#bytes + message.payload.length <= mostBytes && sequenceNumber - this.#next < mostAhead;
    if (!hasRoom && sequenceNumber !== this.#next) return "full";
    this.#waiting.set(sequenceNumber, message);
    this.#bytes += message.payload.length;
    return "new";
  }

  /** The next message in order, once it is there. */
  take(): DataChannelMessage | undefined {
    const message = this.#waiting.get(this.#next);
    if (message === undefined) return undefined;
    this.#waiting.delete(this.#next++);
    this.#bytes -= message.payload.length;
    return message;
  }
}
