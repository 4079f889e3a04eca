import type { Random } from "#kernel/random.ts";

/** Growing delays with jitter, after the attempt's number from 0: between half and all of 250 ms * 2^attempt. */
export function backoffMs(attempt: number, longestMs: number, random: Random): number {
  const full = Math.min(longestMs, 250 * 2 ** Math.min(attempt, 30));
  return Math.round(full * (0.5 + random.float() / 2));
}
