import type { ContainerStatus, LogRecord } from "#host/runtime/driver.ts";
import type { LogStreamName } from "#kernel/log-sink.ts";
import type { SessionLog } from "../ports.ts";
import { Follower, type FollowerOptions } from "./follower.ts";

/** A writer waits while so much has not been taken to the stream. */
const maxBufferBytes = 1_048_576;
/** A line without an end is cut, as the runtime cuts those of containers. */
const maxLineBytes = 16_384;

/** What an exec session shows, line by line, on its way to a stream: kept by nobody else, so it is held until then. */
export class Transcript implements SessionLog {
  readonly #follower: Follower;
  readonly #clock: FollowerOptions["clock"];
  #rest: Buffer = Buffer.alloc(0);
  #records: LogRecord[] = [];
  #bytes = 0;
  #ended = false;
  #changed = Promise.withResolvers<void>();

  constructor(options: FollowerOptions, sessionId: string, stream: LogStreamName) {
    this.#clock = options.clock;
    const source = { readLogs: () => this.#read(), inspectContainer: async () => endedStatus };
    this.#follower = new Follower(
      { ...options, driver: source },
      { runtimeId: sessionId, stream, createGroup: false, eventStart: undefined, maxBufferBytes },
    );
  }

  /** Resolves when all is stored, or after `stop`. */
  get stored(): Promise<void> {
    return this.#follower.stored;
  }

  async write(data: Uint8Array): Promise<void> {
    this.#rest = Buffer.concat([this.#rest, data]);
    for (let end = this.#rest.indexOf(10); end >= 0; end = this.#rest.indexOf(10)) {
      // A terminal ends its lines with a carriage return, too.
      this.#add(this.#rest.subarray(0, this.#rest[end - 1] === 13 ? end - 1 : end), false);
      this.#rest = this.#rest.subarray(end + 1);
    }
    if (this.#rest.length >= maxLineBytes) {
      this.#add(this.#rest, true);
      this.#rest = Buffer.alloc(0);
    }
    while (this.#bytes > maxBufferBytes && !this.#ended) await this.#changed.promise;
  }

  async end(): Promise<void> {
    if (this.#rest.length > 0) this.#add(this.#rest, false);
    this.#rest = Buffer.alloc(0);
    this.#finish();
    await this.stored;
  }

  /** What could not be stored is lost. */
  async stop(): Promise<void> {
    this.#finish();
    await this.#follower.stop();
  }

  #finish(): void {
    this.#ended = true;
    this.#tell();
  }

  #add(message: Uint8Array, partial: boolean): void {
    const timeNanos = String(BigInt(Math.floor(this.#clock.now())) * 1_000_000n);
    this.#records.push({ timeNanos, stream: "stdout", message, partial });
    this.#bytes += message.length;
    this.#tell();
  }

  /** Gives what was written, once: the follower goes on to the next when it has room. */
  async *#read(): AsyncGenerator<readonly LogRecord[]> {
    for (;;) {
      const records = this.#records;
      this.#records = [];
      if (records.length > 0) yield records;
      for (const { message } of records) this.#bytes -= message.length;
      if (records.length > 0) this.#tell();
      else if (this.#ended) return;
      else await this.#changed.promise;
    }
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

/** A reading ends only with the session. */
const endedStatus = { state: "exited" } as ContainerStatus;
