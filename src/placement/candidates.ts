import type { Chance } from "./chance.ts";
import type { Instances } from "./instances.ts";
import type { Cell, Population } from "./population.ts";
import type { PlacementRequest } from "./request.ts";

/** Instances with the same values of the attributes that are spread over first: a zone, a rack in a zone. */
interface Place {
  readonly parent: number;
  readonly children: Map<unknown, number>;
  /** Of the candidates that are there; in places without children. */
  readonly cells: Cell[];
}

/** The place that all others are in. */
export const everywhere = 0;

/** How many instances are looked at by chance before the search narrows to those with enough of one resource. */
const tries = 6;

/** Which answers of a cell make its instances candidates, and by which its place is found. */
export interface CandidatesOptions {
  readonly byCpu: boolean;
  /** Questions that have to be answered with yes. */
  readonly conditions: readonly string[];
  readonly attributes: readonly string[];
}

/** The question about an attribute. */
export function attributeQuestion(name: string): string {
  return `attribute:${name}`;
}

/**
 * The instances that meet all of a request but for CPU and memory, in places by some attributes. Requests that differ
 * in their size and their group share it.
 */
export class Candidates {
  readonly population: Population;
  readonly #instances: Instances;
  readonly #options: CandidatesOptions;
  readonly #places: Place[] = [{ parent: -1, children: new Map(), cells: [] }];
  /** By slot: its place plus one, 0 when not looked up. */
  #placeOf = new Int32Array(0);
  #generation = 0;
  #cellsSeen = 0;

  constructor(instances: Instances, population: Population, options: CandidatesOptions) {
    this.#instances = instances;
    this.population = population;
    this.#options = options;
  }

  /** Takes in what has changed since it was last asked. */
  catchUp(): void {
    this.population.catchUp();
    const { cells, generation } = this.population;
    if (generation !== this.#generation) {
      for (const place of this.#places) place.cells.length = 0;
      this.#generation = generation;
      this.#cellsSeen = 0;
    }
    for (; this.#cellsSeen < cells.length; this.#cellsSeen++) {
      const cell = cells[this.#cellsSeen]!;
      if (!this.#options.conditions.every((question) => cell.answers.get(question) === true)) continue;
      const place = this.#findPlace((name) => cell.answers.get(attributeQuestion(name)));
      this.#places[place]!.cells.push(cell);
    }
  }

  /** Where an instance is, whether it is a candidate or not. */
  placeOf(slot: number): number {
    if (slot >= this.#placeOf.length) this.#grow();
    const known = this.#placeOf[slot]!;
    if (known !== 0) return known - 1;
    const place = this.#findPlace((name) => this.#instances.items[slot]?.attributes.get(name));
    this.#placeOf[slot] = place + 1;
    return place;
  }

  /** The place of an instance by the first `depth` attributes. */
  placeAt(slot: number, depth: number): number {
    let place = this.placeOf(slot);
    for (let i = this.#options.attributes.length; i > depth; i--) place = this.#places[place]!.parent;
    return place;
  }

  parentOf(place: number): number {
    return this.#places[place]!.parent;
  }

  /** The places inside; none when it is one where instances are. */
  childrenOf(place: number): Iterable<number> {
    return this.#places[place]!.children.values();
  }

  sizeOf(place: number): number {
    return this.#places[place]!.children.size;
  }

  isInnermost(place: number): boolean {
    return this.#places[place]!.children.size === 0;
  }

  /** The instance with the least left of what they are in order by, but with enough of both; -1 without one. */
  fullest(place: number, request: PlacementRequest): number {
    const { slots } = this.population;
    const [key, other] = [this.#key(request), this.#other(request)];
    let best = -1;
    for (const { root } of this.#places[place]!.cells) {
      const slot = slots.first(root, key, other);
      if (slot >= 0 && (best < 0 || slots.keyOf(slot) < slots.keyOf(best))) best = slot;
    }
    return best;
  }

  /** Those that have as little left as the fullest, at most `limit`. */
  fullestFew(place: number, request: PlacementRequest, limit: number): number[] {
    const { slots } = this.population;
    const best = this.fullest(place, request);
    const few: number[] = [];
    if (best < 0) return few;
    const key = slots.keyOf(best);
    for (const { root } of this.#places[place]!.cells) {
      slots.each(root, key, this.#other(request), (slot) => {
        if (few.length >= limit || slots.keyOf(slot) !== key) return false;
        few.push(slot);
        return true;
      });
    }
    return few;
  }

  /** All that have enough of both. */
  all(place: number, request: PlacementRequest): number[] {
    const found: number[] = [];
    for (const { root } of this.#places[place]!.cells) {
      this.population.slots.each(root, this.#key(request), this.#other(request), (slot) => found.push(slot) > 0);
    }
    return found;
  }

  /**
   * One of those that have enough of both, at random; -1 when there is none. Each with the same chance, unless they are
   * so few among the others that none is met in some tries: then the next that has enough stands for those that lack.
   */
  some(place: number, request: PlacementRequest, random: Chance): number {
    const { slots } = this.population;
    const { cells } = this.#places[place]!;
    const [key, other] = [this.#key(request), this.#other(request)];
    let size = 0;
    for (const { root } of cells) size += slots.sizeOf(root);
    if (size === 0) return -1;
    for (let i = 0; i < tries; i++) {
      const slot = this.#at(cells, Math.floor(random.float() * size));
      if (slots.keyOf(slot) >= key && slots.otherOf(slot) >= other) return slot;
    }
    return this.#someOfFew(cells, key, other, random);
  }

  #at(cells: readonly Cell[], index: number): number {
    let left = index;
    for (const { root } of cells) {
      const size = this.population.slots.sizeOf(root);
      if (left < size) return this.population.slots.at(root, left);
      left -= size;
    }
    return -1;
  }

  #someOfFew(cells: readonly Cell[], key: number, other: number, random: Chance): number {
    const { slots } = this.population;
    const counts = cells.map(({ root }) => slots.countFrom(root, key));
    let left = Math.floor(random.float() * counts.reduce((sum, count) => sum + count, 0));
    for (const [i, { root }] of cells.entries()) {
      if (left < counts[i]!) {
        const slot = slots.from(root, slots.sizeOf(root) - counts[i]! + left, other);
        if (slot >= 0) return slot;
        break;
      }
      left -= counts[i]!;
    }
    for (const { root } of cells) {
      const slot = slots.first(root, key, other);
      if (slot >= 0) return slot;
    }
    return -1;
  }

  #key({ cpu, memoryMiB }: PlacementRequest): number {
    return atLeast(this.#options.byCpu ? cpu : memoryMiB);
  }

  #other({ cpu, memoryMiB }: PlacementRequest): number {
    return atLeast(this.#options.byCpu ? memoryMiB : cpu);
  }

  #findPlace(answer: (name: string) => unknown): number {
    let place = everywhere;
    for (const name of this.#options.attributes) {
      const { children } = this.#places[place]!;
      const value = answer(name);
      let next = children.get(value);
      if (next === undefined) {
        next = this.#places.push({ parent: place, children: new Map(), cells: [] }) - 1;
        children.set(value, next);
      }
      place = next;
    }
    return place;
  }

  #grow(): void {
    const wider = new Int32Array(this.#instances.capacity);
    wider.set(this.#placeOf);
    this.#placeOf = wider;
  }
}

/** What needs none of a resource goes even where more is taken than there is. */
export function atLeast(needed: number): number {
  return needed > 0 ? needed : Number.NEGATIVE_INFINITY;
}
