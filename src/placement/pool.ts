import { attributeQuestion, Candidates } from "./candidates.ts";
import type { Chance } from "./chance.ts";
import { ChangeLog } from "./change-log.ts";
import { Chooser, type Course, courseOf } from "./chooser.ts";
import { type Explanation, explain } from "./explain.ts";
import type { FailureReason, Filter } from "./filters.ts";
import type { Instance } from "./instance.ts";
import { Instances } from "./instances.ts";
import { Population, type Question, sharedCells } from "./population.ts";
import type { PlacementRequest } from "./request.ts";

/** What one task takes, and where. Kept by the caller, who gives it back with `release`. */
export interface Placement {
  readonly instanceId: string;
  readonly request: PlacementRequest;
  /** It has been told to stop: what it takes is taken still, but it is of no group any more. */
  readonly leaves?: true;
}

/** What is left of an instance. */
export interface Room {
  readonly cpu: number;
  readonly memoryMiB: number;
  readonly gpuCount: number;
  readonly tasksCount: number;
}

export interface PoolOptions {
  /** The same numbers and the same calls give the same placements. */
  readonly random: Chance;
}

const maxCandidates = 256;
const maxChoosers = 8192;
/** Choosers of one group: its services' revisions that are deployed at once, and one-off tasks. */
const maxChoosersOfGroup = 8;

/**
 * Instances, what is taken of them, and where the next task goes. It knows no tasks, only what they take: the caller
 * says what is there at the start (`occupy`) and what ends (`release`).
 */
export class Pool {
  #instances: Instances;
  readonly #random: Chance;
  #changes = new ChangeLog();
  /** Those of the changes that may make room. */
  #gains = new ChangeLog();
  /** By whether its order is that of CPU. */
  readonly #shared = new Map<boolean, Population>();
  readonly #candidates = new Map<string, Candidates>();
  readonly #choosers = new Map<string, Chooser>();
  readonly #choosersOf = new Map<string, Chooser[]>();
  #placements = 0;

  constructor(instances: Instances, options: PoolOptions) {
    this.#instances = instances;
    this.#random = options.random;
  }

  get size(): number {
    return this.#instances.count;
  }

  /** Places one task and takes what it needs; undefined when no instance has room. */
  place(request: PlacementRequest): Placement | undefined {
    let chooser = this.#chooserOf(request);
    if (chooser.candidates.population.isCrowded) {
      this.#forget();
      chooser = this.#chooserOf(request);
    }
    chooser.lastUsed = ++this.#placements;
    const slot = chooser.choose();
    if (slot < 0) return undefined;
    this.#take(slot, request);
    return { instanceId: this.#instances.items[slot]!.id, request };
  }

  /** A task is on this instance whether or not it has room: it ran before, or the caller has chosen (StartTask). */
  occupy(instanceId: string, request: PlacementRequest): Placement {
    this.#take(this.#instances.requireSlot(instanceId), request);
    return { instanceId, request };
  }

  /**
   * A task that has been told to stop is on this instance: "Amazon ECS looks at the desired status of the tasks for the
   * task placement" ("Define which container instances Amazon ECS uses for tasks").
   */
  occupyLeaving(instanceId: string, request: PlacementRequest): Placement {
    const slot = this.#instances.requireSlot(instanceId);
    this.#instances.take(slot, request);
    this.#changed(slot, false);
    return { instanceId, request, leaves: true };
  }

  /** The task has ended. One of an instance that has been removed is forgotten already. */
  release({ instanceId, request, leaves }: Placement): void {
    const slot = this.#instances.slotOf(instanceId);
    if (slot === undefined) return;
    this.#instances.give(slot, request);
    if (!leaves) this.#instances.countGroup(slot, request.group, -1);
    this.#changed(slot, true);
    if (!leaves) this.#moved(slot, request.group, -1);
  }

  /** Why this instance cannot take the task; empty when it can. */
  check(instanceId: string, request: PlacementRequest): FailureReason[] {
    const slot = this.#instances.requireSlot(instanceId);
    const failed = request.filters.filter((filter) => !filter.check(this.#instances, slot, request));
    return failed.map(({ reason }) => reason);
  }

  /** Why the task cannot be placed, over all instances: linear in their number. */
  explain(request: PlacementRequest): Explanation {
    return explain(this.#instances, request);
  }

  /** The instances that meet its constraints and attributes, whatever room they have: those of a daemon. */
  eligible(request: PlacementRequest): string[] {
    const fixed = request.filters.filter(({ scope }) => scope === "instance");
    const meets = (slot: number) => fixed.every((filter) => filter.check(this.#instances, slot, request));
    return [...this.#instances.slots()].filter(meets).map((slot) => this.#instances.items[slot]!.id);
  }

  room(instanceId: string): Room {
    const slot = this.#instances.requireSlot(instanceId);
    const { cpu, memoryMiB, gpus, tasks } = this.#instances;
    return { cpu: cpu[slot]!, memoryMiB: memoryMiB[slot]!, gpuCount: gpus[slot]!, tasksCount: tasks[slot]! };
  }

  instance(instanceId: string): Instance | undefined {
    const slot = this.#instances.slotOf(instanceId);
    return slot === undefined ? undefined : this.#instances.items[slot];
  }

  tasksOf(group: string, instanceId: string): number {
    return this.#instances.countOf(this.#instances.requireSlot(instanceId), group);
  }

  addInstance(instance: Instance): void {
    this.#changed(this.#instances.add(instance), true);
  }

  /** The new state of the instance with this id; what is placed on it stays. */
  updateInstance(instance: Instance): void {
    const slot = this.#instances.requireSlot(instance.id);
    const before = this.#instances.items[slot]!;
    this.#instances.update(slot, instance);
    // The places of candidates are made of attributes.
    if (!sameAttributes(before.attributes, instance.attributes)) this.#forget();
    this.#changed(slot, true);
  }

  /** The instance is gone, and what was placed on it. */
  removeInstance(instanceId: string): void {
    const slot = this.#instances.requireSlot(instanceId);
    for (const group of this.#instances.remove(slot)) this.#dropGroup(group);
    this.#changed(slot, false);
    if (this.#instances.items.length > 2 * this.#instances.count + 64) {
      this.#instances = this.#instances.compact();
      this.#forget();
    }
  }

  /** A pool of its own that starts from what this one has now: for a question of "what if". */
  fork(options: PoolOptions): Pool {
    return new Pool(this.#instances.fork(), options);
  }

  #take(slot: number, request: PlacementRequest): void {
    this.#instances.take(slot, request);
    this.#instances.countGroup(slot, request.group, 1);
    this.#changed(slot, false);
    this.#moved(slot, request.group, 1);
  }

  #changed(slot: number, gained: boolean): void {
    this.#changes.push(slot, this.#instances.count);
    if (gained) this.#gains.push(slot, this.#instances.count);
  }

  #moved(slot: number, group: string, by: number): void {
    const choosers = this.#choosersOf.get(group);
    if (choosers !== undefined) for (const chooser of choosers) chooser.moved(slot, by);
  }

  #chooserOf(request: PlacementRequest): Chooser {
    const known = this.#choosers.get(request.key);
    if (known !== undefined) return known;
    if (this.#candidates.size >= maxCandidates) this.#forget();
    if (this.#choosers.size >= maxChoosers) this.#dropOldest([...this.#choosers.values()], maxChoosers / 2);
    const own = this.#choosersOf.get(request.group) ?? [];
    if (own.length >= maxChoosersOfGroup) this.#dropOldest(own, 1);
    const course = courseOf(request.strategies);
    const candidates = this.#candidatesOf(request, course);
    // A task that comes may be what a constraint waits for.
    const gains = request.filters.some(({ reason, scope }) => reason.startsWith("MemberOf") && scope === "neighbours");
    const log = gains ? this.#changes : this.#gains;
    const chooser = new Chooser(this.#instances, candidates, log, request, { course, random: this.#random });
    this.#choosers.set(request.key, chooser);
    this.#choosersOf.set(request.group, [...(this.#choosersOf.get(request.group) ?? []), chooser]);
    return chooser;
  }

  #candidatesOf(request: PlacementRequest, { attributes, core }: Course): Candidates {
    const byCpu = core?.type === "binpack" && core.field === "cpu";
    // Where instances are chosen by their tasks of the group, the chooser drops those that do not fit: which tasks are
    // on them would make too many kinds of candidates.
    const scopes = core?.type === "spread" ? ["instance", "load"] : ["instance", "load", "neighbours"];
    const filters = request.filters.filter(({ scope }) => scopes.includes(scope));
    const key = JSON.stringify([byCpu, attributes, ...filters.map((filter) => [filter.reason, filter.key(request)])]);
    const known = this.#candidates.get(key);
    if (known !== undefined) return known;
    const { population, conditions } = this.#populationOf(request, filters, attributes, byCpu);
    const made = new Candidates(this.#instances, population, { byCpu, conditions, attributes });
    this.#candidates.set(key, made);
    return made;
  }

  /** The population that all share, if its cells can tell this request's candidates, or one of its own. */
  #populationOf(request: PlacementRequest, filters: readonly Filter[], attributes: readonly string[], byCpu: boolean) {
    const places = attributes.map(
      (name): Question => ({
        key: attributeQuestion(name),
        changes: false,
        ask: (instances, slot) => instances.items[slot]!.attributes.get(name),
      }),
    );
    const asked = filters.filter(({ reason }) => reason !== "INACTIVE" && reason !== "AGENT");
    if (asked.every(({ scope }) => scope !== "neighbours")) {
      const population = this.#sharedPopulation(request, byCpu);
      const conditions = asked.map(
        (filter): Question => ({
          key: JSON.stringify([filter.reason, filter.key(request)]),
          changes: filter.scope === "load",
          ask: (instances, slot) => filter.check(instances, slot, request),
        }),
      );
      if (population.adopt([...places, ...conditions])) {
        return { population, conditions: conditions.map(({ key }) => key) };
      }
    }
    const mostCells = Number.POSITIVE_INFINITY;
    const population = new Population(this.#instances, this.#changes, { byCpu, request, filters, mostCells });
    population.adopt(places);
    return { population, conditions: [] };
  }

  #sharedPopulation(request: PlacementRequest, byCpu: boolean): Population {
    const known = this.#shared.get(byCpu);
    if (known !== undefined) return known;
    const filters = request.filters.filter(({ reason }) => reason === "INACTIVE" || reason === "AGENT");
    const options = { byCpu, request, filters, mostCells: sharedCells };
    const made = new Population(this.#instances, this.#changes, options);
    this.#shared.set(byCpu, made);
    return made;
  }

  #dropOldest(choosers: readonly Chooser[], count: number): void {
    const oldest = [...choosers].sort((a, b) => a.lastUsed - b.lastUsed).slice(0, count);
    for (const chooser of oldest) {
      const { key, group } = chooser.request;
      this.#choosers.delete(key);
      const left = this.#choosersOf.get(group)!.filter((other) => other !== chooser);
      if (left.length > 0) this.#choosersOf.set(group, left);
      else this.#choosersOf.delete(group);
    }
  }

  #dropGroup(group: string): void {
    for (const chooser of this.#choosersOf.get(group) ?? []) this.#choosers.delete(chooser.request.key);
    this.#choosersOf.delete(group);
  }

  /** Everything that can be worked out again. */
  #forget(): void {
    this.#shared.clear();
    this.#candidates.clear();
    this.#choosers.clear();
    this.#choosersOf.clear();
    this.#changes = new ChangeLog();
    this.#gains = new ChangeLog();
  }
}

/** A pool of these instances, with no tasks on them yet. */
export function createPool(instances: Iterable<Instance>, options: PoolOptions): Pool {
  const state = new Instances();
  for (const instance of instances) state.add(instance);
  return new Pool(state, options);
}

function sameAttributes(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  if (a === b) return true;
  return a.size === b.size && [...a].every(([name, value]) => b.get(name) === value && b.has(name));
}
