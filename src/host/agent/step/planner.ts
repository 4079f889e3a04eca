import { isUnderway } from "./phase.ts";
import { type Action, actionKey, type Plan, type Task } from "./state.ts";

/** Collects what a plan says. The first reason to wait is the one told. */
export interface Planner {
  /** Do it now, unless it is under way or waits to be tried again. */
  want(action: Action): void;
  wakeAt(at: number): void;
  waitFor(words: string): void;
  plan(): Plan;
}

export function createPlanner(task: Task, now: number): Planner {
  const actions: Action[] = [];
  let wakeAt = Number.POSITIVE_INFINITY;
  let waitingFor: string | undefined;
  const planner: Planner = {
    want(action) {
      const key = actionKey(action);
      const failure = task.live.failures[key];
      if (isUnderway(task, key)) return;
      if (failure !== undefined && failure.retryAt > now) {
        planner.wakeAt(failure.retryAt);
        planner.waitFor(`${key} is tried again after ${failure.attempts} failures: ${failure.message}`);
        return;
      }
      actions.push(action);
    },
    wakeAt(at) {
      wakeAt = Math.min(wakeAt, at);
    },
    waitFor(words) {
      waitingFor ??= words;
    },
    plan: () => ({
      actions,
      ...(Number.isFinite(wakeAt) ? { wakeAt } : {}),
      ...(waitingFor === undefined ? {} : { waitingFor }),
    }),
  };
  return planner;
}
