import type { Draft } from "./draft.ts";
import { isAlive, type Member } from "./health.ts";
import { planRolling, type RollingPlan } from "./rolling.ts";

/*
 * The DAEMON scheduling strategy: "exactly one task on each active container instance that meets all of the task
 * placement constraints". The desired count is the number of these instances, so that the bounds are as of any service:
 * with 0/100 all old tasks go at once, and a new one comes where its predecessor has stopped.
 */

/** Called before anything else is planned: the desired count follows the instances. */
export function countDaemons(draft: Draft): void {
  if (draft.service.schedulingStrategy !== "DAEMON") return;
  const desiredCount = instancesOf(draft).length;
  if (desiredCount !== draft.service.desiredCount) draft.change({ desiredCount });
}

export function planDaemons(draft: Draft, members: readonly Member[]): RollingPlan {
  const instances = new Set(instancesOf(draft));
  const isPlaced = ({ task }: Member) => instances.has(task.value.containerInstanceArn ?? "");
  // What runs on an instance that drains, is gone, or meets the constraints no more: it takes no room on another.
  const strays = members.filter((member) => isAlive(member) && !isPlaced(member));
  const plan = planRolling(draft.service, members.filter(isPlaced), draft.primary);
  // An instance is free when the task before has left it for good: until then it takes its room.
  const taken = new Set(
    members
      .filter(({ task }) => task.value.lastStatus !== "STOPPED")
      .map(({ task }) => task.value.containerInstanceArn ?? ""),
  );
  const free = [...instances].filter((arn) => !taken.has(arn)).length;
  return { ...plan, starts: Math.min(plan.starts, free), surplus: [...strays, ...plan.surplus] };
}

function instancesOf({ view, primary }: Draft): readonly string[] {
  const revision = view.revisions.get(primary.revisionId);
  return revision === undefined ? [] : view.daemonInstances(revision);
}
