import type { Clock, Timer } from "#kernel/clock.ts";
import { type Random, uuid } from "#kernel/random.ts";
import { type Acknowledgement, jsonPayload, readJson } from "./contents.ts";
import { Incoming } from "./incoming.ts";
import { type DataChannelMessage, encodeMessage, messageFlags, messageTypes } from "./message.ts";
import { Outgoing } from "./outgoing.ts";

export interface DataStreamOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** What this end sends; the other sends the other. */
  readonly sends: typeof messageTypes.input | typeof messageTypes.output;
  /** Puts a message on its way; it may be lost, doubled or overtaken. */
  readonly transmit: (message: Uint8Array) => void;
  /** Told of every new stream message in either direction: acknowledgements and repetitions are no activity. */
  readonly onActivity?: () => void;
}

/** One end of a session's two streams: what it sends arrives, once and in order, and so does what it reads. */
export class DataStream {
  readonly #options: DataStreamOptions;
  readonly #outgoing = new Outgoing();
  readonly #incoming = new Incoming();
  readonly #waiting = new Set<() => void>();
  #timer: Timer | undefined;
  #paused = false;
  #finishing = false;
  #closed = false;

  constructor(options: DataStreamOptions) {
    this.#options = options;
  }

  /** Takes a message of the other end. Others than those of streams are passed over. */
  receive(message: DataChannelMessage): void {
    if (this.#closed) return;
    const { sends } = this.#options;
    const { messageType } = message;
    if (messageType === messageTypes.acknowledge) this.#acknowledged(message);
    else if (messageType === (sends === messageTypes.input ? messageTypes.output : messageTypes.input)) {
      this.#take(message);
    } else if (messageType === messageTypes.pausePublication) this.#pause(true);
    else if (messageType === messageTypes.startPublication) this.#pause(false);
  }

  /** Resolves when there is room to send, with false when the stream has been closed instead. */
  async room(): Promise<boolean> {
    while (!this.#closed && (this.#paused || this.#outgoing.full)) await this.#change();
    return !this.#closed;
  }

  /** Sends without looking at the room: what is sent in bulk waits for `room` before. */
  send(payloadType: number, payload: Uint8Array, flags = 0): void {
    if (this.#closed) return;
    const { clock, random, sends, transmit } = this.#options;
    const sequenceNumber = this.#outgoing.nextNumber;
    const bytes = encodeMessage({
      messageType: sends,
      createdDate: clock.now(),
      sequenceNumber,
      flags: sequenceNumber === 0 ? flags | messageFlags.syn : flags,
      messageId: uuid(random),
      payloadType,
      payload,
    });
    this.#outgoing.add(bytes, clock.now());
    this.#options.onActivity?.();
    if (!this.#paused) transmit(bytes);
    this.#arm();
  }

  /**
   * The next message of the other end, when it is there; undefined when the stream has been closed. Only what is read
   * is acknowledged: who does not read makes the other end wait.
   */
  async read(): Promise<DataChannelMessage | undefined> {
    for (;;) {
      if (this.#closed) return undefined;
      const message = this.#incoming.take();
      if (message !== undefined) {
        this.#acknowledge(message);
        return message;
      }
      if (this.#finishing) return undefined;
      await this.#change();
    }
  }

  /** Resolves when all that was sent is acknowledged, or the stream has been closed. */
  async drained(): Promise<void> {
    while (!this.#closed && !this.#outgoing.empty) await this.#change();
  }

  /** Nothing more will come: reading ends when what is there has been read. */
  finish(): void {
    this.#finishing = true;
    this.#wake();
  }

  /** Nothing is sent or taken any more; who waits is told. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#wake();
  }

  #take(message: DataChannelMessage): void {
    const verdict = this.#incoming.add(message);
    if (verdict === "taken") this.#acknowledge(message);
    if (verdict !== "new") return;
    this.#options.onActivity?.();
    this.#wake();
  }

  #acknowledge(message: DataChannelMessage): void {
    const { clock, random, transmit } = this.#options;
    const acknowledgement: Acknowledgement = {
      AcknowledgedMessageType: message.messageType,
      AcknowledgedMessageId: message.messageId,
      AcknowledgedMessageSequenceNumber: message.sequenceNumber,
      IsSequentialMessage: true,
    };
    transmit(
      encodeMessage({
        messageType: messageTypes.acknowledge,
        createdDate: clock.now(),
        sequenceNumber: 0,
        flags: messageFlags.syn | messageFlags.fin,
        messageId: uuid(random),
        payloadType: 0,
        payload: jsonPayload(acknowledgement),
      }),
    );
  }

  #acknowledged({ payload }: DataChannelMessage): void {
    const number = readJson(payload)?.AcknowledgedMessageSequenceNumber;
    if (typeof number !== "number") return;
    this.#outgoing.acknowledge(number, this.#options.clock.now());
    this.#wake();
  }

  #pause(paused: boolean): void {
    const resumes = this.#paused && !paused;
    this.#paused = paused;
    if (!resumes) return;
    for (const bytes of this.#outgoing.all()) this.#options.transmit(bytes);
    this.#arm();
    this.#wake();
  }

  /** One timer for all: it looks when it fires, so that acknowledgements need not set it anew. */
  #arm(): void {
    const dueAt = this.#outgoing.dueAt();
    if (this.#timer !== undefined || this.#closed || this.#paused || dueAt === undefined) return;
    const { clock, transmit } = this.#options;
    this.#timer = clock.after(dueAt - clock.now(), () => {
      this.#timer = undefined;
      const bytes = this.#paused ? undefined : this.#outgoing.takeDue(clock.now());
      if (bytes !== undefined) transmit(bytes);
      this.#arm();
    });
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}
