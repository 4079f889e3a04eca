import type { Shape } from "#wire/model.ts";

/** CloudTrail's own words in place of a secret. */
const hidden = "HIDDEN_DUE_TO_SECURITY_REASONS";

/**
 * Members that no record shows though the models do not call them sensitive: credentials, one-time passwords, and the
 * contents of logs, which are their owners' business.
 */
const neverShown = new Set([
  "ClientSecret",
  "authorizationToken",
  "logEvents",
  "logEventMessages",
  "SessionToken",
  "TokenCode",
  "tokenValue",
]);

/** Values deeper than this are left out: no model needs as much, but a recursive one can be given it. */
const mostDepth = 24;

/** A value of a shape as a record shows it: names begin in lower case, secrets and binary data are replaced. */
export function shown(shape: Shape, value: unknown, depth = 0): unknown {
  if (value === undefined || value === null) return undefined;
  if (shape.traits.sensitive || depth > mostDepth) return hidden;
  switch (shape.type) {
    case "structure":
      return shownMembers(shape, value as Record<string, unknown>, depth);
    case "list":
      return Array.isArray(value) ? value.map((item) => shown(shape.element!.shape, item, depth + 1)) : undefined;
    case "map":
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [key, shown(shape.value!.shape, item, depth + 1)]),
      );
    case "blob":
      return hidden;
    case "timestamp":
      return typeof value === "number" ? new Date(value).toISOString() : value;
    default:
      return value;
  }
}

function shownMembers(shape: Shape, value: Record<string, unknown>, depth: number): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const { name, shape: inner } of shape.members) {
    const given = value[name];
    if (given === undefined || given === null || inner.traits.eventstream) continue;
    members[shownName(name)] = neverShown.has(name) ? hidden : shown(inner, given, depth + 1);
  }
  return members;
}

const lower = /^[^A-Z]/;

function shownName(name: string): string {
  return lower.test(name) ? name : name.charAt(0).toLowerCase() + name.slice(1);
}
