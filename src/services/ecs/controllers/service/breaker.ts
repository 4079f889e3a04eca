import type { CircuitBreaker } from "../../model/service.ts";

/**
 * How many failed tasks fail a deployment ("Amazon ECS deployment circuit breaker"): with BOUNDED_PERCENT a share of
 * the desired count, rounded up, from 3 to 200; with UNBOUNDED_PERCENT the share alone; with COUNT the number itself.
 */
export function failureThreshold(
  { type, value }: CircuitBreaker["thresholdConfiguration"],
  desiredCount: number,
): number {
  if (type === "COUNT") return value;
  const share = Math.ceil((desiredCount * value) / 100);
  return type === "BOUNDED_PERCENT" ? Math.min(200, Math.max(3, share)) : Math.max(1, share);
}

/**
 * The count of failures after these, and whether one of its tasks having become healthy since the last failure sets it
 * back (`resetOnHealthyTask`).
 */
export function countFailures(
  failedTasks: number,
  seen: { readonly failures: number; readonly healthySinceLastFailure: boolean },
  breaker: CircuitBreaker | undefined,
): number {
  const resets = seen.healthySinceLastFailure && (breaker?.resetOnHealthyTask ?? true);
  return (resets ? 0 : failedTasks) + seen.failures;
}
