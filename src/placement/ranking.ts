import type { Candidates } from "./candidates.ts";
import type { Chance } from "./chance.ts";
import type { Instances } from "./instances.ts";
import type { PlacementRequest } from "./request.ts";
import type { Strategy } from "./strategy.ts";

type Measure = (slot: number) => number;

/** Decides among a few instances by the strategies of a request, from one of them on. */
export class Ranking {
  readonly #instances: Instances;
  readonly #candidates: Candidates;
  readonly #random: Chance;
  /** The strategies in their order: the less, the better. `undefined` is chance, which leaves one. */
  readonly #measures: readonly (Measure | undefined)[];
  /** The attributes that are spread over after another kind of strategy, and so are no places of candidates. */
  readonly #attributes: readonly string[];
  /** Place and values of these attributes, up to one of them -> tasks of the group there. */
  readonly #counts = new Map<string, number>();

  constructor(
    instances: Instances,
    candidates: Candidates,
    request: PlacementRequest,
    options: { readonly random: Chance; readonly placesCount: number; readonly countOf: (place: number) => number },
  ) {
    this.#instances = instances;
    this.#candidates = candidates;
    this.#random = options.random;
    const attributes: string[] = [];
    this.#measures = request.strategies.map((strategy, index) => {
      if (index < options.placesCount) return (slot) => options.countOf(candidates.placeAt(slot, index + 1));
      if (strategy.type === "spread" && strategy.attribute !== undefined) attributes.push(strategy.attribute);
      return this.#measure(strategy, request.group, attributes.length);
    });
    this.#attributes = attributes;
  }

  /** There are so many more tasks of the group on the instance. */
  count(slot: number, by: number): void {
    for (let depth = 1; depth <= this.#attributes.length; depth++) {
      const key = this.#key(slot, depth);
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + by);
    }
  }

  /** The best of these slots by the strategies from this place in the list on; -1 of none. */
  best(slots: readonly number[], from: number): number {
    let left = slots;
    for (let i = from; i < this.#measures.length && left.length > 1; i++) {
      const measure = this.#measures[i];
      if (measure === undefined) return left[Math.floor(this.#random.float() * left.length)]!;
      left = lowest(left, measure);
    }
    return left[0] ?? -1;
  }

  #measure(strategy: Strategy, group: string, depth: number): Measure | undefined {
    if (strategy.type === "random") return undefined;
    if (strategy.type === "binpack") {
      const { field } = strategy;
      return (slot) => (field === "cpu" ? this.#instances.cpu[slot]! : this.#instances.memoryMiB[slot]!);
    }
    if (strategy.attribute === undefined) return (slot) => this.#instances.countOf(slot, group);
    return (slot) => this.#counts.get(this.#key(slot, depth)) ?? 0;
  }

  #key(slot: number, depth: number): string {
    const own = this.#instances.items[slot]?.attributes;
    const values = this.#attributes.slice(0, depth).map((name) => own?.get(name) ?? null);
    return JSON.stringify([this.#candidates.placeOf(slot), ...values]);
  }
}

function lowest(slots: readonly number[], measure: Measure): number[] {
  let least = Number.POSITIVE_INFINITY;
  let found: number[] = [];
  for (const slot of slots) {
    const value = measure(slot);
    if (value < least) {
      least = value;
      found = [slot];
    } else if (value === least) {
      found.push(slot);
    }
  }
  return found;
}
