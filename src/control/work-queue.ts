import type { Clock, Timer } from "#kernel/clock.ts";

/**
 * The keys that are due, each once, in the order they became due. A key that is being worked on is not handed out a
 * second time: becoming due meanwhile, it comes again afterwards. Keys that are due later have one timer each.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #onReady: () => void;
  readonly #ready = new Set<string>();
  readonly #active = new Set<string>();
  /** Became due while active. */
  readonly #again = new Set<string>();
  readonly #later = new Map<string, { readonly setAt: number; readonly dueAt: number; readonly timer: Timer }>();

  /** `onReady` is called, synchronously, whenever a key can be taken. */
  constructor(clock: Clock, onReady: () => void) {
    this.#clock = clock;
    this.#onReady = onReady;
  }

  /** How many keys wait for a worker. */
  get depth(): number {
    return this.#ready.size + this.#again.size;
  }

  /** How many keys can be taken. */
  get ready(): number {
    return this.#ready.size;
  }

  get active(): number {
    return this.#active.size;
  }

  /** How many keys wait for a time. */
  get delayed(): number {
    return this.#later.size;
  }

  /** Makes the key due now; a time set for it no longer counts. */
  add(key: string): void {
    this.#later.get(key)?.timer.cancel();
    this.#later.delete(key);
    if (this.#active.has(key)) {
      this.#again.add(key);
    } else {
      this.#ready.add(key);
      this.#onReady();
    }
  }

  /** Makes the key due in `delayMs`, unless it is due already. */
  addLater(key: string, delayMs: number): void {
    if (this.#ready.has(key) || this.#again.has(key)) return;
    this.#later.get(key)?.timer.cancel();
    const timer = this.#clock.after(delayMs, () => this.add(key));
    const setAt = this.#clock.now();
    this.#later.set(key, { setAt, dueAt: setAt + delayMs, timer });
  }

  /**
   * The clock has leapt: keys that wait for a time of day come when it is that, or at once. So do those whose time was
   * set at what has yet to come: the clock was ahead.
   */
  reconsider(): void {
    const now = this.#clock.now();
    for (const [key, { setAt, dueAt }] of [...this.#later]) this.addLater(key, setAt > now ? 0 : dueAt - now);
  }

  /** Makes the key due in `delayMs` at the latest: a time that is set for it already stays. */
  addWithin(key: string, delayMs: number): void {
    if (!this.#later.has(key)) this.addLater(key, delayMs);
  }

  /** Hands out the key that has been due the longest, or undefined. `done` must follow. */
  take(): string | undefined {
    const [key] = this.#ready;
    if (key === undefined) return undefined;
    this.#ready.delete(key);
    this.#active.add(key);
    return key;
  }

  done(key: string): void {
    this.#active.delete(key);
    if (this.#again.delete(key)) this.add(key);
  }

  /** Forgets every key that is not being worked on. */
  clear(): void {
    for (const { timer } of this.#later.values()) timer.cancel();
    this.#later.clear();
    this.#ready.clear();
    this.#again.clear();
  }
}
