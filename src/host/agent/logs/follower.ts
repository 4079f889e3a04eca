import type { ContainerStatus, RuntimeDriver } from "#host/runtime/driver.ts";
import { type Clock, sleep, type Timer } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { DriverError, Fault } from "#kernel/fault.ts";
import type { LogPosition, LogSink, LogStreamName } from "#kernel/log-sink.ts";
import type { Regex } from "#kernel/regex/regex.ts";
import { type Chunk, EventAssembler } from "./assembler.ts";

export interface FollowerOptions {
  readonly driver: Pick<RuntimeDriver, "readLogs" | "inspectContainer">;
  readonly sink: LogSink;
  readonly clock: Clock;
  readonly log: Log;
}

/** Whose output goes where. */
export interface FollowedContainer {
  readonly runtimeId: string;
  /** The task whose execution role must allow it; absent: it is the platform's own affair. */
  readonly taskArn?: string;
  readonly stream: LogStreamName;
  readonly createGroup: boolean;
  readonly eventStart: Regex | undefined;
  /** Reading stops while more than this waits to be stored. */
  readonly maxBufferBytes: number;
}

/** A line or event that waits for more is stored as it is after this time, as Docker's driver does. */
const flushAfterMs = 5000;
/**
 * What comes in little by little is stored at most this often, unless there is much of it: each time costs a sync of
 * the disk, which the runtime that writes the output needs too.
 */
const storeEveryMs = 100;
const muchBytes = 256 * 1024;
const firstRetryMs = 100;
const lastRetryMs = 10_000;

/**
 * Takes the output of one container to its stream, from the position that is stored with it. Reading and storing
 * overlap, with at most `maxBufferBytes` in between; the runtime keeps the rest. What fails is tried again until it
 * succeeds or the follower is stopped.
 */
export class Follower {
  readonly #options: FollowerOptions;
  readonly #container: FollowedContainer;
  readonly #stopping = new AbortController();
  readonly #stored: Promise<void>;
  #assembler: EventAssembler;
  #storing: Promise<void> | undefined;
  #isStoring = false;
  /** From the end of one storing until the next may begin. A timer, which no setting of the clock makes longer. */
  #rest: Timer | undefined;
  /** Nothing more will be read: what there is is stored without waiting for more. */
  #isEnding = false;
  /** What was to be stored next could not be before the follower stopped: nothing behind it may be stored. */
  #gaveUp = false;
  /** When what waits for more is stored as it is. */
  #flush: { readonly openId: number; readonly timer: Timer } | undefined;
  #wakeReader: (() => void) | undefined;
  #isDiscarding = false;

  constructor(options: FollowerOptions, container: FollowedContainer) {
    this.#options = options;
    this.#container = container;
    this.#assembler = new EventAssembler(undefined, container.eventStart);
    this.#stored = this.#run();
  }

  /** Resolves when the container has ended and all its output is stored, or after `stop`. */
  get stored(): Promise<void> {
    return this.#stored;
  }

  /** Ends reading. What has been read is stored if that succeeds at once; else the next follower reads it again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#stored;
  }

  async #run(): Promise<void> {
    if (!(await this.#retry("open the log stream", () => this.#open()))) return;
    await this.#retry("read the output of a container", () => this.#readAll());
    this.#flush?.timer.cancel();
    if (!this.#stopping.signal.aborted) this.#assembler.flush();
    this.#isEnding = true;
    this.#store();
    await this.#storing;
    this.#rest?.cancel();
  }

  /** Finds the position to go on from. */
  async #open(): Promise<void> {
    const { stream, createGroup, eventStart, runtimeId, taskArn } = this.#container;
    let position: LogPosition | undefined;
    try {
      await this.#options.sink.ensureStream(stream, { createGroup, ...(taskArn && { taskArn }) });
      position = await this.#options.sink.position(stream, runtimeId);
    } catch (error) {
      this.#loseOrThrow(error);
    }
    this.#assembler = new EventAssembler(position, eventStart);
  }

  /** Reads until the container has ended, and has not been started again meanwhile. */
  async #readAll(): Promise<void> {
    const { signal } = this.#stopping;
    for (let before = await this.#inspect(); ; ) {
      await this.#read();
      if (signal.aborted) return;
      const status = await this.#inspect();
      if (status === undefined) return;
      const isRunning = status.state === "running";
      // What is read from its start to its end is all of it.
      if (!isRunning && status.startedAt === before?.startedAt) return;
      before = status;
      if (isRunning) await sleep(this.#options.clock, firstRetryMs, signal).catch(() => undefined);
    }
  }

  async #inspect(): Promise<ContainerStatus | undefined> {
    return await this.#options.driver.inspectContainer(this.#container.runtimeId).catch(unlessGone);
  }

  async #read(): Promise<void> {
    const { signal } = this.#stopping;
    const since = this.#assembler.seen;
    try {
      const options = { follow: true, signal, ...(since !== undefined && { since }) };
      for await (const records of this.#options.driver.readLogs(this.#container.runtimeId, options)) {
        for (const record of records) this.#assembler.add(record);
        this.#store();
        this.#flushLater();
        await this.#untilBufferHasRoom();
        if (signal.aborted) return;
      }
    } catch (error) {
      if (!signal.aborted) unlessGone(error);
    }
  }

  async #untilBufferHasRoom(): Promise<void> {
    const { signal } = this.#stopping;
    while (this.#assembler.bytes > this.#container.maxBufferBytes && this.#isStoring && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
  }

  #flushLater(): void {
    const { openId } = this.#assembler;
    if (openId === this.#flush?.openId) return;
    this.#flush?.timer.cancel();
    if (openId === undefined) {
      this.#flush = undefined;
      return;
    }
    const timer = this.#options.clock.after(flushAfterMs, () => {
      this.#assembler.flush();
      this.#store();
    });
    this.#flush = { openId, timer };
  }

  /** Stores what is ready, at once or when it is time, unless that is under way. */
  #store(): void {
    if (this.#isStoring || this.#gaveUp || this.#assembler.readyBytes === 0) return;
    if (this.#rest !== undefined && !this.#isMuch()) return;
    this.#rest?.cancel();
    this.#rest = undefined;
    this.#isStoring = true;
    this.#storing = this.#storeAll();
  }

  #isMuch(): boolean {
    return this.#isEnding || this.#assembler.readyBytes >= Math.min(muchBytes, this.#container.maxBufferBytes);
  }

  /** One chunk after another. */
  async #storeAll(): Promise<void> {
    try {
      for (let chunk = this.#assembler.take(); chunk !== undefined; ) {
        const { events, position } = chunk;
        this.#gaveUp = !(await this.#retry("store log events", () => this.#append({ events, position })));
        if (this.#gaveUp) return;
        this.#wakeReader?.();
        chunk = this.#isMuch() ? this.#assembler.take() : undefined;
      }
    } finally {
      this.#isStoring = false;
      this.#rest = this.#options.clock.after(storeEveryMs, () => {
        this.#rest = undefined;
        this.#store();
      });
      this.#wakeReader?.();
    }
    this.#store();
  }

  async #append({ events, position }: Chunk): Promise<void> {
    const { stream, runtimeId, taskArn } = this.#container;
    try {
      await this.#options.sink.append({ stream, ...(taskArn && { taskArn }), sourceId: runtimeId, position, events });
      this.#isDiscarding = false;
    } catch (error) {
      this.#loseOrThrow(error);
    }
  }

  /**
   * When the group or stream was deleted, or the task may write there no longer, what is written meanwhile is lost, as
   * in AWS. Other errors are thrown again.
   */
  #loseOrThrow(error: unknown): void {
    const reason = lossReasonOf(error);
    if (reason === undefined) throw error;
    if (this.#isDiscarding) return;
    this.#isDiscarding = true;
    const { logGroupName, logStreamName } = this.#container.stream;
    this.#options.log.warn(`output is lost: ${reason}`, { logGroupName, logStreamName });
  }

  /** Tries until it succeeds, with growing delays; gives up, with false, only when stopping. */
  async #retry(what: string, work: () => Promise<void>): Promise<boolean> {
    const { clock, log } = this.#options;
    const { signal } = this.#stopping;
    for (let delayMs = firstRetryMs; ; delayMs = Math.min(2 * delayMs, lastRetryMs)) {
      try {
        await work();
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        log.warn(`could not ${what}`, { error: String(error), runtimeId: this.#container.runtimeId });
        await sleep(clock, delayMs, signal).catch(() => undefined);
        if (signal.aborted) return false;
      }
    }
  }
}

function lossReasonOf(error: unknown): string | undefined {
  if (!(error instanceof Fault)) return undefined;
  if (error.code === "ResourceNotFoundException") return "its log stream does not exist";
  return error.code === "AccessDeniedException" ? error.message : undefined;
}

/** A container that has been removed has no more output. */
function unlessGone(error: unknown): undefined {
  if (error instanceof DriverError && (error.reason === "NotFound" || error.reason === "InvalidSpec")) return undefined;
  throw error;
}
