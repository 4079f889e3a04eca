import type { DeploymentRecord, ServiceRecord } from "../../model/service.ts";
import type { TaskStatus } from "../../model/task.ts";
import { isAlive, isHealthy, type Member, serves } from "./health.ts";
import { stopOrder } from "./order.ts";
import { type ServiceWait, waitsOfSick, waitsToStart, waitsToStop } from "./waits.ts";

/** How many tasks of a service there must be, and may be ("DeploymentConfiguration", Amazon ECS API). */
export interface Bounds {
  /** So many healthy tasks are left whatever a deployment stops: the share rounded up. */
  readonly floor: number;
  /** So many tasks are RUNNING or on their way there at most: the share rounded down. */
  readonly ceiling: number;
}

export function boundsOf({ desiredCount, deploymentConfiguration }: ServiceRecord): Bounds {
  const { minimumHealthyPercent, maximumPercent } = deploymentConfiguration;
  return {
    floor: Math.ceil((desiredCount * minimumHealthyPercent) / 100),
    ceiling: Math.floor((desiredCount * maximumPercent) / 100),
  };
}

export interface RollingPlan {
  /** How many tasks of the PRIMARY deployment are to be started. */
  readonly starts: number;
  /** How many of the one that is being replaced, while both are kept. */
  readonly sourceStarts?: number;
  /** No longer wanted: of earlier deployments, on draining instances, or more than the desired count. */
  readonly surplus: readonly Member[];
  /** To be replaced because their health checks fail. */
  readonly sick: readonly Member[];
  /** Nothing can be done though there is something to do, and nothing is on its way that will change it. */
  readonly blocked?: "bounds" | "protection" | "scale-in-protection";
  readonly waits: readonly ServiceWait[];
}

/** The next moves of a service that replaces its tasks by turns. Every move keeps within the bounds by itself. */
export function planRolling(
  service: ServiceRecord,
  members: readonly Member[],
  primary: Pick<DeploymentRecord, "id" | "rolloutState">,
): RollingPlan {
  const bounds = boundsOf(service);
  const alive = members.filter(isAlive);
  // What is on an instance that drains is replaced as tasks of an earlier deployment are.
  const stays = (member: Member) => member.deploymentId === primary.id && !member.drains;
  const own = alive.filter(stays);
  const others = alive.filter((member) => !stays(member));
  const good = own.filter((member) => member.condition !== "unhealthy");
  const wanted = service.desiredCount + (service.rebalancing ?? 0);
  const sick = chooseSick({ service, members, own, others, bounds });
  const serving = countServing(own, others);
  const surplus = chooseSurplus(service, serving, [
    { members: good, most: good.length - wanted, works: isHealthy },
    { members: others, most: others.length, works: serves },
  ]);
  const room = bounds.ceiling - occupying(members);
  const missing = Math.max(0, wanted - good.length);
  const starts = primary.rolloutState === "FAILED" ? 0 : Math.max(0, Math.min(missing, room));
  const idle = starts === 0 && surplus.length === 0 && sick.length === 0;
  const blocked = idle ? whyBlocked({ wanted, good, others, missing, primary, members }) : undefined;
  const waits = [
    ...waitsToStart(primary, missing - starts, { occupying: occupying(members), ceiling: bounds.ceiling }),
    ...waitsToStop({ good, wanted, others, surplus, serving, floor: bounds.floor }),
    ...waitsOfSick(own, sick),
  ];
  return { starts, surplus, sick, ...(blocked && { blocked }), waits };
}

const occupyingStatuses: readonly TaskStatus[] = ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"];

/** What counts against the ceiling: also a task that has been told to stop, until it has left RUNNING. */
export function occupying(members: readonly Member[]): number {
  return members.filter(({ task }) => occupyingStatuses.includes(task.value.lastStatus)).length;
}

/**
 * What counts towards the floor: new tasks that are healthy, and earlier ones that do their work, though they may not
 * have run for long: a deployment right after another one must not take away what serves.
 */
export function countServing(own: readonly Member[], others: readonly Member[]): number {
  return own.filter(isHealthy).length + others.filter(serves).length;
}

/** Tasks of which some are to go. */
interface Excess {
  readonly members: readonly Member[];
  /** So many of them at most; none, when it is less. */
  readonly most: number;
  /** Which of them count towards the floor. */
  readonly works: (member: Member) => boolean;
}

/**
 * Of tasks that are no longer wanted, those that can go: the ones that do no work at once, the others as far as the
 * floor allows. Protected ones stay, and what serves stays with them until they do.
 */
export function chooseSurplus(service: ServiceRecord, serving: number, excess: readonly Excess[]): Member[] {
  let spare = serving - boundsOf(service).floor;
  return excess.flatMap(({ members, most, works }) => {
    const useless = stopOrder(
      members.filter((member) => !works(member)),
      service,
      most,
    );
    const working = stopOrder(members.filter(works), service, Math.min(spare, most - useless.length));
    spare -= working.length;
    return [...useless, ...working];
  });
}

interface SickView {
  readonly service: ServiceRecord;
  readonly members: readonly Member[];
  readonly own: readonly Member[];
  readonly others: readonly Member[];
  readonly bounds: Bounds;
}

/**
 * Unhealthy tasks that can be stopped. In a deployment that is at once when enough others serve. Else each has a
 * healthy replacement first; where the ceiling leaves no room for one, they go one by one as far as the floor allows.
 */
export function chooseSick({ service, members, own, others, bounds }: SickView): readonly Member[] {
  const sick = own.filter(({ condition }) => condition === "unhealthy");
  if (sick.length === 0) return [];
  const serving = countServing(own, others);
  if (others.length > 0 && serving >= bounds.floor) return sick;
  const healthy = own.filter(isHealthy).length;
  const replaced = healthy + sick.length - service.desiredCount;
  if (replaced > 0) return sick.slice(0, replaced);
  const startsSomething = own.some(({ condition }) => condition === "starting");
  const running = [...own, ...others].filter(({ condition }) => condition !== "starting").length;
  const noRoom = bounds.ceiling - occupying(members) <= 0;
  return noRoom && !startsSomething && running - 1 >= bounds.floor ? sick.slice(0, 1) : [];
}

interface BlockedView {
  /** How many tasks of the PRIMARY deployment are wanted: more than the desired count while zones are balanced. */
  readonly wanted: number;
  readonly good: readonly Member[];
  readonly others: readonly Member[];
  readonly missing: number;
  readonly primary: Pick<DeploymentRecord, "rolloutState">;
  readonly members: readonly Member[];
}

function whyBlocked({ wanted, good, others, missing, primary, members }: BlockedView): RollingPlan["blocked"] {
  // What could go and does not has to serve until something has started.
  if (good.length > wanted) return good.every((member) => member.protected) ? "scale-in-protection" : undefined;
  if (others.length === 0 && missing === 0) return undefined;
  if (members.some(({ condition }) => condition !== "healthy" && condition !== "unhealthy")) return undefined;
  if (others.some((member) => member.protected)) return "protection";
  return primary.rolloutState === "FAILED" ? undefined : "bounds";
}
