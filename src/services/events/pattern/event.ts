import type { Leaf } from "./matchers.ts";

/** A path of a pattern, split at its dots. */
export interface Path {
  readonly name: string;
  /**
   * At each step the names that an object may have the rest of the path under: of `detail.state`, first `detail` and
   * `detail.state`, then `state`. AWS joins names by dots, so that names with dots in them are found too.
   */
  readonly steps: readonly (readonly string[])[];
}

/** In which element of which array a value is. Arrays are known by themselves: an event has no array twice. */
export interface Membership {
  readonly array: readonly unknown[];
  readonly index: number;
  /** The arrays around it. */
  readonly outer: Membership | undefined;
}

export interface Field {
  readonly value: Leaf;
  readonly membership: Membership | undefined;
}

export function toPath(name: string): Path {
  const parts = name.split(".");
  const steps = parts.map((_, from) => parts.slice(from).map((_, i) => parts.slice(from, from + i + 1).join(".")));
  return { name, steps };
}

/** An event as patterns see it: the values that there are at a path, each looked for once. */
export class EventFields {
  readonly #event: object;
  readonly #found = new Map<string, readonly Field[]>();

  constructor(event: object) {
    this.#event = event;
  }

  at(path: Path): readonly Field[] {
    const known = this.#found.get(path.name);
    if (known !== undefined) return known;
    const fields: Field[] = [];
    inObject(this.#event as JsonObject, path, 0, undefined, fields);
    this.#found.set(path.name, fields);
    return fields;
  }
}

type JsonObject = Readonly<Record<string, unknown>>;

function inObject(
  object: JsonObject,
  path: Path,
  step: number,
  membership: Membership | undefined,
  into: Field[],
): void {
  for (const [i, name] of path.steps[step]!.entries()) {
    if (Object.hasOwn(object, name)) inValue(object[name], path, step + i + 1, membership, into);
  }
}

function inValue(value: unknown, path: Path, step: number, membership: Membership | undefined, into: Field[]): void {
  if (Array.isArray(value)) inArray(value, path, step, membership, into);
  else if (typeof value === "object" && value !== null) {
    if (step < path.steps.length) inObject(value as JsonObject, path, step, membership, into);
  } else if (step === path.steps.length) into.push({ value: value as Leaf, membership });
}

/** Only objects and arrays in an array belong to one of its elements; plain values stand beside each other. */
function inArray(
  array: readonly unknown[],
  path: Path,
  step: number,
  outer: Membership | undefined,
  into: Field[],
): void {
  for (const [index, value] of array.entries()) {
    const isNested = typeof value === "object" && value !== null;
    inValue(value, path, step, isNested ? { array, index, outer } : outer, into);
  }
}
