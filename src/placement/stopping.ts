import type { Chance } from "./chance.ts";
import { zoneAttribute } from "./instance.ts";
import { Levels } from "./levels.ts";
import { type Strategy, serviceDefault } from "./strategy.ts";

/**
 * `pending` does not run yet; `unhealthy` fails a check that counts for the service; `settling` runs and does not count
 * as healthy yet.
 */
export type ServiceTaskCondition = "pending" | "unhealthy" | "settling" | "healthy";

/** A task of a service, as far as it matters to which task is stopped. */
export interface ServiceTask {
  readonly id: string;
  /** Where it runs; absent while it is not placed, the instance on Fargate too. */
  readonly zone?: string | undefined;
  readonly instanceId?: string | undefined;
  /** Attributes of its instance, when the service is spread over others than the zone. */
  readonly attributes?: ReadonlyMap<string, string>;
  /** CPU units and MiB that its end frees. */
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly condition: ServiceTaskCondition;
  /** Protected from scale-in. */
  readonly isProtected: boolean;
  /** Of a revision that is being replaced. */
  readonly isOutdated: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

export interface StoppingOptions {
  /** The service's placement strategies; its default when there are none. */
  readonly strategies: readonly Strategy[];
  /** With binpack: what is left of an instance. */
  readonly room?: (instanceId: string) => { readonly cpu: number; readonly memoryMiB: number };
  readonly random: Chance;
}

const ranks: Readonly<Record<ServiceTaskCondition, number>> = { pending: 0, unhealthy: 2, settling: 4, healthy: 6 };

/**
 * The tasks to stop when a service shall have `count` fewer, in order: those that do not run yet, then unhealthy ones,
 * then those that are not healthy yet, of each kind the outdated first; protected ones last, for the caller to leave
 * out or not. Among equals the placement strategy decides: spread stops where most tasks of the service are, zone by
 * zone and then instance by instance, binpack where most is free afterwards (Amazon ECS Developer Guide, "Service
 * scheduler"). What is still equal: the youngest.
 */
export function chooseToStop(
  tasks: readonly ServiceTask[],
  count: number,
  options: StoppingOptions,
): readonly ServiceTask[] {
  const strategies = options.strategies.length > 0 ? options.strategies : serviceDefault;
  const left = new Remaining(tasks, strategies, options);
  const chosen: ServiceTask[] = [];
  for (const tier of tiers(tasks)) {
    if (chosen.length >= count) break;
    left.offer(tier);
    while (chosen.length < count) {
      const task = left.take();
      if (task === undefined) break;
      chosen.push(task);
    }
  }
  return chosen;
}

function tiers(tasks: readonly ServiceTask[]): ServiceTask[][] {
  const byRank = new Map<number, ServiceTask[]>();
  for (const task of tasks) {
    const rank = ranks[task.condition] + (task.isOutdated ? 0 : 1) + (task.isProtected ? 8 : 0);
    const tier = byRank.get(rank);
    if (tier === undefined) byRank.set(rank, [task]);
    else tier.push(task);
  }
  return [...byRank].sort(([a], [b]) => a - b).map(([, tier]) => tier);
}

/** A value of one of the fields that the service is spread over first, inside the one before. */
interface Branch {
  readonly index: number;
  readonly children: Map<string, Branch>;
  /** Tasks that are left here, on offer or not. */
  count: number;
  /** Those on offer; listed where there are no children. */
  offeredCount: number;
  readonly offered: ServiceTask[];
  /** The children that have a task on offer, by how many tasks the fullest of all could have more. */
  readonly levels: Levels;
}

/** What is left of a service while tasks are stopped one after the other. */
class Remaining {
  readonly #spreads: readonly Strategy[];
  readonly #rest: readonly Strategy[];
  readonly #options: StoppingOptions;
  readonly #branches: Branch[] = [];
  readonly #most: number;
  /** For strategies that come after the first spreads. By branch, strategy and value: tasks that are left. */
  readonly #counts = new Map<string, number>();
  /** By instance: what the stopped tasks have freed. */
  readonly #freed = new Map<string, { readonly cpu: number; readonly memoryMiB: number }>();

  constructor(tasks: readonly ServiceTask[], strategies: readonly Strategy[], options: StoppingOptions) {
    const end = strategies.findIndex(({ type }) => type !== "spread");
    this.#spreads = end < 0 ? strategies : strategies.slice(0, end);
    this.#rest = end < 0 ? [] : strategies.slice(end);
    this.#options = options;
    this.#most = tasks.length;
    this.#newBranch();
    for (const task of tasks) this.#count(task, this.#path(task), 1);
  }

  /** From these the next ones are chosen. All that was offered before has been taken. */
  offer(tasks: readonly ServiceTask[]): void {
    for (const task of tasks) {
      const path = this.#path(task);
      for (const [depth, branch] of path.entries()) {
        branch.offeredCount++;
        path[depth - 1]?.levels.put(branch.index, this.#most - branch.count);
      }
      path.at(-1)!.offered.push(task);
    }
  }

  take(): ServiceTask | undefined {
    let branch = this.#branches[0]!;
    if (branch.offeredCount === 0) return undefined;
    while (branch.children.size > 0) branch = this.#branches[branch.levels.lowest()]!;
    const task = this.#best(branch);
    branch.offered.splice(branch.offered.indexOf(task), 1);
    const path = this.#path(task);
    this.#count(task, path, -1);
    for (const [depth, { index, count, offeredCount }] of path.entries()) {
      if (offeredCount === 0) path[depth - 1]?.levels.drop(index);
      else path[depth - 1]?.levels.put(index, this.#most - count);
    }
    return task;
  }

  #count(task: ServiceTask, path: readonly Branch[], by: 1 | -1): void {
    for (const branch of path) {
      branch.count += by;
      if (by < 0) branch.offeredCount--;
    }
    for (const strategy of this.#rest) {
      if (strategy.type !== "spread") continue;
      const key = countKey(path.at(-1)!, strategy, task);
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + by);
    }
    if (by > 0 || task.instanceId === undefined) return;
    const { cpu = 0, memoryMiB = 0 } = this.#freed.get(task.instanceId) ?? {};
    this.#freed.set(task.instanceId, { cpu: cpu + task.cpu, memoryMiB: memoryMiB + task.memoryMiB });
  }

  #best(branch: Branch): ServiceTask {
    let left: readonly ServiceTask[] = branch.offered;
    for (const strategy of this.#rest) {
      if (strategy.type === "random") return left[Math.floor(this.#options.random.float() * left.length)]!;
      const values = left.map((task) => this.#measure(strategy, branch, task));
      const most = values.reduce((max, value) => Math.max(max, value), Number.NEGATIVE_INFINITY);
      left = left.filter((_, i) => values[i] === most);
    }
    return left.reduce((best, task) => (isYounger(task, best) ? task : best));
  }

  /** The task with the most of it is stopped first. */
  #measure(strategy: Exclude<Strategy, { type: "random" }>, branch: Branch, task: ServiceTask): number {
    if (strategy.type === "spread") return this.#counts.get(countKey(branch, strategy, task)) ?? 0;
    if (task.instanceId === undefined) return Number.POSITIVE_INFINITY;
    const field = strategy.field === "cpu" ? "cpu" : "memoryMiB";
    const room = this.#options.room?.(task.instanceId)[field] ?? 0;
    return room + (this.#freed.get(task.instanceId)?.[field] ?? 0) + task[field];
  }

  #path(task: ServiceTask): Branch[] {
    const path = [this.#branches[0]!];
    for (const strategy of this.#spreads) {
      const { children } = path.at(-1)!;
      const value = fieldOf(task, strategy);
      const known = children.get(value);
      const branch = known ?? this.#newBranch();
      if (known === undefined) children.set(value, branch);
      path.push(branch);
    }
    return path;
  }

  #newBranch(): Branch {
    const branch: Branch = {
      index: this.#branches.length,
      children: new Map(),
      count: 0,
      offeredCount: 0,
      offered: [],
      levels: new Levels(),
    };
    this.#branches.push(branch);
    return branch;
  }
}

function countKey(branch: Branch, strategy: Strategy, task: ServiceTask): string {
  const name = strategy.type === "spread" ? (strategy.attribute ?? "") : "";
  return JSON.stringify([branch.index, name, fieldOf(task, strategy)]);
}

/** By what a strategy tells tasks apart; tasks without a value are together. */
function fieldOf(task: ServiceTask, strategy: Strategy): string {
  if (strategy.type !== "spread") return "";
  if (strategy.attribute === undefined) return task.instanceId ?? "";
  const own = strategy.attribute === zoneAttribute ? task.zone : undefined;
  return own ?? task.attributes?.get(strategy.attribute) ?? "";
}

function isYounger(task: ServiceTask, other: ServiceTask): boolean {
  return task.createdAt > other.createdAt || (task.createdAt === other.createdAt && task.id < other.id);
}
