import type { Value } from "./values.ts";

/** What expressions are evaluated on: the fields of a log event, or of a row of results. */
export interface Row {
  get(field: FieldName): Value;
  /** Gives a field a value, in place of the one that it had. */
  set(field: FieldName, value: Value): void;
}

/** A field's name, and the steps into JSON that it may stand for. */
export interface FieldName {
  readonly name: string;
  readonly path: readonly string[];
}

export function fieldName(name: string): FieldName {
  return { name, path: name.split(".") };
}

/**
 * What a path leads to: `a.b` is the member `a.b`, or member `b` of member `a`; the elements of lists are named by
 * their places. Maps and lists themselves are no fields, unless `whole` asks for them.
 */
export function valueAt(root: unknown, { name, path }: FieldName, whole = false): Value {
  const found = path.length === 1 ? member(root, name) : follow(root, path, 0);
  if (found === null || found === undefined) return undefined;
  return typeof found === "object" && !whole ? undefined : (found as Value);
}

function follow(value: unknown, path: readonly string[], from: number): unknown {
  // The longest name first: keys may have dots in them.
  for (let to = path.length; to > from; to--) {
    const key = to === from + 1 ? path[from]! : path.slice(from, to).join(".");
    const found = member(value, key);
    if (found === undefined) continue;
    const end = to === path.length ? found : follow(found, path, to);
    if (end !== undefined) return end;
  }
  return undefined;
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}

/** A row of results, whose fields are all given. */
export class ResultRow implements Row {
  readonly values = new Map<string, Value>();

  get(field: FieldName): Value {
    const own = this.values.get(field.name);
    if (own !== undefined || field.path.length === 1) return own;
    return valueInMaps((name) => this.values.get(name), field);
  }

  set({ name }: FieldName, value: Value): void {
    this.values.set(name, value);
  }
}

/** `a.b` when `a` is a field whose value is a map, as `jsonParse` gives them. */
export function valueInMaps(made: (name: string) => Value, { path }: FieldName): Value {
  for (let length = path.length - 1; length > 0; length--) {
    const value = made(path.slice(0, length).join("."));
    if (typeof value !== "object" || value instanceof Date) continue;
    return valueAt(value, fieldName(path.slice(length).join(".")), true);
  }
  return undefined;
}
