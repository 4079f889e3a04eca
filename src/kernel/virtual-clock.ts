import type { Clock, Timer } from "./clock.ts";

interface Due {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
  cancelled: boolean;
}

/**
 * A clock that moves only when told to, for tests and the simulation. Timers fire in the order of their due times,
 * equal ones in the order they were set, each seeing its own due time as `now()`.
 */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #heap: Due[] = [];

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, callback: () => void): Timer {
    const due: Due = { at: this.#now + Math.max(0, delayMs), order: this.#order++, callback, cancelled: false };
    this.#push(due);
    return {
      cancel: () => {
        due.cancelled = true;
      },
    };
  }

  soon(callback: () => void): void {
    this.after(0, callback);
  }

  /** When the next timer is due, or undefined when none is set. */
  nextAt(): number | undefined {
    this.#dropCancelled();
    return this.#heap[0]?.at;
  }

  /** Moves to the next timer and fires it. Returns false when none is set. */
  step(): boolean {
    this.#dropCancelled();
    const due = this.#pop();
    if (due === undefined) return false;
    this.#now = Math.max(this.#now, due.at);
    due.callback();
    return true;
  }

  /**
   * Moves `ms` ahead, firing what falls due on the way. After each timer `settle` is awaited, so that promises that it
   * resolved can run, and set timers of their own, before the next one fires.
   */
  async advance(ms: number, settle: () => Promise<void> = drainMicrotasks): Promise<void> {
    const until = this.#now + ms;
    await settle();
    for (let at = this.nextAt(); at !== undefined && at <= until; at = this.nextAt()) {
      this.step();
      await settle();
    }
    this.#now = until;
  }

  #dropCancelled(): void {
    while (this.#heap[0]?.cancelled) this.#pop();
  }

  #push(due: Due): void {
    const heap = this.#heap;
    let i = heap.push(due) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (before(heap[parent]!, due)) break;
      heap[i] = heap[parent]!;
      i = parent;
    }
    heap[i] = due;
  }

  #pop(): Due | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
      if (before(last, heap[child]!)) break;
      heap[i] = heap[child]!;
      i = child;
    }
    heap[i] = last;
    return top;
  }
}

function before(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

/** Lets everything that is already resolved run: a turn of the event loop, after which no microtask is left. */
export function drainMicrotasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** As the machine's clock: its timers do not notice that it is set, or that the machine was suspended. */
export class SettableClock extends VirtualClock {
  aheadMs = 0;

  override now(): number {
    return super.now() + this.aheadMs;
  }
}
