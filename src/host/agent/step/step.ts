import { planAttachToTheEnd } from "./attach.ts";
import { isStopping } from "./phase.ts";
import { createPlanner } from "./planner.ts";
import { planStart } from "./start.ts";
import type { Plan, Task } from "./state.ts";
import { type CleanupTimes, planFinish, planStop, planUnwanted } from "./stop.ts";

/** What is next for a task. Pure and level-triggered: it depends on what is, never on what happened. */
export function step(task: Task, times: CleanupTimes, now: number): Plan {
  const planner = createPlanner(task, now);
  if (task.live.forgotten) return planner.plan();
  if (!task.live.listed) planner.waitFor("the container engine is being asked what it has of this task");
  else if (task.unwanted) planUnwanted(task, planner);
  else if (!isStopping(task)) planStart(task, planner, now);
  else {
    planAttachToTheEnd(task, planner);
    planStop(task, planner, now);
    planFinish(task, planner, times, now);
  }
  return planner.plan();
}
