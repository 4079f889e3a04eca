import type { Clock, Timer } from "#kernel/clock.ts";

/** Work at the end of each interval, as long as there is any. */
export interface Intervals {
  /** There may be something to do now. */
  arm(): void;
  stop(): void;
}

export interface IntervalsDeps {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Without need there is no timer. */
  readonly isNeeded: () => boolean;
  /** Given the end of the interval. Never rejects. The next interval is armed behind it. */
  readonly pass: (to: number) => Promise<void>;
}

/** Intervals are counted from the epoch: those of a minute are the minutes of CloudWatch. */
export function createIntervals({ clock, intervalMs, isNeeded, pass }: IntervalsDeps): Intervals {
  let timer: Timer | undefined;
  let stopped = false;
  /** The end of the last interval: timers may fire a moment early. */
  let last = 0;

  const arm = () => {
    if (stopped || timer !== undefined || !isNeeded()) return;
    const now = clock.now();
    const to = Math.max(last, now - (now % intervalMs)) + intervalMs;
    timer = clock.after(to - now, async () => {
      last = to;
      await pass(to);
      timer = undefined;
      arm();
    });
  };
  return {
    arm,
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}
