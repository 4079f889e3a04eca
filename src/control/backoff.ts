import type { Random } from "#kernel/random.ts";

export interface Backoff {
  /** The longest first delay. */
  readonly firstMs: number;
  /** The longest delay ever. */
  readonly mostMs: number;
}

/** After an error: half a second to a minute. */
export const errorBackoff: Backoff = { firstMs: 500, mostMs: 60_000 };
/** After a conflict: someone else was quicker, so looking again soon is right. */
export const conflictBackoff: Backoff = { firstMs: 2, mostMs: 500 };

/** Doubles with each failure in a row (the first is 1); the upper half is random, so that keys do not march in step. */
export function delayMs(backoff: Backoff, failures: number, random: Random): number {
  const longest = Math.min(backoff.mostMs, backoff.firstMs * 2 ** (failures - 1));
  return longest / 2 + (longest / 2) * random.float();
}
