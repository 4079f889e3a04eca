import { createHash } from "node:crypto";

/** What happened, in order: a fingerprint of all of it, and the last lines in words. */
export class Trace {
  readonly #hash = createHash("sha256");
  readonly #now: () => number;
  readonly #startMs: number;
  readonly #lastLines: string[] = [];
  #events = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.#startMs = now();
  }

  get events(): number {
    return this.#events;
  }

  /** `detail` goes into the fingerprint only. */
  add(event: string, detail = ""): void {
    const line = `${((this.#now() - this.#startMs) / 1000).toFixed(3)} s  ${event}`;
    this.#hash.update(`${line}\n${detail}\n`);
    this.#events++;
    this.#lastLines.push(line);
    if (this.#lastLines.length > 2 * linesKept) this.#lastLines.splice(0, linesKept);
  }

  /** To be asked for once, at the end. */
  digest(): string {
    return this.#hash.digest("hex");
  }

  lastLines(): string[] {
    return this.#lastLines.slice(-linesKept);
  }
}

const linesKept = 40;
