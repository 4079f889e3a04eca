import type { ChangeLog } from "./change-log.ts";
import type { Filter } from "./filters.ts";
import type { Instances } from "./instances.ts";
import { OrderedSlots } from "./ordered-slots.ts";
import type { PlacementRequest } from "./request.ts";

/** Something that instances answer differently. Questions with the same key are one. */
export interface Question {
  readonly key: string;
  /** Whether the answer changes with the tasks on an instance. */
  readonly changes: boolean;
  readonly ask: (instances: Instances, slot: number) => unknown;
}

/** Instances that answer every question alike. */
export interface Cell {
  /** By question. */
  readonly answers: ReadonlyMap<string, unknown>;
  /** Their tree. */
  root: number;
}

/** The most cells that those who share a population may have to look at. */
export const sharedCells = 64;

/**
 * Instances in cells by how they answer the questions that requests have, and in each cell in the order of what is left
 * of CPU or of memory. A change of an instance costs one step in one cell, however many kinds of requests there are. It
 * reads what has changed when it is asked.
 */
export class Population {
  readonly slots = new OrderedSlots();
  readonly cells: Cell[] = [];
  readonly #instances: Instances;
  readonly #changes: ChangeLog;
  readonly #members: (slot: number) => boolean;
  readonly #membersAreFixed: boolean;
  readonly #byCpu: boolean;
  readonly #mostCells: number;
  readonly #fixed: Question[] = [];
  readonly #changing: Question[] = [];
  /** Answers to the fixed questions, as text -> their number. */
  readonly #fixedNumbers = new Map<string, number>();
  /** That number and a bit for each of the other answers -> cell plus one. */
  readonly #cellNumbers = new Map<number, number>();
  /** By slot: its cell plus one, 0 when it is in none. */
  #cellOf = new Int32Array(0);
  /** By slot: the version of the instance, plus one, whose fixed answers are known. */
  #askedOf = new Int32Array(0);
  #fixedOf = new Int32Array(0);
  #cursor = -1;
  /** Counts how often the cells were made anew. */
  generation = 0;

  /** Of the instances that pass the filters as this request has them. */
  constructor(
    instances: Instances,
    changes: ChangeLog,
    options: {
      readonly byCpu: boolean;
      readonly request: PlacementRequest;
      readonly filters: readonly Filter[];
      readonly mostCells: number;
    },
  ) {
    this.#instances = instances;
    this.#changes = changes;
    this.#byCpu = options.byCpu;
    this.#mostCells = options.mostCells;
    const { request, filters } = options;
    this.#membersAreFixed = filters.every(({ scope }) => scope === "instance");
    this.#members = (slot) => filters.every((filter) => filter.check(instances, slot, request));
  }

  /** Takes these questions up too, unless that would make too many cells. */
  adopt(questions: readonly Question[]): boolean {
    const known = new Set([...this.#fixed, ...this.#changing].map(({ key }) => key));
    const added = questions.filter(({ key }) => !known.has(key));
    if (added.length === 0) return true;
    const kinds = new Set<string>();
    const all = [...this.#fixed, ...this.#changing, ...added];
    for (const slot of this.#instances.slots()) {
      kinds.add(this.#answers(all, slot));
      if (kinds.size > this.#mostCells) return false;
    }
    for (const question of added) (question.changes ? this.#changing : this.#fixed).push(question);
    this.#startAnew();
    return true;
  }

  /** Takes in what has changed since it was last asked. */
  catchUp(): void {
    const { end } = this.#changes;
    if (this.#cursor === end) return;
    if (this.#instances.capacity > this.slots.capacity) this.#grow();
    if (this.#cursor < 0 || !this.#changes.reaches(this.#cursor)) {
      for (let slot = 0; slot < this.#instances.items.length; slot++) this.#look(slot);
    } else {
      for (let at = this.#cursor; at < end; at++) this.#look(this.#changes.at(at));
    }
    this.#cursor = end;
  }

  /** Whether instances have come to differ in too many ways since the questions were taken up. */
  get isCrowded(): boolean {
    return this.cells.length > 4 * this.#mostCells;
  }

  #look(slot: number): void {
    const [cpu, memoryMiB] = [this.#instances.cpu[slot]!, this.#instances.memoryMiB[slot]!];
    const key = this.#byCpu ? cpu : memoryMiB;
    const other = this.#byCpu ? memoryMiB : cpu;
    const was = this.#cellOf[slot]!;
    const is = this.#isStill(slot) ? was : this.#findCell(slot);
    if (was === is && (is === 0 || (this.slots.keyOf(slot) === key && this.slots.otherOf(slot) === other))) return;
    if (was > 0) {
      const cell = this.cells[was - 1]!;
      cell.root = this.slots.remove(cell.root, slot);
    }
    if (is > 0) {
      const cell = this.cells[is - 1]!;
      cell.root = this.slots.insert(cell.root, slot, key, other);
    }
    this.#cellOf[slot] = is;
  }

  /** Whether the instance is the same and only that matters. */
  #isStill(slot: number): boolean {
    if (this.#changing.length > 0 || !this.#membersAreFixed) return false;
    return this.#askedOf[slot] === this.#instances.versions[slot]! + 1;
  }

  #findCell(slot: number): number {
    const version = this.#instances.versions[slot]! + 1;
    if (this.#askedOf[slot] !== version) this.#fixedOf[slot] = 0;
    this.#askedOf[slot] = version;
    if (this.#instances.items[slot] === undefined || !this.#members(slot)) return 0;
    if (this.#fixedOf[slot] === 0) {
      this.#fixedOf[slot] = this.#fixedNumber(this.#answers(this.#fixed, slot));
    }
    let number = this.#fixedOf[slot]!;
    for (const { ask } of this.#changing) number = 2 * number + (ask(this.#instances, slot) ? 1 : 0);
    return this.#cellNumbers.get(number) ?? this.#newCell(slot, number);
  }

  #fixedNumber(answers: string): number {
    const known = this.#fixedNumbers.get(answers) ?? this.#fixedNumbers.size + 1;
    this.#fixedNumbers.set(answers, known);
    return known;
  }

  #newCell(slot: number, number: number): number {
    const questions = [...this.#fixed, ...this.#changing];
    const answers = new Map(questions.map(({ key, ask }) => [key, ask(this.#instances, slot)]));
    const made = this.cells.push({ answers, root: 0 });
    this.#cellNumbers.set(number, made);
    return made;
  }

  #answers(questions: readonly Question[], slot: number): string {
    return JSON.stringify(questions.map(({ ask }) => ask(this.#instances, slot) ?? null));
  }

  #startAnew(): void {
    this.generation++;
    this.cells.length = 0;
    this.#fixedNumbers.clear();
    this.#cellNumbers.clear();
    this.#cellOf.fill(0);
    this.#askedOf.fill(0);
    this.#fixedOf.fill(0);
    this.#cursor = -1;
  }

  #grow(): void {
    const { capacity } = this.#instances;
    const wider = (old: Int32Array) => {
      const made = new Int32Array(capacity);
      made.set(old);
      return made;
    };
    this.slots.resize(capacity);
    this.#cellOf = wider(this.#cellOf);
    this.#askedOf = wider(this.#askedOf);
    this.#fixedOf = wider(this.#fixedOf);
  }
}
