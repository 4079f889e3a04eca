import type { ServiceRecord } from "../../model/service.ts";
import { lifecycleStages, type ServiceDeploymentRecord } from "../../model/service-deployment.ts";
import type { Draft } from "./draft.ts";
import { isAlive, isHealthy, type Member, serves } from "./health.ts";
import { boundsOf, chooseSick, chooseSurplus, countServing, occupying, type RollingPlan } from "./rolling.ts";
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
  const isOwn = (member: Member) => member.deploymentId === primary.id;
  const own = alive.filter(isOwn);
  const others = alive.filter((member) => !isOwn(member));
  const source = keptSource(draft, deployment);
  const isSource = (member: Member) => member.deploymentId === source;
  const good = own.filter(({ condition }) => condition !== "unhealthy");
  const green = keepWhole(service, good, {
    ...{ wanted: isScaled(deployment) ? service.desiredCount : countStaying(good), works: isHealthy },
    occupying: occupying(members.filter(isOwn)),
  });
  const blue = keepWhole(service, others.filter(isSource), {
    ...{ wanted: source === undefined ? 0 : service.desiredCount, works: serves },
    occupying: occupying(members.filter(isSource)),
  });
  const starts = primary.rolloutState === "FAILED" ? 0 : green.starts;
  const leaving = others.filter((member) => !isSource(member));
  const kept = new Set([...green.surplus, ...blue.surplus]);
  const stays = (member: Member) => !kept.has(member);
  const serving = countServing(own.filter(stays), others.filter(stays));
  const goes = mayLeave(draft, deployment);
  const leaves = goes
    ? chooseSurplus(service, serving, [{ members: leaving, most: leaving.length, works: serves }])
    : [];
  const held = goes && leaves.length === 0 && leaving.some((member) => member.protected);
  const sick = chooseSick({ service, members, own, others, bounds });
  return {
    starts,
    sourceStarts: blue.starts,
    surplus: [...green.surplus, ...blue.surplus, ...leaves],
    sick,
    ...(held && { blocked: "protection" }),
    waits: [
      ...waitsToStart(primary, green.missing - starts, { occupying: green.occupying, ceiling: bounds.ceiling }),
      ...green.waits,
      ...blue.waits,
      ...(goes
        ? waitsToStop({ good: [], wanted: 0, others: leaving, surplus: leaves, serving, floor: bounds.floor })
        : []),
      ...waitsOfSick(own, sick),
    ],
  };
}

interface Kept {
  readonly wanted: number;
  /** Which of its tasks count towards the floor. */
  readonly works: (member: Member) => boolean;
  /** How many of its tasks count against the ceiling. */
  readonly occupying: number;
}

/**
 * The moves that keep a revision whole by itself, whatever the other one has: what is missing is started at once, what
 * is on instances that drain is replaced within the bounds ("maximumPercent", Amazon ECS API: with deployments other
 * than rolling ones it is the limit "while the container instances are in the DRAINING state").
 */
function keepWhole(service: ServiceRecord, alive: readonly Member[], { wanted, works, occupying }: Kept) {
  const { floor, ceiling } = boundsOf(service);
  const draining = alive.filter((member) => member.drains);
  const good = alive.filter((member) => !member.drains);
  const missing = Math.max(0, wanted - good.length);
  const starts = Math.max(missing - draining.length, Math.min(missing, ceiling - occupying), 0);
  const serving = alive.filter(works).length;
  const surplus = chooseSurplus(service, serving, [
    { members: good, most: good.length - wanted, works },
    { members: draining, most: draining.length, works },
  ]);
  const waits = waitsToStop({ good, wanted, others: draining, surplus, serving, floor });
  return { missing, starts, occupying, surplus, waits };
}

function countStaying(members: readonly Member[]): number {
  return members.filter((member) => !member.drains).length;
}

/** The deployment that traffic may go back to; undefined: to none any more. */
function keptSource(draft: Draft, deployment: ServiceDeploymentRecord): string | undefined {
  if (deployment.status === "ROLLBACK_IN_PROGRESS" || isCleaning(draft, deployment)) return undefined;
  return sourceOf(draft)?.id;
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
