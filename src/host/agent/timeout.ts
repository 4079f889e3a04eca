import type { Clock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";

/** Gives up waiting after `seconds` with the words of Amazon ECS; the work itself is not undone. */
export function withTimeout<T>(clock: Clock, seconds: number, transition: string, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(seconds * 1000, () => {
      const message = `Could not transition to ${transition}; timed out after waiting ${duration(seconds)}`;
      reject(new DriverError("Timeout", message));
    });
    work.then(resolve, reject).finally(() => timer.cancel());
  });
}

/** Seconds as Go writes them: `3m0s`, `45s`. */
export function duration(seconds: number): string {
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
