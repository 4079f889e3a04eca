import type { DeploymentRecord, ServiceRecord } from "../../model/service.ts";
import type { TaskStatus } from "../../model/task.ts";
import { isAlive, isHealthy, type Member, serves } from "./health.ts";
import { stopOrder } from "./order.ts";
import { isInPlace, type Source, type SourceMoves, takeOver } from "./sources.ts";
import { type ServiceWait, waitsOfSick, waitsToStart, waitsToStop } from "./waits.ts";

/** How many tasks of a service there must be, and may be ("DeploymentConfiguration", Amazon ECS API). */
export interface Bounds {
  /** So many healthy tasks are left whatever a deployment stops: the share rounded up. */
  readonly floor: number;
  /** So many tasks are RUNNING or on their way there at most: the share rounded down. */
  readonly ceiling: number;
}

/** What is there, and what may be: see `Bounds`. */
export interface Room {
  readonly occupying: number;
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
  /** Of the deployments that are being replaced and kept meanwhile. */
  readonly sources: readonly SourceMoves[];
  /** No longer wanted: of earlier deployments, on draining instances, or more than the desired count. */
  readonly surplus: readonly Member[];
  /** To be replaced because their health checks fail. */
  readonly sick: readonly Member[];
  /** Nothing can be done though there is something to do, and nothing is on its way that will change it. */
  readonly blocked?: "bounds" | "protection" | "scale-in-protection";
  readonly waits: readonly ServiceWait[];
}

export interface Replaced {
  readonly sources: readonly Source[];
  /** Whether tasks of the PRIMARY deployment take the places of theirs. */
  readonly takesOver: boolean;
}

/** The next moves of a service that replaces its tasks by turns. Every move keeps within the bounds by itself. */
export function planRolling(
  service: ServiceRecord,
  members: readonly Member[],
  primary: Pick<DeploymentRecord, "id" | "rolloutState">,
  replaced: Replaced = { sources: [], takesOver: false },
): RollingPlan {
  const bounds = boundsOf(service);
  const alive = members.filter(isAlive);
  // What is on an instance that drains is replaced as tasks of an earlier deployment are.
  const stays = (member: Member) => member.deploymentId === primary.id && !member.drains;
  const own = alive.filter(stays);
  const others = alive.filter((member) => !stays(member));
  const good = own.filter((member) => member.condition !== "unhealthy");
  const wanted = service.desiredCount + (service.rebalancing ?? 0);
  const serving = countServing(own, others);
  const sources = planSources(replaced, others, { healthy: own.filter(isHealthy).length, floor: bounds.floor });
  const sick = [
    ...chooseSick({ members, own, others, serving, wanted: service.desiredCount, bounds }),
    ...sources.flatMap(({ id, placed, desiredCount }) => {
      const rest = alive.filter(({ deploymentId, drains }) => deploymentId !== id || drains);
      return chooseSick({ members, own: placed, others: rest, serving, wanted: desiredCount, bounds });
    }),
  ];
  const kept = new Set(sources.flatMap(({ placed }) => placed));
  const leaving = others.filter((member) => !kept.has(member));
  const going = replaced.takesOver ? others : leaving;
  const surplus = chooseSurplus(service, serving, [
    { members: good, most: good.length - wanted, works: isHealthy },
    { members: leaving, most: leaving.length, works: serves },
    ...sources.map((each) => ({ members: each.good, most: each.good.length - each.desiredCount, works: serves })),
  ]);
  const missing = Math.max(0, wanted - good.length);
  const room = { occupying: occupying(members), ceiling: bounds.ceiling };
  const shares = shareRoom(room, primary.rolloutState === "FAILED" ? 0 : missing, sources);
  const idle =
    shares.starts === 0 &&
    shares.moves.every(({ starts }) => starts === 0) &&
    surplus.length === 0 &&
    sick.length === 0;
  const blocked = idle ? whyBlocked({ wanted, good, others: going, missing, primary, members }) : undefined;
  const waits = [
    ...waitsToStart(primary, { own: missing - shares.starts, sources: shares.left }, room),
    ...waitsToStop({ good, wanted, others: going, surplus, serving, floor: bounds.floor }),
    ...waitsOfSick([...own, ...kept], sick),
  ];
  return { starts: shares.starts, sources: shares.moves, surplus, sick, ...(blocked && { blocked }), waits };
}

interface KeptSource extends Source {
  /** Its tasks that are on no draining instance, and those of them that are not unhealthy. */
  readonly placed: readonly Member[];
  readonly good: readonly Member[];
}

function planSources(
  { sources, takesOver }: Replaced,
  others: readonly Member[],
  work: { readonly healthy: number; readonly floor: number },
): KeptSource[] {
  const wanted = takesOver ? takeOver(sources, others, work) : sources.map(({ desiredCount }) => desiredCount);
  return sources.map((source, i) => {
    const placed = others.filter(({ deploymentId, drains }) => deploymentId === source.id && !drains);
    return { ...source, desiredCount: wanted[i]!, placed, good: placed.filter(isInPlace) };
  });
}

/**
 * Who gets the room under the ceiling: first what takes the place of tasks that were there, so that a new revision that
 * keeps failing does not get one place after the other. Where the next start is not due yet the place is lent.
 */
function shareRoom({ ceiling, occupying }: Room, missing: number, sources: readonly KeptSource[]) {
  let room = Math.max(0, ceiling - occupying);
  const take = (most: number) => {
    const taken = Math.max(0, Math.min(room, most));
    room -= taken;
    return taken;
  };
  const short = ({ desiredCount, good }: KeptSource) => Math.max(0, desiredCount - good.length);
  const due = sources.map((source) => (source.isPaced ? 0 : take(short(source))));
  const starts = take(missing);
  const moves = sources.map((source, i): SourceMoves => {
    const { id, desiredCount } = source;
    return { id, desiredCount, starts: source.isPaced ? take(short(source)) : due[i]! };
  });
  const left = sources.reduce((sum, source, i) => sum + short(source) - moves[i]!.starts, 0);
  return { starts, moves, left };
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
  readonly members: readonly Member[];
  /** Tasks of one deployment, of which some may be unhealthy, and how many of them are wanted. */
  readonly own: readonly Member[];
  readonly wanted: number;
  /** What else is alive. */
  readonly others: readonly Member[];
  /** How many of both count towards the floor. */
  readonly serving: number;
  readonly bounds: Bounds;
}

/**
 * Unhealthy tasks that can be stopped. In a deployment that is at once when enough others serve. Else each has a
 * healthy replacement first; where the ceiling leaves no room for one, they go one by one as far as the floor allows.
 */
export function chooseSick({ members, own, wanted, others, serving, bounds }: SickView): readonly Member[] {
  const sick = own.filter(({ condition }) => condition === "unhealthy");
  if (sick.length === 0) return [];
  if (others.length > 0 && serving >= bounds.floor) return sick;
  const healthy = own.filter(isHealthy).length;
  const replaced = healthy + sick.length - wanted;
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
