import type { Clock } from "#kernel/clock.ts";

/**
 * How many keys all controllers together take up in one turn of the event loop. The fewer, the sooner requests are
 * answered while the work that follows from earlier ones is still being done.
 */
const keysInATurn = 4;
/** Where requests make turns long, controllers have their share nevertheless: a fifth of the time or more. */
const keysAMillisecond = 1;

/** What all runners share: in each turn of the event loop they take up so many keys, one runner after the other. */
export class Turns {
  readonly #clock: Clock;
  #left = keysInATurn;
  /** Keys have been taken up in this turn. */
  #underway = false;
  /** Who goes on in the next turn. */
  readonly #waiting: (() => void)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether one more key may be taken up now; if not, `goOn` is called in the next turn. */
  take(goOn: () => void): boolean {
    if (this.#left === 0) {
      this.#waiting.push(goOn);
      return false;
    }
    this.#left--;
    if (!this.#underway) {
      this.#underway = true;
      const startedAt = this.#clock.now();
      this.#clock.soon(() => this.#next(this.#clock.now() - startedAt));
    }
    return true;
  }

  #next(tookMs: number): void {
    this.#left = Math.max(keysInATurn, tookMs * keysAMillisecond);
    this.#underway = false;
    // Who cannot finish comes again behind the others.
    while (this.#left > 0 && this.#waiting.length > 0) this.#waiting.shift()!();
  }
}
