import { connect, type Socket } from "node:net";
import { StringDecoder } from "node:string_decoder";
import type { Clock, Timer } from "#kernel/clock.ts";
import { type RuntimeApi, toldVersion, versionQuestion } from "./runtime-api.ts";

export interface EventFeedDeps {
  readonly runtime: Pick<RuntimeApi, "path" | "version">;
  readonly clock: Clock;
  /** A ring is about to be read from its beginning. */
  readonly onOpen: () => void;
  /** Whole lines, in order; with the first ones of a connection come those that were kept while nobody listened. */
  readonly onLines: (lines: readonly string[]) => void;
  /** The process that told has ended without being replaced by a reload, and another one tells now. */
  readonly onRestart: () => void;
}

/** A line that has no end is no line of HAProxy's. */
const maxLineCharacters = 256 * 1024;
const againMs = 100;
/** How long a process that a reload has replaced is listened to: it ends when nobody does and its work is done. */
const lingerMs = 60_000;
/** The section of the configuration. */
export const ringName = "events";

/**
 * The events that HAProxy keeps in a ring in its memory, as they come. It neither waits for who listens nor looks for
 * them: without the platform the ring keeps the latest.
 */
export class EventFeed {
  readonly #deps: EventFeedDeps;
  readonly #open = new Set<Socket>();
  readonly #timers = new Set<Timer>();
  #current: Socket | undefined;
  #closed = false;

  constructor(deps: EventFeedDeps) {
    this.#deps = deps;
  }

  get isListening(): boolean {
    return this.#current !== undefined;
  }

  /** Listens to the process that serves now, which has just replaced the one before. */
  async listen(): Promise<void> {
    const before = this.#current;
    await this.#connect();
    if (before !== undefined) this.#later(lingerMs, () => before.destroy());
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
    for (const socket of this.#open) socket.destroy();
  }

  async #connect(isNews = false): Promise<void> {
    const { runtime } = this.#deps;
    const path = await runtime.path();
    if (this.#closed) return;
    const socket = connect(path);
    this.#current = socket;
    this.#open.add(socket);
    let isRight: boolean | undefined;
    socket.on("connect", () => {
      this.#deps.onOpen();
      socket.write(`${versionQuestion}; show events ${ringName} -w\n`);
    });
    socket.on("error", () => socket.destroy()); // seen to when it is closed
    // Not the process that was meant is none that has ended.
    socket.on("close", () => this.#ended(socket, isRight === false ? isNews : true));
    readLines(socket, ([first, ...rest]) => {
      if (isRight !== undefined) return this.#deps.onLines([first!, ...rest]);
      isRight = runtime.version === undefined || toldVersion(first!) === runtime.version;
      if (!isRight) return socket.destroy();
      if (isNews) this.#deps.onRestart();
      if (rest.length > 0) this.#deps.onLines(rest);
    });
  }

  #ended(socket: Socket, isNews: boolean): void {
    this.#open.delete(socket);
    if (socket !== this.#current || this.#closed) return;
    this.#later(againMs, () => {
      // A reload may have been followed meanwhile.
      if (socket === this.#current) void this.#connect(isNews);
    });
  }

  #later(ms: number, work: () => void): void {
    const timer = this.#deps.clock.after(ms, () => {
      this.#timers.delete(timer);
      work();
    });
    this.#timers.add(timer);
  }
}

function readLines(socket: Socket, onLines: (lines: readonly string[]) => unknown): void {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  socket.on("data", (data) => {
    const lines = (rest + decoder.write(data)).split("\n");
    rest = lines.pop()!;
    if (rest.length > maxLineCharacters) socket.destroy();
    const whole = lines.filter((line) => line !== "");
    if (whole.length > 0) onLines(whole);
  });
}
