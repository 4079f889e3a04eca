import type { ServiceRecord } from "../../model/service.ts";
import { lifecycleStages, type ServiceDeploymentRecord } from "../../model/service-deployment.ts";
import type { Draft } from "./draft.ts";
import { isAlive, isHealthy, type Member, serves } from "./health.ts";
import { boundsOf, chooseSick, chooseSurplus, countServing, occupying, type RollingPlan } from "./rolling.ts";
import { isInPlace } from "./sources.ts";
import { sourceOf } from "./stages.ts";
import { waitsOfSick, waitsToStart, waitsToStop } from "./waits.ts";

/**
 * The moves of a deployment that shifts traffic: the old and the new revision are both kept whole, the new one from
 * SCALE_UP on, the old one up to CLEAN_UP. In a rollback the new one goes when no traffic goes to it any more.
 */
export function planStaged(draft: Draft, deployment: ServiceDeploymentRecord, members: readonly Member[]): RollingPlan {
  const { service, primary } = draft;
  const bounds = boundsOf(service);
  const source = keptSource(draft, deployment);
  const isOwn = (member: Member) => member.deploymentId === primary.id;
  const membersOf = (id: string | undefined) => members.filter((member) => member.deploymentId === id);
  const leaving = members.filter(({ deploymentId: id }) => id !== primary.id && id !== source).filter(isAlive);
  const own = members.filter(isOwn);
  const green = keepWhole(service, own, {
    wanted: isScaled(deployment) ? service.desiredCount : own.filter(isInPlace).length,
    works: isHealthy,
    others: isShifted(deployment) ? [] : membersOf(source).filter(isAlive),
  });
  const blue = keepWhole(service, membersOf(source), {
    ...{ wanted: source === undefined ? 0 : service.desiredCount, works: serves, others: [] },
  });
  const starts = primary.rolloutState === "FAILED" ? 0 : green.starts;
  const room = { occupying: green.occupying, ceiling: bounds.ceiling };
  const kept = new Set([...green.surplus, ...blue.surplus]);
  const left = members.filter((member) => isAlive(member) && !kept.has(member));
  const [ownLeft, othersLeft] = [left.filter(isOwn), left.filter((member) => !isOwn(member))];
  // Without production traffic the new revision takes nobody's place.
  const carries = deployment.status === "ROLLBACK_IN_PROGRESS" || isShifted(deployment);
  const serving = countServing(carries ? ownLeft : [], othersLeft);
  const goes = mayLeave(draft, deployment);
  const leaves = goes
    ? chooseSurplus(service, serving, [{ members: leaving, most: leaving.length, works: serves }])
    : [];
  const held = goes && leaves.length === 0 && leaving.some((member) => member.protected);
  return {
    starts,
    sources: source === undefined ? [] : [{ id: source, desiredCount: service.desiredCount, starts: blue.starts }],
    surplus: [...green.surplus, ...blue.surplus, ...leaves],
    sick: [...green.sick, ...blue.sick],
    ...(held && { blocked: "protection" }),
    waits: [
      ...waitsToStart(primary, { own: green.missing - starts, sources: 0 }, room),
      ...green.waits,
      ...blue.waits,
      ...(goes
        ? waitsToStop({ good: [], wanted: 0, others: leaving, surplus: leaves, serving, floor: bounds.floor })
        : []),
    ],
  };
}

interface Kept {
  readonly wanted: number;
  /** Which of its tasks count towards the floor. */
  readonly works: (member: Member) => boolean;
  /** Tasks of the other revision that do its work as long as it has no production traffic. */
  readonly others: readonly Member[];
}

/**
 * The moves that keep a revision whole by itself, whatever the other one has: what is missing is started at once, what
 * is unhealthy, or on instances that drain, is replaced within the bounds ("maximumPercent", Amazon ECS API: with
 * deployments other than rolling ones it is the limit "while the container instances are in the DRAINING state").
 */
function keepWhole(service: ServiceRecord, members: readonly Member[], { wanted, works, others }: Kept) {
  const bounds = boundsOf(service);
  const alive = members.filter(isAlive);
  const [draining, placed] = [alive.filter(({ drains }) => drains), alive.filter(({ drains }) => !drains)];
  const good = alive.filter(isInPlace);
  const missing = Math.max(0, wanted - good.length);
  const taken = occupying(members);
  // Those that are to be replaced have their places still.
  const inPlace = alive.length - good.length;
  const starts = Math.max(missing - inPlace, Math.min(missing, bounds.ceiling - taken), 0);
  const serving = alive.filter(works).length;
  const surplus = chooseSurplus(service, serving, [
    { members: good, most: good.length - wanted, works },
    { members: draining, most: draining.length, works },
  ]);
  const rest = [...others, ...draining];
  const replacing = { own: placed, others: rest, serving: countServing(placed, rest), wanted: service.desiredCount };
  const sick = chooseSick({ members, bounds, ...replacing });
  const waits = [
    ...waitsToStop({ good, wanted, others: draining, surplus, serving, floor: bounds.floor }),
    ...waitsOfSick(placed, sick),
  ];
  return { missing, starts, occupying: taken, surplus, sick, waits };
}

/** All production traffic goes to the new revision. */
function isShifted({ status, targetRevision }: ServiceDeploymentRecord): boolean {
  return status === "IN_PROGRESS" && targetRevision.productionTrafficWeight === 100;
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
