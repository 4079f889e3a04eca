import { atLeast, type Candidates, everywhere } from "./candidates.ts";
import type { Chance } from "./chance.ts";
import type { ChangeLog } from "./change-log.ts";
import type { Filter } from "./filters.ts";
import type { Instances } from "./instances.ts";
import { Levels } from "./levels.ts";
import { Ranking } from "./ranking.ts";
import type { PlacementRequest } from "./request.ts";
import type { Strategy } from "./strategy.ts";

/** How the strategies of a request are carried out. */
export interface Course {
  /** The attributes that the list begins with spreading over. */
  readonly attributes: readonly string[];
  /** What decides in the place that these lead to; without one, chance does, sparing the busier of two. */
  readonly core: Strategy | undefined;
  /** What decides among those that are still equal. */
  readonly rest: readonly Strategy[];
}

export function courseOf(strategies: readonly Strategy[]): Course {
  const attributes: string[] = [];
  for (const strategy of strategies) {
    if (strategy.type !== "spread" || strategy.attribute === undefined) break;
    attributes.push(strategy.attribute);
  }
  const core = strategies[attributes.length];
  return { attributes, core, rest: core?.type === "random" ? [] : strategies.slice(attributes.length + 1) };
}

/** How often an instance without tasks of the group is looked for at random before all are put in order. */
const tries = 8;
/** Among how many equal places and instances later strategies decide. */
const equalPlaces = 16;
const equalInstances = 256;

/**
 * Chooses instances for one request. It keeps how many tasks of the group are in which place, and what it found to have
 * no room, until something there is freed: a place or an instance is not looked at twice in vain.
 */
export class Chooser {
  readonly candidates: Candidates;
  readonly request: PlacementRequest;
  /** When it was last used, by the pool's count of placements. */
  lastUsed = 0;
  readonly #instances: Instances;
  /** What has changed that may make room. */
  readonly #gains: ChangeLog;
  readonly #course: Course;
  readonly #neighbours: readonly Filter[];
  readonly #random: Chance;
  readonly #ranking: Ranking;
  /** By place: tasks of the group. */
  readonly #counts: number[] = [];
  /** By place: the places in it, or the instances, by the tasks of the group there. */
  readonly #places = new Map<number, Levels>();
  readonly #slots = new Map<number, Levels>();
  #cursor: number;

  constructor(
    instances: Instances,
    candidates: Candidates,
    gains: ChangeLog,
    request: PlacementRequest,
    options: { readonly course: Course; readonly random: Chance },
  ) {
    this.#instances = instances;
    this.candidates = candidates;
    this.request = request;
    this.#gains = gains;
    this.#course = options.course;
    this.#neighbours = request.filters.filter(({ scope }) => scope === "neighbours");
    this.#random = options.random;
    this.#ranking = new Ranking(instances, candidates, request, {
      random: options.random,
      placesCount: options.course.attributes.length,
      countOf: (place) => this.#counts[place] ?? 0,
    });
    this.#cursor = gains.end;
    for (const [slot, count] of instances.countsOf(request.group) ?? []) this.#count(slot, count);
  }

  /** The slot of the instance for one more task, or -1. */
  choose(): number {
    this.candidates.catchUp();
    this.#catchUp();
    return this.#pick(everywhere, 0);
  }

  /** There are so many more tasks of the group on the instance. */
  moved(slot: number, by: number): void {
    let place = this.#count(slot, by);
    const slots = this.#slots.get(place);
    if (slots?.has(slot)) slots.put(slot, this.#instances.countOf(slot, this.request.group));
    for (let parent = this.candidates.parentOf(place); parent >= 0; parent = this.candidates.parentOf(place)) {
      const places = this.#places.get(parent);
      if (places?.has(place)) places.put(place, this.#counts[place]!);
      place = parent;
    }
  }

  #count(slot: number, by: number): number {
    const innermost = this.candidates.placeOf(slot);
    for (let place = innermost; place >= 0; place = this.candidates.parentOf(place)) {
      this.#counts[place] = (this.#counts[place] ?? 0) + by;
    }
    this.#ranking.count(slot, by);
    return innermost;
  }

  /** What was dropped comes back where something has been freed. */
  #catchUp(): void {
    const { end } = this.#gains;
    if (!this.#gains.reaches(this.#cursor)) {
      this.#places.clear();
      this.#slots.clear();
    } else if (!this.#isWhole()) {
      const { cpu, memoryMiB } = this.#instances;
      const least = { cpu: atLeast(this.request.cpu), memoryMiB: atLeast(this.request.memoryMiB) };
      for (let at = this.#cursor; at < end; at++) {
        const slot = this.#gains.at(at);
        // Most have no room anyway.
        if (cpu[slot]! >= least.cpu && memoryMiB[slot]! >= least.memoryMiB) this.#consider(slot);
      }
    }
    this.#cursor = end;
  }

  /** Whether all places are among those that are looked at. */
  #isWhole(): boolean {
    if (this.#slots.size > 0) return false;
    for (const [place, levels] of this.#places) if (levels.size < this.candidates.sizeOf(place)) return false;
    return true;
  }

  #consider(slot: number): void {
    if (!this.#isMissed(slot) || !this.#fits(slot)) return;
    let place = this.candidates.placeOf(slot);
    this.#slots.get(place)?.put(slot, this.#instances.countOf(slot, this.request.group));
    for (let parent = this.candidates.parentOf(place); parent >= 0; parent = this.candidates.parentOf(place)) {
      this.#places.get(parent)?.put(place, this.#counts[place] ?? 0);
      place = parent;
    }
  }

  /** Whether the instance, or a place that it is in, is not among those that are looked at. */
  #isMissed(slot: number): boolean {
    let place = this.candidates.placeOf(slot);
    if (this.#slots.get(place)?.has(slot) === false) return true;
    for (let parent = this.candidates.parentOf(place); parent >= 0; parent = this.candidates.parentOf(place)) {
      if (this.#places.get(parent)?.has(place) === false) return true;
      place = parent;
    }
    return false;
  }

  /** The best instance in a place that the first `depth` strategies lead to. */
  #pick(place: number, depth: number): number {
    if (this.candidates.isInnermost(place)) return this.#pickInstance(place);
    const found: number[] = [];
    this.#placesIn(place).lowestFew(equalPlaces, (next) => {
      const slot = this.#pick(next, depth + 1);
      if (slot < 0) return "unwanted";
      found.push(slot);
      return this.#isUnbeatable(slot, depth + 1) ? "enough" : "wanted";
    });
    return this.#ranking.best(found, depth + 1);
  }

  /** Whether none can be better by the strategies from this one on: only chance decides, or it has no task at all. */
  #isUnbeatable(slot: number, from: number): boolean {
    const { attributes, core, rest } = this.#course;
    if (from < attributes.length || rest.length > 0) return false;
    if (core === undefined || core.type === "random") return true;
    return core.type === "spread" && !this.#instances.hasTaskOf(slot, this.request.group);
  }

  #placesIn(place: number): Levels {
    const known = this.#places.get(place);
    if (known !== undefined) return known;
    const levels = new Levels();
    for (const child of shuffled([...this.candidates.childrenOf(place)], this.#random)) {
      levels.put(child, this.#counts[child] ?? 0);
    }
    this.#places.set(place, levels);
    return levels;
  }

  #pickInstance(place: number): number {
    switch (this.#course.core?.type) {
      case "binpack":
        if (this.#course.rest.length === 0) return this.candidates.fullest(place, this.request);
        return this.#best(this.candidates.fullestFew(place, this.request, equalInstances));
      case "random":
        return this.candidates.some(place, this.request, this.#random);
      case "spread":
        return this.#pickLeastUsed(place);
      default:
        return this.#pickOfTwo(place);
    }
  }

  #pickOfTwo(place: number): number {
    const one = this.candidates.some(place, this.request, this.#random);
    if (one < 0) return -1;
    const other = this.candidates.some(place, this.request, this.#random);
    return this.#instances.tasks[other]! < this.#instances.tasks[one]! ? other : one;
  }

  /**
   * While most instances have no task of the group, one of these is soon found at random. Only then are all put in
   * order, at a cost that the group's own tasks have paid for.
   */
  #pickLeastUsed(place: number): number {
    const known = this.#slots.get(place);
    if (known === undefined && this.#course.rest.length === 0) {
      for (let i = 0; i < tries; i++) {
        const slot = this.candidates.some(place, this.request, this.#random);
        if (slot < 0) return -1;
        if (!this.#instances.hasTaskOf(slot, this.request.group) && this.#meetsNeighbours(slot)) return slot;
      }
    }
    const slots = known ?? this.#slotsIn(place);
    const limit = this.#course.rest.length > 0 ? equalInstances : 1;
    return this.#best(slots.lowestFew(limit, (slot) => (this.#fits(slot) ? "wanted" : "unwanted")));
  }

  #slotsIn(place: number): Levels {
    const levels = new Levels();
    for (const slot of this.candidates.all(place, this.request)) {
      if (this.#meetsNeighbours(slot)) levels.put(slot, this.#instances.countOf(slot, this.request.group));
    }
    this.#slots.set(place, levels);
    return levels;
  }

  /** Among instances that the core has left equal. */
  #best(slots: readonly number[]): number {
    return this.#ranking.best(slots, this.#course.attributes.length + 1);
  }

  /** Of a candidate: whether the tasks that are on it let it. */
  #meetsNeighbours(slot: number): boolean {
    return this.#neighbours.every((filter) => filter.check(this.#instances, slot, this.request));
  }

  #fits(slot: number): boolean {
    if (this.#instances.items[slot] === undefined) return false;
    return this.request.filters.every((filter) => filter.check(this.#instances, slot, this.request));
  }
}

function shuffled<T>(items: T[], random: Chance): T[] {
  for (let last = items.length - 1; last > 0; last--) {
    const at = Math.floor(random.float() * (last + 1));
    [items[last], items[at]] = [items[at]!, items[last]!];
  }
  return items;
}
