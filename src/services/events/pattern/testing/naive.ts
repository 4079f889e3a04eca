/**
 * Event patterns in the plainest way that comes to mind, read from the parsed JSON: every value of the event is listed
 * with its path, and every way to choose values is tried. The fuzz test and the bench hold the real one against it.
 */

type Leaf = string | number | boolean | null;
type Json = Leaf | readonly Json[] | { readonly [name: string]: Json };
type JsonObject = { readonly [name: string]: Json };

interface Listed {
  readonly path: string;
  readonly value: Leaf;
  /** Number of an array of the event -> the element that the value is in. */
  readonly within: ReadonlyMap<number, number>;
}

export function naiveMatches(patternText: string, event: object): boolean {
  const listed = listValues(event as JsonObject);
  return expand(JSON.parse(patternText) as JsonObject, "").some((fields) => {
    const sorted = Object.entries(Object.fromEntries(fields)).sort(([a], [b]) => (a < b ? -1 : 1));
    return canBeMet(sorted, listed, new Map());
  });
}

/** Every combination of what `$or` leaves open, as paths with their matchers. */
function expand(pattern: JsonObject, prefix: string): [string, readonly Json[]][][] {
  let combinations: [string, readonly Json[]][][] = [[]];
  for (const [name, value] of Object.entries(pattern)) {
    const path = prefix === "" ? name : `${prefix}.${name}`;
    let options: [string, readonly Json[]][][];
    if (name === "$or") options = (value as readonly JsonObject[]).flatMap((option) => expand(option, prefix));
    else if (Array.isArray(value)) options = [[[path, value as readonly Json[]]]];
    else options = expand(value as JsonObject, path);
    combinations = combinations.flatMap((before) => options.map((option) => [...before, ...option]));
  }
  return combinations;
}

function listValues(event: JsonObject): Listed[] {
  const listed: Listed[] = [];
  let arrays = 0;
  const visit = (value: Json, path: string, within: ReadonlyMap<number, number>) => {
    if (Array.isArray(value)) {
      const array = arrays++;
      for (const [index, element] of (value as readonly Json[]).entries()) {
        const isPlain = element === null || typeof element !== "object";
        visit(element, path, isPlain ? within : new Map(within).set(array, index));
      }
    } else if (value !== null && typeof value === "object") {
      for (const [name, inner] of Object.entries(value)) visit(inner, path === "" ? name : `${path}.${name}`, within);
    } else listed.push({ path, value: value as Leaf, within });
  };
  visit(event, "", new Map());
  return listed;
}

function canBeMet(
  fields: readonly [string, readonly Json[]][],
  listed: readonly Listed[],
  chosen: ReadonlyMap<number, number>,
): boolean {
  const [first, ...others] = fields;
  if (first === undefined) return true;
  const [path, matchers] = first;
  const reachable = listed.filter(
    (one) => one.path === path && [...one.within].every(([array, index]) => (chosen.get(array) ?? index) === index),
  );
  const isAbsent = reachable.length === 0 && matchers.some((matcher) => (matcher as JsonObject)?.exists === false);
  if (isAbsent && canBeMet(others, listed, chosen)) return true;
  return reachable.some(
    ({ value, within }) =>
      matchers.some((matcher) => allows(matcher, value)) && canBeMet(others, listed, new Map([...chosen, ...within])),
  );
}

function allows(matcher: Json, value: Leaf): boolean {
  if (matcher === null || typeof matcher !== "object") return matcher === value;
  const [[kind, wanted]] = Object.entries(matcher as JsonObject) as [[string, Json]];
  const text = typeof value === "string" ? value : undefined;
  switch (kind) {
    case "exists":
      return wanted === true;
    case "prefix":
    case "suffix":
      return text !== undefined && isEnd(kind, wanted, text);
    case "equals-ignore-case":
      return text?.toLowerCase() === (wanted as string).toLowerCase();
    case "wildcard":
      return text !== undefined && asRegExp(wanted as string).test(text);
    case "cidr":
      return text !== undefined && isInRange(text, wanted as string);
    case "numeric":
      return typeof value === "number" && isWithin(value, wanted as readonly (string | number)[]);
    case "anything-but":
      return !excluded(wanted).some((exclusion) => allows(exclusion, value));
    default:
      throw new Error(`Not a matcher: ${kind}`);
  }
}

function isEnd(kind: "prefix" | "suffix", wanted: Json, text: string): boolean {
  const ignoring = typeof wanted === "object";
  const end = ignoring ? ((wanted as JsonObject)["equals-ignore-case"] as string).toLowerCase() : String(wanted);
  const given = ignoring ? text.toLowerCase() : text;
  return kind === "prefix" ? given.slice(0, end.length) === end : end === "" || given.slice(-end.length) === end;
}

function asRegExp(wildcard: string): RegExp {
  const parts = wildcard.match(/\\.|[^\\]/gs) ?? [];
  const escaped = (part: string) => part.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  return new RegExp(`^${parts.map((part) => (part === "*" ? ".*" : escaped(part.slice(-1)))).join("")}$`, "s");
}

/** Of IPv4 only. */
function isInRange(text: string, cidr: string): boolean {
  const [base, bits] = cidr.split("/") as [string, string];
  if (!/^(\d{1,3}\.){3}\d{1,3}$/.test(text)) return false;
  const binary = (address: string) =>
    address
      .split(".")
      .map((part) => Number(part).toString(2).padStart(8, "0"))
      .join("");
  return binary(text).slice(0, Number(bits)) === binary(base).slice(0, Number(bits));
}

function isWithin(value: number, bounds: readonly (string | number)[]): boolean {
  for (let i = 0; i < bounds.length; i += 2) {
    const [operator, bound] = [bounds[i] as string, bounds[i + 1] as number];
    const order = value < bound ? "<" : value > bound ? ">" : "=";
    if (!operator.includes(order)) return false;
  }
  return true;
}

function excluded(wanted: Json): readonly Json[] {
  if (wanted === null || typeof wanted !== "object") return [wanted];
  if (Array.isArray(wanted)) return wanted as readonly Json[];
  const [[kind, values]] = Object.entries(wanted as JsonObject) as [[string, Json]];
  return (Array.isArray(values) ? (values as readonly Json[]) : [values]).map((value) => ({ [kind]: value }));
}
