import { InvariantError } from "#kernel/fault.ts";

/**
 * Freezes a value in depth and returns about how many bytes its JSON has. Members that are `undefined` are left out
 * when the record is written. Throws an `InvariantError` for what is not JSON data: it would not survive a restart.
 */
export function freezeJson(value: unknown, path = "value"): number {
  switch (typeof value) {
    case "string":
      return value.length + 2;
    case "boolean":
      return 5;
    case "number":
      if (Number.isFinite(value)) return 8;
      break;
    case "object":
      if (value === null) return 4;
      if (Array.isArray(value)) return freezeArray(value, path);
      if (isPlain(value)) return freezeMembers(value);
  }
  throw new InvariantError(`Not JSON data: ${path} is ${describe(value)}`);
}

function freezeArray(values: readonly unknown[], path: string): number {
  let bytes = 2;
  for (let i = 0; i < values.length; i++) bytes += 1 + freezeJson(values[i], path);
  Object.freeze(values);
  return bytes;
}

function freezeMembers(value: object): number {
  let bytes = 2;
  // Keys rather than entries: every write comes through here, and a pair a member is an array each.
  for (const name of Object.keys(value)) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (member !== undefined) bytes += name.length + 4 + freezeJson(member, name);
  }
  Object.freeze(value);
  return bytes;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The kind of a value, never the value itself: it may be a secret. */
function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return `a ${typeof value}`;
  return `an instance of ${Object.getPrototypeOf(value)?.constructor?.name ?? "an unknown class"}`;
}
