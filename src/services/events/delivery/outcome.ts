import { DriverError, Fault } from "#kernel/fault.ts";
import type { DeliveryRecord } from "../model.ts";

/** How an attempt ended. What is dropped is not tried again: the target is gone, or will never take it. */
export type Outcome =
  | { readonly kind: "done" }
  | {
      readonly kind: "retry";
      readonly reason: string;
      readonly afterMs?: number;
      /** Whether the target had too much to do. */
      readonly isThrottled?: boolean;
    }
  | { readonly kind: "drop"; readonly reason: string };

export const done: Outcome = { kind: "done" };

const firstDelayMs = 1000;
const mostDelayMs = 600_000;

/** Between attempts: a second, doubled each time up to ten minutes; the upper half is random. In a day about 185. */
function retryDelayMs(attempts: number, chance: number): number {
  const longest = Math.min(mostDelayMs, firstDelayMs * 2 ** (attempts - 1));
  return longest / 2 + (longest / 2) * chance;
}

export function isExpired({ createdAt, retry }: DeliveryRecord, now: number): boolean {
  return now - createdAt > retry.MaximumEventAgeInSeconds * 1000;
}

/** What becomes of a delivery that failed: the record with the next attempt, or why it is given up. */
export function afterFailure(
  delivery: DeliveryRecord,
  { reason, afterMs = 0 }: Extract<Outcome, { kind: "retry" }>,
  now: number,
  chance: number,
): { readonly next: DeliveryRecord } | { readonly givenUp: string } {
  const attempts = delivery.attempts + 1;
  if (attempts > delivery.retry.MaximumRetryAttempts) return { givenUp: `${reason} It was tried ${attempts} times.` };
  const nextAttemptAt = now + Math.max(afterMs, retryDelayMs(attempts, chance));
  const next = { ...delivery, attempts, nextAttemptAt };
  if (isExpired(next, nextAttemptAt)) return { givenUp: `${reason} It is too old to be tried again.` };
  return { next };
}

/** Faults that may pass by themselves; with others the same request would fail again. */
const throttling = /Throttl|TooManyRequests/;
const passing = /Throttl|TooManyRequests|LimitExceeded|ServerException|ServiceUnavailable|InternalFailure|Conflict/;

/** What an error of a call means for the delivery. Bugs are thrown on. */
export function outcomeOf(error: unknown): Outcome {
  if (error instanceof Fault) {
    const reason = `${error.code}: ${error.message}`;
    return passing.test(error.code) || (error.status ?? 400) >= 500
      ? { kind: "retry", reason, ...(throttling.test(error.code) && { isThrottled: true }) }
      : { kind: "drop", reason };
  }
  if (error instanceof DriverError) return { kind: error.retryable ? "retry" : "drop", reason: error.message };
  throw error;
}
