import type { EventFields, Field, Membership, Path } from "./event.ts";
import type { Test } from "./matchers.ts";

/** What one field must be. */
export interface Condition {
  readonly path: Path;
  /** Undefined: no value will do. */
  readonly test: Test | undefined;
  /** Whether the field may be missing. */
  readonly mayBeAbsent: boolean;
}

/** The element chosen in each array so far. */
type Chosen = ReadonlyMap<readonly unknown[], number>;

/**
 * Whether all conditions, in the order of their paths, can be met at once: values that are in the same array of objects
 * must be in the same element of it.
 */
export function matchesAll(conditions: readonly Condition[], event: EventFields): boolean {
  let inArrays = false;
  for (const { path, test, mayBeAbsent } of conditions) {
    const fields = event.at(path);
    if (fields.length === 0) {
      if (!mayBeAbsent) return false;
      continue;
    }
    if (!mayBeAbsent && (test === undefined || !fields.some(({ value }) => test(value)))) return false;
    if (fields.some(({ membership }) => membership !== undefined)) inArrays = true;
    else if (test === undefined || !fields.some(({ value }) => test(value))) return false;
  }
  return !inArrays || groupsOf(conditions, event).every((group) => search(group, 0, new Map()));
}

/** A condition, with the values that it would allow. */
interface Candidate {
  readonly mayBeAbsent: boolean;
  readonly all: readonly Field[];
  readonly allowed: FieldsByElement;
}

/** Conditions that have no array in common do not bear on each other: each group is searched by itself. */
function groupsOf(conditions: readonly Condition[], event: EventFields): readonly (readonly Candidate[])[] {
  const groups: { arrays: Set<readonly unknown[]>; positions: number[] }[] = [];
  for (const [position, { path }] of conditions.entries()) {
    const arrays = new Set<readonly unknown[]>();
    for (const { membership } of event.at(path)) for (const { array } of around(membership)) arrays.add(array);
    const joined = groups.filter((group) => [...group.arrays].some((array) => arrays.has(array)));
    for (const group of joined) groups.splice(groups.indexOf(group), 1);
    groups.push({
      arrays: new Set([arrays, ...joined.map((group) => group.arrays)].flatMap((set) => [...set])),
      positions: [position, ...joined.flatMap((group) => group.positions)],
    });
  }
  return groups.map(({ positions }) =>
    positions
      .sort((a, b) => a - b)
      .map((position) => {
        const { path, test, mayBeAbsent } = conditions[position]!;
        const all = event.at(path);
        const allowed = new FieldsByElement(test === undefined ? [] : all.filter(({ value }) => test(value)));
        return { mayBeAbsent, all, allowed };
      }),
  );
}

function search(group: readonly Candidate[], from: number, chosen: Chosen): boolean {
  const next = group[from];
  if (next === undefined) return true;
  const isAbsent = next.mayBeAbsent && next.all.every(({ membership }) => joined(chosen, membership) === undefined);
  if (isAbsent && search(group, from + 1, chosen)) return true;
  for (const { membership } of next.allowed.near(chosen)) {
    const both = joined(chosen, membership);
    if (both !== undefined && search(group, from + 1, both)) return true;
  }
  return false;
}

/** The elements chosen, with those of one more value; undefined when another element of an array was chosen before. */
function joined(chosen: Chosen, membership: Membership | undefined): Chosen | undefined {
  let both = chosen;
  for (const { array, index } of around(membership)) {
    const before = both.get(array);
    if (before !== undefined && before !== index) return undefined;
    if (before === undefined) both = new Map(both).set(array, index);
  }
  return both;
}

function* around(membership: Membership | undefined): Generator<Membership> {
  for (let at = membership; at !== undefined; at = at.outer) yield at;
}

/** Values by the elements that they are in, so that a long array is not gone through for each of its elements. */
class FieldsByElement {
  readonly #fields: readonly Field[];
  /** Of each array: the values in its elements, and how many there are. */
  readonly #arrays = new Map<readonly unknown[], { count: number; readonly elements: Map<number, Field[]> }>();

  constructor(fields: readonly Field[]) {
    this.#fields = fields;
    for (const field of fields) {
      for (const { array, index } of around(field.membership)) {
        const within = this.#arrays.get(array) ?? { count: 0, elements: new Map<number, Field[]>() };
        if (within.count === 0) this.#arrays.set(array, within);
        within.count++;
        const element = within.elements.get(index) ?? [];
        if (element.length === 0) within.elements.set(index, element);
        element.push(field);
      }
    }
  }

  /** Those that may go with the elements chosen: none that does is left out. */
  near(chosen: Chosen): readonly Field[] {
    let fewest = this.#fields;
    for (const [array, index] of chosen) {
      const within = this.#arrays.get(array);
      if (within === undefined || within.count < this.#fields.length) continue;
      const element = within.elements.get(index) ?? [];
      if (element.length < fewest.length) fewest = element;
    }
    return fewest;
  }
}
