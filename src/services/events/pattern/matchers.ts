import { type AddressRange, isInRange, parseAddress } from "./address.ts";
import { PatternError } from "./tokens.ts";

/** A value of an event that is neither an object nor an array. */
export type Leaf = string | number | boolean | null;

/** One of the alternatives for a field, as data: what a pattern says. */
export type Matcher =
  | { readonly kind: "is"; readonly value: Leaf }
  | { readonly kind: "exists" }
  | { readonly kind: "absent" }
  | { readonly kind: "prefix" | "suffix"; readonly text: string; readonly ignoreCase: boolean }
  | { readonly kind: "equals-ignore-case" | "wildcard"; readonly text: string }
  | { readonly kind: "numeric"; readonly bounds: readonly NumericBound[] }
  | { readonly kind: "cidr"; readonly range: AddressRange }
  /** None of these, each of the kind `is`, `prefix`, `suffix`, `equals-ignore-case` or `wildcard`. */
  | { readonly kind: "anything-but"; readonly none: readonly Matcher[] };

export interface NumericBound {
  readonly operator: "=" | "<" | "<=" | ">" | ">=";
  readonly value: number;
}

/** Whether a field may have a value. */
export type Test = (value: Leaf) => boolean;

/** A matcher as a function. What is not of the matcher's type (a prefix of a number) never matches. */
function toTest(matcher: Matcher): Test {
  switch (matcher.kind) {
    case "is":
      return isTest(matcher.value);
    case "exists":
      return () => true;
    case "absent":
      return () => false;
    case "prefix":
    case "suffix":
      return endTest(matcher);
    case "equals-ignore-case": {
      const folded = matcher.text.toLowerCase();
      return (value) => typeof value === "string" && value.toLowerCase() === folded;
    }
    case "wildcard":
      return wildcardTest(readWildcard(matcher.text));
    case "numeric":
      return (value) => typeof value === "number" && matcher.bounds.every((bound) => isWithin(value, bound));
    case "cidr":
      return (value) => {
        const address = typeof value === "string" ? parseAddress(value) : undefined;
        return address !== undefined && isInRange(address, matcher.range);
      };
    case "anything-but": {
      const excluded = anyOf(matcher.none);
      return (value) => !excluded(value);
    }
  }
}

/** Whether any of the matchers allows a value. Values given word for word are looked up, however many there are. */
export function anyOf(matchers: readonly Matcher[]): Test {
  const exact = new Set<Leaf>();
  const tests: Test[] = [];
  for (const matcher of matchers) {
    if (matcher.kind === "is") exact.add(matcher.value);
    if (matcher.kind !== "is" || isAddress(matcher.value)) tests.push(toTest(matcher));
  }
  if (tests.length === 0) return (value) => exact.has(value);
  if (exact.size === 0 && tests.length === 1) return tests[0]!;
  return (value) => exact.has(value) || tests.some((test) => test(value));
}

/** The same address may be written in several ways. */
function isTest(wanted: Leaf): Test {
  const address = isAddress(wanted) ? parseAddress(wanted) : undefined;
  if (address === undefined) return (value) => value === wanted;
  return (value) => {
    const given = typeof value === "string" ? parseAddress(value) : undefined;
    return given !== undefined && isInRange(given, address);
  };
}

function isAddress(value: Leaf): value is string {
  return typeof value === "string" && parseAddress(value) !== undefined;
}

function endTest({ kind, text, ignoreCase }: Extract<Matcher, { ignoreCase: boolean }>): Test {
  const wanted = ignoreCase ? text.toLowerCase() : text;
  const isAtEnd =
    kind === "prefix" ? (value: string) => value.startsWith(wanted) : (value: string) => value.endsWith(wanted);
  return (value) => typeof value === "string" && isAtEnd(ignoreCase ? value.toLowerCase() : value);
}

function isWithin(value: number, { operator, value: bound }: NumericBound): boolean {
  switch (operator) {
    case "=":
      return value === bound;
    case "<":
      return value < bound;
    case "<=":
      return value <= bound;
    case ">":
      return value > bound;
    case ">=":
      return value >= bound;
  }
}

/** What stands between the asterisks. Throws a `PatternError` for what cannot be a wildcard. */
export function readWildcard(text: string): readonly string[] {
  const parts = [""];
  // AWS counts in bytes, and its text has a quotation mark before it.
  const place = (index: number) => Buffer.byteLength(text.slice(0, index)) + 1;
  for (let i = 0; i < text.length; i++) {
    const [char, next] = [text[i]!, text[i + 1]];
    if (char === "*") {
      if (next === "*") throw new PatternError(`Consecutive wildcard characters at pos ${place(i)}`);
      parts.push("");
    } else if (char === "\\") {
      if (next !== "*" && next !== "\\") throw new PatternError(`Invalid escape character at pos ${place(i)}`);
      parts[parts.length - 1] += next;
      i++;
    } else parts[parts.length - 1] += char;
  }
  return parts;
}

/** Takes each part at its first place behind the one before: no backtracking, however the parts repeat themselves. */
function wildcardTest(parts: readonly string[]): Test {
  const [first, last] = [parts[0]!, parts.at(-1)!];
  if (parts.length === 1) return (value) => value === first;
  return (value) => {
    if (typeof value !== "string" || !value.startsWith(first) || !value.endsWith(last)) return false;
    let at = first.length;
    for (const part of parts.slice(1, -1)) {
      const found = value.indexOf(part, at);
      if (found < 0) return false;
      at = found + part.length;
    }
    return at + last.length <= value.length;
  };
}
