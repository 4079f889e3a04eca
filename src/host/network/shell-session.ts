import type { Duplex } from "node:stream";
import type { Clock, Timer } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";

/** A script ended with a status other than 0. */
export class ScriptError extends DriverError {
  readonly status: number;
  readonly output: string;

  constructor(status: number, output: string) {
    super("Failed", `A network command failed (status ${status}): ${output.trim().slice(-2000)}`);
    this.status = status;
    this.output = output;
  }
}

export interface ShellChannel {
  /** The shell's standard input, and its standard output and error as one. */
  readonly input: { write(data: string): unknown };
  readonly output: Pick<Duplex, "on">;
  /** Ends the shell at once. */
  kill(): void;
}

interface Job {
  readonly script: string;
  readonly resolve: (output: string) => void;
  readonly reject: (error: Error) => void;
}

const timeoutMs = 60_000;

/**
 * One long-lived shell that is fed scripts and answers with their output, so that no process has to be started for the
 * shell itself. It is opened when first needed, and again after it has ended.
 */
export class ShellSession {
  readonly #open: () => Promise<ShellChannel>;
  readonly #clock: Clock;
  readonly #queue: Job[] = [];
  #channel: ShellChannel | undefined;
  #opening = false;
  #running: Job | undefined;
  #timer: Timer | undefined;
  #received: Buffer[] = [];
  #count = 0;
  #closed = false;

  constructor(open: () => Promise<ShellChannel>, clock: Clock) {
    this.#open = open;
    this.#clock = clock;
  }

  run(script: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ script, resolve, reject });
      this.#next();
    });
  }

  close(): void {
    this.#closed = true;
    this.#ended("The shell has been closed");
    for (const job of this.#queue.splice(0)) job.reject(unavailable("The shell has been closed"));
  }

  #next(): void {
    if (this.#running !== undefined || this.#opening || this.#queue.length === 0) return;
    if (this.#closed) {
      for (const job of this.#queue.splice(0)) job.reject(unavailable("The shell has been closed"));
    } else if (this.#channel === undefined) void this.#start();
    else this.#send(this.#channel, this.#queue.shift()!);
  }

  async #start(): Promise<void> {
    this.#opening = true;
    try {
      const channel = await this.#open();
      if (this.#closed) return channel.kill();
      this.#channel = channel;
      channel.output.on("data", (chunk: Buffer) => {
        if (this.#channel === channel) this.#receive(chunk);
      });
      for (const event of ["end", "close", "error"]) {
        channel.output.on(event, () => {
          if (this.#channel === channel) this.#ended("The privileged shell has ended");
        });
      }
    } catch (cause) {
      const error = cause instanceof DriverError ? cause : unavailable("No privileged shell", cause);
      for (const job of this.#queue.splice(0)) job.reject(error);
    } finally {
      this.#opening = false;
      this.#next();
    }
  }

  #send(channel: ShellChannel, job: Job): void {
    this.#running = job;
    this.#received = [];
    this.#count++;
    this.#timer = this.#clock.after(timeoutMs, () => this.#ended(`No answer within ${timeoutMs / 1000} seconds`));
    channel.input.write(`(\nset -e\n${job.script}\n) </dev/null 2>&1; printf '\\n${this.#marker()} %d\\n' $?\n`);
  }

  #marker(): string {
    return `--end-of-script-${this.#count}--`;
  }

  #receive(chunk: Buffer): void {
    this.#received.push(chunk);
    if (!chunk.includes("\n")) return;
    // The marker can only be at the very end: the shell writes nothing after it until it is told more.
    const text = Buffer.concat(this.#received);
    const start = text.lastIndexOf(`\n${this.#marker()} `);
    const job = this.#running;
    if (start < 0 || text.at(-1) !== 10 || job === undefined) return;
    const output = text.toString("utf8", 0, start);
    const status = Number(text.toString("utf8", start).trim().split(" ")[1]);
    this.#timer?.cancel();
    this.#running = undefined;
    this.#received = [];
    if (status === 0) job.resolve(output);
    else job.reject(new ScriptError(status, output));
    this.#next();
  }

  #ended(reason: string): void {
    const output = Buffer.concat(this.#received).toString("utf8").trim().slice(-500);
    this.#timer?.cancel();
    this.#channel?.kill();
    this.#channel = undefined;
    this.#received = [];
    const job = this.#running;
    this.#running = undefined;
    job?.reject(unavailable(output === "" ? reason : `${reason}: ${output}`));
    this.#next();
  }
}

function unavailable(message: string, cause?: unknown): DriverError {
  return new DriverError("Unavailable", message, { retryable: true, cause });
}
