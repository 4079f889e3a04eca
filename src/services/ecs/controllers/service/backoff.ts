import type { StartBackoff } from "../../model/service.ts";
import type { Draft } from "./draft.ts";

/**
 * "Amazon ECS service throttle logic": starts that keep failing are repeated at growing intervals of at most 15
 * minutes. The curve is not published. Here the second start follows at once, then after 1, 2, 4... seconds.
 */
const longestDelayMs = 15 * 60_000;

/**
 * A task that ended so soon after its start counts as one that did not start: on AWS a start takes half a minute by
 * itself, here it takes a fraction of a second, and a container that ends at once would be started without a pause.
 */
export const quickEndMs = 30_000;

/**
 * No health check of a container or a target group fails a task sooner after its start: their interval is five seconds
 * at least. What is unhealthy before is so for where it is: in a zone that its load balancer is not in.
 */
export const soonestCheckMs = 5_000;

/** So many rounds of failed starts one after the other are worth an event. */
export const impairedAfter = 3;

/** A start of the tasks of a service that failed. */
export interface FailedStart {
  /** When the task was made. */
  readonly createdAt: number;
}

/**
 * The pacing after these failures. All tasks that were started together count as one round: a service of a hundred
 * tasks does not wait longer than a service of one.
 */
export function afterFailures(
  backoff: StartBackoff | undefined,
  failed: readonly FailedStart[],
  now: number,
): StartBackoff | undefined {
  const newRound = failed.some(({ createdAt }) => createdAt >= (backoff?.retryAt ?? 0));
  if (!newRound) return backoff;
  const failures = (backoff?.failures ?? 0) + 1;
  return { failures, retryAt: now + delayMs(failures) };
}

/** The same for a rollout in a plan, which tells of it when it comes to the rounds that are worth an event. */
export function paced(
  draft: Draft,
  backoff: StartBackoff | undefined,
  failed: readonly FailedStart[],
): StartBackoff | undefined {
  const after = afterFailures(backoff, failed, draft.view.now);
  if (after !== backoff && after?.failures === impairedAfter) draft.tell((words) => words.impaired());
  return after;
}

/** Milliseconds until the next start after so many rounds have failed. */
export function delayMs(failures: number): number {
  if (failures <= 1) return 0;
  return Math.min(longestDelayMs, 1000 * 2 ** (failures - 2));
}
