import { chooseToStop, type ServiceTask, type StoppingOptions } from "./stopping.ts";

/** A task that is to be replaced by one in another zone: start there, then stop it. */
export interface ZoneMove {
  readonly taskId: string;
  readonly from: string;
  readonly to: string;
}

export interface ZoneBalance {
  /** Tasks by zone, in the order of the zones' names; all zones that the service may use are among them. */
  readonly counts: ReadonlyMap<string, number>;
  /** By no zone having over one task more than another. */
  readonly isBalanced: boolean;
  /** What would balance it, as far as protected tasks let it. */
  readonly moves: readonly ZoneMove[];
}

/**
 * How the tasks of a service lie in the zones, and which to move so that no zone has over one more than another.
 * `zones` are those that new tasks may go to; a zone that only has tasks loses some, and gets none.
 */
export function balanceZones(
  tasks: readonly ServiceTask[],
  zones: readonly string[],
  options: StoppingOptions,
): ZoneBalance {
  const byZone = new Map<string, ServiceTask[]>([...new Set(zones)].sort().map((zone) => [zone, []]));
  for (const task of tasks) {
    if (task.zone === undefined) continue;
    const known = byZone.get(task.zone);
    if (known === undefined) byZone.set(task.zone, [task]);
    else known.push(task);
  }
  const counts = new Map([...byZone].map(([zone, own]) => [zone, own.length] as const));
  const allowed = new Set(zones);
  const movable = new Map(
    [...byZone].map(([zone, own]) => {
      const loose = own.filter((task) => !task.isProtected);
      const inOrder: ServiceTask[] = [...chooseToStop(loose, loose.length, options)];
      return [zone, inOrder] as const;
    }),
  );
  return { counts, isBalanced: spreadOf(counts, allowed) <= 1, moves: planMoves(new Map(counts), movable, allowed) };
}

function planMoves(
  counts: Map<string, number>,
  movable: ReadonlyMap<string, ServiceTask[]>,
  allowed: ReadonlySet<string>,
): ZoneMove[] {
  const moves: ZoneMove[] = [];
  for (;;) {
    const [to, least] = emptiest(counts, allowed);
    const from = fullest(counts, movable, least + 1);
    if (to === undefined || from === undefined) return moves;
    moves.push({ taskId: movable.get(from)!.shift()!.id, from, to });
    counts.set(from, counts.get(from)! - 1);
    counts.set(to, least + 1);
  }
}

function emptiest(counts: ReadonlyMap<string, number>, allowed: ReadonlySet<string>): [string | undefined, number] {
  let found: [string | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const [zone, count] of counts) if (allowed.has(zone) && count < found[1]) found = [zone, count];
  return found;
}

/** The zone with the most tasks, more than `over`, of which one may be moved. */
function fullest(
  counts: ReadonlyMap<string, number>,
  movable: ReadonlyMap<string, readonly ServiceTask[]>,
  over: number,
): string | undefined {
  let found: [string | undefined, number] = [undefined, over];
  for (const [zone, count] of counts) if (count > found[1] && movable.get(zone)!.length > 0) found = [zone, count];
  return found[0];
}

function spreadOf(counts: ReadonlyMap<string, number>, allowed: ReadonlySet<string>): number {
  return Math.max(0, ...counts.values()) - (allowed.size > 0 ? emptiest(counts, allowed)[1] : 0);
}
