import type { Draft } from "./draft.ts";
import { isAlive, type Member } from "./health.ts";
import { planRolling, type RollingPlan } from "./rolling.ts";
import { waitsToStop } from "./waits.ts";

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
  const plan = planRolling(draft.service, members.filter(isPlaced), draft.primary);
  // What runs on an instance that drains, is gone, or meets the constraints no more: it takes no room on another.
  const strays = members.filter((member) => isAlive(member) && !isPlaced(member));
  const leaving = strays.filter((member) => !member.protected);
  // An instance is free when the task before has left it for good: until then it takes its room.
  const taken = new Set(
    members
      .filter(({ task }) => task.value.lastStatus !== "STOPPED")
      .map(({ task }) => task.value.containerInstanceArn ?? ""),
  );
  const free = [...instances].filter((arn) => !taken.has(arn)).length;
  const starts = Math.min(plan.starts, free);
  const surplus = [...leaving, ...plan.surplus];
  const held = strays.length > leaving.length && starts + surplus.length + plan.sick.length === 0;
  return {
    ...plan,
    ...{ starts, surplus },
    ...(held && { blocked: "protection" }),
    waits: [
      ...plan.waits,
      ...waitsToStop({ good: [], wanted: 0, others: strays, surplus: leaving, serving: 0, floor: 0 }),
    ],
  };
}

function instancesOf({ view, primary }: Draft): readonly string[] {
  const revision = view.revisions.get(primary.revisionId);
  return revision === undefined ? [] : view.daemonInstances(revision);
}
