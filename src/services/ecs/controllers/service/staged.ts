import { lifecycleStages, type ServiceDeploymentRecord } from "../../model/service-deployment.ts";
import type { Draft } from "./draft.ts";
import { isAlive, type Member, serves } from "./health.ts";
import { stopOrder } from "./order.ts";
import { boundsOf, chooseReplaced, chooseSick, countServing, type RollingPlan } from "./rolling.ts";
import { sourceOf } from "./stages.ts";
import { waitsOfSick, waitsToStart, waitsToStop } from "./waits.ts";

/**
 * The moves of a deployment that shifts traffic: the old and the new revision are both kept whole, the new one from
 * SCALE_UP on, the old one up to CLEAN_UP. In a rollback the new one goes when no traffic goes to it any more.
 */
export function planStaged(draft: Draft, deployment: ServiceDeploymentRecord, members: readonly Member[]): RollingPlan {
  const { service, primary } = draft;
  const bounds = boundsOf(service);
  const alive = members.filter(isAlive);
  const own = alive.filter((member) => member.deploymentId === primary.id);
  const others = alive.filter((member) => member.deploymentId !== primary.id);
  const good = own.filter(({ condition }) => condition !== "unhealthy");
  const source = keptSource(draft, deployment, others);
  const leaving = isCleaning(draft, deployment) ? others : others.filter((member) => !source.includes(member));
  const wanted = isScaled(deployment) ? service.desiredCount : good.length;
  const missing = Math.max(0, wanted - good.length);
  const starts = primary.rolloutState === "FAILED" ? 0 : missing;
  const serving = countServing(own, others);
  const goes = mayLeave(draft, deployment);
  // What serves stays as long as others, which are protected and stay, have yet to start.
  const fewer = chooseReplaced(source, service, serving, source.length - service.desiredCount);
  const leaves = goes ? chooseReplaced(leaving, service, serving - fewer.filter(serves).length) : [];
  const held = goes && leaves.length === 0 && leaving.some((member) => member.protected);
  const sick = chooseSick({ service, members, own, others, bounds });
  return {
    starts,
    sourceStarts: source.length === 0 ? 0 : Math.max(0, service.desiredCount - source.length),
    surplus: [...stopOrder(good, service, good.length - service.desiredCount), ...fewer, ...leaves],
    sick,
    ...(held && { blocked: "protection" }),
    waits: [
      ...waitsToStart(primary, missing - starts, { occupying: members.length, ceiling: Number.POSITIVE_INFINITY }),
      ...(goes
        ? waitsToStop({ good: [], wanted: 0, others: leaving, surplus: leaves, serving, floor: bounds.floor })
        : []),
      ...waitsOfSick(own, sick),
    ],
  };
}

/** Tasks of the deployment that traffic may go back to. */
function keptSource(draft: Draft, deployment: ServiceDeploymentRecord, others: readonly Member[]): Member[] {
  if (deployment.status === "ROLLBACK_IN_PROGRESS" || isCleaning(draft, deployment)) return [];
  const id = sourceOf(draft)?.id;
  return others.filter((member) => member.deploymentId === id);
}

/**
 * Tasks leave when no traffic goes to them any more: at the end, in a rollback, and before anything else what is left
 * of a deployment that was cut short.
 */
function mayLeave(draft: Draft, deployment: ServiceDeploymentRecord): boolean {
  const begun = deployment.status === "ROLLBACK_IN_PROGRESS" || deployment.lifecycleStage !== undefined;
  return begun && draft.view.trafficApplied(deployment);
}

function isCleaning(draft: Draft, deployment: ServiceDeploymentRecord): boolean {
  if (deployment.status === "ROLLBACK_IN_PROGRESS") return draft.view.trafficApplied(deployment);
  return deployment.lifecycleStage === "CLEAN_UP";
}

function isScaled({ status, lifecycleStage }: ServiceDeploymentRecord): boolean {
  if (status === "ROLLBACK_IN_PROGRESS") return true;
  return lifecycleStage !== undefined && lifecycleStages.indexOf(lifecycleStage) >= lifecycleStages.indexOf("SCALE_UP");
}
