import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { onInterruption } from "./interruption.ts";
import { until } from "./until.ts";
import { within } from "./within.ts";

/** How a process has ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Longer than any command of a test takes, and shorter than a test may. */
const endSeconds = 480;

/**
 * A process that a test has started. What it writes and how it ends is kept from its first moment: who asks later,
 * after whatever has ended it, is told all the same.
 */
export class TestProcess {
  readonly child: ChildProcess;
  /** What it has written so far, if it was started with pipes. */
  out = "";
  err = "";
  readonly #name: string;
  readonly #ended: Promise<Ending>;

  /** `interruptedBy` is the signal that ends it when the tests are interrupted. */
  constructor(
    program: string,
    args: readonly string[],
    { interruptedBy = "SIGTERM", ...options }: SpawnOptions & { readonly interruptedBy?: NodeJS.Signals } = {},
  ) {
    this.#name = [program, ...args].join(" ");
    this.child = spawn(program, args, options);
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.out += text));
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.err += text));
    this.#ended = new Promise((resolve, reject) => {
      this.child.once("error", reject);
      // Not `exit`: after it there may be more to read.
      this.child.once("close", (code, signal) => resolve({ code, signal }));
    });
    const forget = onInterruption(() => this.end(interruptedBy));
    this.#ended.then(forget, forget); // who asks for it is told
  }

  get pid(): number {
    return this.child.pid!;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Resolves when it has ended and all that it wrote is here. Rejects when it did not start, or after 480 s. */
  ended(): Promise<Ending> {
    return within(`the end of ${this.#name}`, this.#ended, () => this.#lastWords(), endSeconds);
  }

  /** Ends it with a signal, unless it has ended. */
  end(signal: NodeJS.Signals): Promise<Ending> {
    if (!this.hasEnded) this.child.kill(signal);
    return this.ended();
  }

  /** Resolves with all that it wrote to standard output or standard error, once that has this. Rejects at its end. */
  async shows(words: RegExp | string, where: "out" | "err" = "out"): Promise<string> {
    const has = () => (typeof words === "string" ? this[where].includes(words) : words.test(this[where]));
    const look = () => ({ ...{ out: this.out, err: this.err }, hasEnded: this.hasEnded });
    await until(`${words} from ${this.#name}`, look, ({ hasEnded }) => has() || hasEnded, { everyMs: 10 });
    if (!has()) await this.ended();
    if (!has()) throw new Error(`${this.#name} has ended without ${words}:\n${this.#lastWords()}`);
    return this[where];
  }

  #lastWords(): string {
    return `${this.out}${this.err}`.slice(-4000);
  }
}
