import { parseCidr } from "./address.ts";
import { type Matcher, type NumericBound, readWildcard } from "./matchers.ts";
import { PatternError, type Token, TokenReader } from "./tokens.ts";

/** Fields by their paths (`detail.state`), all of which must match, each by one of its matchers. */
export type Alternative = ReadonlyMap<string, readonly Matcher[]>;

/** Beyond so many combinations of alternatives a pattern is refused (User Guide, "OR matching"). */
const mostAlternatives = 1000;

/** `$or` may not have fields of these names in it: they would be taken for matchers. */
const reserved = new Set([
  ...["exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard", "numeric", "cidr"],
  ...["=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case"],
  ...["date-after", "date-on-or-after", "date-before", "date-on-or-before", "in-date-range"],
  ...["ip-address-in-range", "ip-address-not-in-range"],
]);

/**
 * Reads an event pattern (User Guide, "Comparison operators for use in event patterns") into its alternatives: one, or
 * with `$or` several. Throws a `PatternError` in AWS's words.
 */
export function parsePattern(text: string): readonly Alternative[] {
  const reader = new TokenReader(text);
  if (reader.next() !== "{") throw reader.error("Filter is not an object");
  const alternatives = readFields(reader, "", [new Map()], false);
  reader.next();
  return alternatives;
}

type Fields = Map<string, readonly Matcher[]>;

function readFields(reader: TokenReader, path: string, before: readonly Fields[], isInOr: boolean): readonly Fields[] {
  let found = before;
  let isEmpty = true;
  while (reader.next() !== "}") {
    isEmpty = false;
    const name = reader.text();
    if (name === "$or") {
      found = readOr(reader, path, found);
      continue;
    }
    if (isInOr && reserved.has(name)) {
      throw reader.error(`${name} is Ruler reserved fieldName which cannot be used inside $or.`);
    }
    const at = path === "" ? name : `${path}.${name}`;
    const token = reader.next();
    if (token === "{") found = readFields(reader, at, found, isInOr);
    else if (token === "[") {
      const matchers = readMatchers(reader);
      found = found.map((fields) => new Map(fields).set(at, matchers));
    } else throw reader.error(`"${name}" must be an object or an array`);
  }
  if (isEmpty) throw reader.error("Empty objects are not allowed");
  return found;
}

function readOr(reader: TokenReader, path: string, before: readonly Fields[]): readonly Fields[] {
  if (reader.next() !== "[") throw reader.error("It must be an Array followed with $or.");
  const found: Fields[] = [];
  let count = 0;
  for (let token = reader.next(); token !== "]"; token = reader.next()) {
    if (token !== "{") throw reader.error("Only JSON object is allowed in array of $or relationship.");
    found.push(...readFields(reader, path, before, true));
    count++;
    if (found.length > mostAlternatives) {
      throw new PatternError(`Rule is too complex - it has more than ${mostAlternatives} combinations of $or`);
    }
  }
  if (count < 2) throw reader.error("There must have at least 2 Objects in $or relationship.");
  return found;
}

function readMatchers(reader: TokenReader): readonly Matcher[] {
  const matchers: Matcher[] = [];
  for (let token = reader.next(); token !== "]"; token = reader.next()) matchers.push(readMatcher(reader, token));
  if (matchers.length === 0) throw reader.error("Empty arrays are not allowed");
  return matchers;
}

const words = { true: true, false: false, null: null } as const;

function readMatcher(reader: TokenReader, token: Token): Matcher {
  switch (token) {
    case "string":
      return { kind: "is", value: reader.text() };
    case "number":
      return { kind: "is", value: Number(reader.text()) };
    case "true":
    case "false":
    case "null":
      return { kind: "is", value: words[token] };
    case "{":
      return readExpression(reader);
    default:
      throw reader.error("Match value must be String, number, true, false, or null");
  }
}

function readExpression(reader: TokenReader): Matcher {
  if (reader.next() !== "name") throw reader.error("Match expression name not found");
  const type = reader.text();
  switch (type) {
    case "exactly":
      return only(reader, { kind: "is", value: readText(reader, "exact match pattern must be a string") });
    case "prefix":
    case "suffix":
      return readEnd(reader, type);
    case "equals-ignore-case":
      return only(reader, { kind: type, text: readText(reader, `${type} match pattern must be a string`) });
    case "wildcard":
      return only(reader, checkedWildcard(reader, readText(reader, `${type} match pattern must be a string`)));
    case "cidr":
      // AWS's words.
      return only(reader, { kind: type, range: parseCidr(readText(reader, "prefix match pattern must be a string")) });
    case "exists":
      return readExists(reader);
    case "numeric": {
      if (reader.next() !== "[") throw reader.error("Value of numeric must be an array.");
      return only(reader, { kind: type, bounds: readBounds(reader) }, "Too many elements in numeric expression");
    }
    case "anything-but":
      return readAnythingBut(reader);
    default:
      throw reader.error(`Unrecognized match type ${type}`);
  }
}

/** The expression has no second key. */
function only<T>(reader: TokenReader, matcher: T, otherwise = "Only one key allowed in match expression"): T {
  if (reader.next() !== "}") throw reader.error(otherwise);
  return matcher;
}

function readText(reader: TokenReader, otherwise: string): string {
  if (reader.next() !== "string") throw reader.error(otherwise);
  return reader.text();
}

function readEnd(reader: TokenReader, kind: "prefix" | "suffix"): Matcher {
  const token = reader.next();
  if (token === "string") return only(reader, { kind, text: reader.text(), ignoreCase: false });
  if (token !== "{") throw reader.error(`${kind} match pattern must be a string`);
  const title = kind === "prefix" ? "Prefix" : "Suffix";
  if (reader.next() !== "name") throw reader.error(`${title} expression name not found`);
  const operator = reader.text();
  if (operator !== "equals-ignore-case") throw reader.error(`Unsupported ${kind} pattern: ${operator}`);
  const text = readText(reader, "equals-ignore-case match pattern must be a string");
  return only(reader, only(reader, { kind, text, ignoreCase: true }));
}

function readExists(reader: TokenReader): Matcher {
  const token = reader.next();
  if (token !== "true" && token !== "false") {
    throw reader.error("exists match pattern must be either true or false.");
  }
  return only(reader, { kind: token === "true" ? "exists" : "absent" });
}

function checkedWildcard(reader: TokenReader, text: string): Matcher {
  try {
    readWildcard(text);
  } catch (error) {
    throw error instanceof PatternError ? reader.error(error.message) : error;
  }
  return { kind: "wildcard", text };
}

const lowerBounds = [">", ">="];
const operators = ["=", "<", "<=", ...lowerBounds];

function readBounds(reader: TokenReader): readonly NumericBound[] {
  if (reader.next() !== "string") throw reader.error(`Invalid member in numeric match: ${reader.text()}`);
  const operator = reader.text();
  if (!operators.includes(operator)) {
    reader.next();
    throw reader.error(`Unrecognized numeric range operator: ${operator}`);
  }
  const first = readBound(reader, operator, operator === "=" ? "equals" : operator);
  const token = reader.next();
  if (token === "]") return [first];
  if (!lowerBounds.includes(operator)) throw reader.error("Too many elements in numeric expression");
  if (token !== "string") throw reader.error(`Bad value in numeric range: ${reader.text()}`);
  const upper = reader.text();
  if (upper !== "<" && upper !== "<=") throw reader.error(`Bad numeric range operator: ${upper}`);
  const second = readBound(reader, upper, upper);
  if (reader.next() !== "]") throw reader.error("Too many terms in numeric range expression");
  if (second.value <= first.value) throw reader.error("Bottom must be less than top");
  return [first, second];
}

function readBound(reader: TokenReader, operator: string, title: string): NumericBound {
  if (reader.next() !== "number") throw reader.error(`Value of ${title} must be numeric`);
  const value = Number(reader.text());
  if (!Number.isFinite(value)) throw reader.error(`Cannot compare number : ${reader.text()}`);
  return { operator: operator as NumericBound["operator"], value };
}

type Exclusion = "is" | "equals-ignore-case" | "prefix" | "suffix" | "wildcard";

function readAnythingBut(reader: TokenReader): Matcher {
  let kind: Exclusion = "is";
  let token = reader.next();
  if (token === "{") {
    if (reader.next() !== "name") throw reader.error("Anything-But expression name not found");
    const operator = reader.text();
    if (!["equals-ignore-case", "prefix", "suffix", "wildcard"].includes(operator)) {
      throw reader.error(`Unsupported anything-but pattern: ${operator}`);
    }
    kind = operator as Exclusion;
    token = reader.next();
  }
  if (token !== "[" && token !== "string" && token !== "number") {
    throw reader.error("Value of anything-but must be an array or single string/number value.");
  }
  const none = token === "[" ? readExclusions(reader, kind) : [readExclusion(reader, token, kind, false)];
  const matcher: Matcher = { kind: "anything-but", none };
  const tooMany = "Too many elements in numeric expression";
  return kind === "is" ? only(reader, matcher, tooMany) : only(reader, only(reader, matcher, tooMany), tooMany);
}

function readExclusions(reader: TokenReader, kind: Exclusion): readonly Matcher[] {
  const none: Matcher[] = [];
  const types = new Set<string>();
  try {
    for (let token = reader.next(); token !== "]"; token = reader.next()) {
      none.push(readExclusion(reader, token, kind, true));
      types.add(token);
    }
  } catch (error) {
    // AWS tells the place once more for what is wrong in a list.
    throw error instanceof PatternError ? reader.error(error.message) : error;
  }
  if (kind === "is" && types.size !== 1) {
    const message = "Inside anything but list, either all values are number or string, mixed type is not supported";
    throw reader.error(message);
  }
  return none;
}

function readExclusion(reader: TokenReader, token: Token, kind: Exclusion, isInList: boolean): Matcher {
  if (kind === "is") {
    if (token === "string" || token === "number") return readMatcher(reader, token);
    const list = isInList ? "anything but" : "anything-but";
    throw reader.error(`Inside ${list} list, start|null|boolean is not supported.`);
  }
  if (token !== "string") throw reader.error(wordsForExclusions[kind]);
  const text = reader.text();
  if (kind === "wildcard") return checkedWildcard(reader, text);
  if (kind === "equals-ignore-case") return { kind, text };
  if (text === "") throw reader.error("Null prefix/suffix not allowed");
  return { kind, text, ignoreCase: false };
}

const wordsForExclusions = {
  prefix: "prefix/suffix match pattern must be a string",
  suffix: "prefix/suffix match pattern must be a string",
  wildcard: "wildcard match pattern must be a string",
  "equals-ignore-case": "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
} as const;
