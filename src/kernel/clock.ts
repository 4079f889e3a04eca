/** A pending timer; cancelling one that has fired does nothing. */
export interface Timer {
  cancel(): void;
}

/**
 * The only source of time. Every timestamp, timeout and delay goes through one, so that tests and the simulation can
 * run on virtual time. Times are milliseconds since the Unix epoch.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Runs `callback` once, `delayMs` from now (a delay below 0 counts as 0). */
  after(delayMs: number, callback: () => void): Timer;
  /** Runs `callback` once, when I/O that is ready has had its turn. */
  soon(callback: () => void): void;
  /**
   * Calls back, until it is cancelled, whenever `now()` has leapt ahead of the timers or behind them: they count
   * neither the time that the machine was suspended nor what its clock was set by. Missing where that cannot happen.
   */
  onLeap?(callback: () => void): Timer;
}

/** How often the machine's clock is compared with its timers, and what counts: less is NTP at work. */
const [leapCheckMs, leastLeapMs] = [5000, 1000];

/** Node caps a timer at 2^31-1 ms and fires longer ones at once; longer waits are made of several. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * The machine's clock. Its timers keep the process alive only when `keepAlive` is set: a platform stays up because it
 * listens, not because something is due in an hour.
 */
export function systemClock(options: { keepAlive?: boolean } = {}): Clock {
  return {
    now: () => Date.now(),
    soon: setImmediate,
    after(delayMs, callback) {
      let left = Math.max(0, delayMs);
      let handle: NodeJS.Timeout;
      const arm = () => {
        const step = Math.min(left, longestTimerMs);
        left -= step;
        handle = setTimeout(() => (left > 0 ? arm() : callback()), step);
        if (!options.keepAlive) handle.unref();
      };
      arm();
      return { cancel: () => clearTimeout(handle) };
    },
    onLeap(callback) {
      const hasLeapt = leapWatch(Date.now, () => performance.now());
      const handle = setInterval(() => {
        if (hasLeapt()) callback();
      }, leapCheckMs);
      handle.unref();
      return { cancel: () => clearInterval(handle) };
    },
  };
}

/** Gives a function that says whether `now` has leapt ahead of `elapsed`, or behind it, since it was last asked. */
export function leapWatch(now: () => number, elapsed: () => number): () => boolean {
  let last = now() - elapsed();
  return () => {
    const difference = now() - elapsed();
    const hasLeapt = Math.abs(difference - last) > leastLeapMs;
    last = difference;
    return hasLeapt;
  };
}

/** Resolves `delayMs` from now; rejects with the signal's reason when it aborts first. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = () => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    });
    signal?.addEventListener("abort", abort, { once: true });
  });
}
