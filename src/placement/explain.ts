import type { FailureReason, Filter, Shortage } from "./filters.ts";
import type { Instances } from "./instances.ts";
import type { PlacementRequest } from "./request.ts";

/** Why no instance can take a task. */
export interface Explanation {
  readonly instancesCount: number;
  /** Those that could take it. */
  readonly fittingCount: number;
  /** By the first thing that each instance lacks, the most frequent first. */
  readonly rejections: readonly Rejection[];
  /** The ACTIVE instance that lacks the fewest things, and of these the least; absent without one. */
  readonly closest?: Failure;
  /** One for each instance, as RunTask answers them. */
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly instanceId: string;
  readonly reason: FailureReason;
}

export interface Rejection {
  readonly reason: FailureReason;
  readonly instancesCount: number;
  /** What these instances do, in plain words: `have less than 512 MiB of memory left`. */
  readonly words: string;
  /** For what is counted: the one of these instances with the most of it. */
  readonly nearest?: Shortage & { readonly instanceId: string };
}

interface Tally {
  count: number;
  nearest?: Shortage & { readonly instanceId: string };
}

/** Looks at each instance. */
export function explain(instances: Instances, request: PlacementRequest): Explanation {
  const tallies = new Map<Filter, Tally>();
  const failures: Failure[] = [];
  let closest: (Failure & { readonly distance: number }) | undefined;
  for (const slot of instances.slots()) {
    const failed = request.filters.filter((filter) => !filter.check(instances, slot, request));
    const first = failed[0];
    if (first === undefined) continue;
    const instanceId = instances.items[slot]!.id;
    failures.push({ instanceId, reason: first.reason });
    count(tallies, first, instanceId, first.measure?.(instances, slot, request));
    const distance = failed.reduce((sum, filter) => sum + distanceBy(filter, instances, slot, request), 0);
    if (first.reason !== "INACTIVE" && (closest === undefined || distance < closest.distance)) {
      closest = { instanceId, reason: first.reason, distance };
    }
  }
  const rejections = [...tallies].map(([filter, tally]) => rejection(filter, tally, request));
  return {
    instancesCount: instances.count,
    fittingCount: instances.count - failures.length,
    rejections: rejections.sort((a, b) => b.instancesCount - a.instancesCount),
    ...(closest && { closest: { instanceId: closest.instanceId, reason: closest.reason } }),
    failures,
  };
}

function count(tallies: Map<Filter, Tally>, filter: Filter, instanceId: string, shortage: Shortage | undefined): void {
  const tally = tallies.get(filter) ?? { count: 0 };
  tallies.set(filter, tally);
  tally.count++;
  if (shortage && shortage.room > (tally.nearest?.room ?? Number.NEGATIVE_INFINITY)) {
    tally.nearest = { instanceId, ...shortage };
  }
}

/** 1 for each thing that is lacking, and up to 1 more for how much of it is. */
function distanceBy(filter: Filter, instances: Instances, slot: number, request: PlacementRequest): number {
  const shortage = filter.measure?.(instances, slot, request);
  if (shortage === undefined) return 2;
  return 1 + Math.min(1, (shortage.needed - shortage.room) / shortage.needed);
}

function rejection(filter: Filter, tally: Tally, request: PlacementRequest): Rejection {
  const { reason } = filter;
  const words = filter.explain(request);
  return { reason, instancesCount: tally.count, words, ...(tally.nearest && { nearest: tally.nearest }) };
}
