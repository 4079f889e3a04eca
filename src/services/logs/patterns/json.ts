import type { PatternWithFields } from "./filter-pattern.ts";
import { meets, PatternError, RegexQuota, readDisjunction, Scanner } from "./values.ts";

type Step = { readonly name: string } | { readonly index: number } | { readonly any: "property" | "element" };
type Condition = (root: unknown) => boolean;

/** An unquoted value: letters, digits and what IP addresses, numbers and wildcards need. */
const bareWord = /[\w.*:/@#+-]+/;
const bareName = /[\w@:/#$+-]+/;
const maxWildcardSelectors = 3;

/**
 * Conditions on the fields of messages that are JSON: `{ $.user.id = 1 && $.actions[*] = "GET*" || $.x NOT EXISTS }`.
 * Comparisons hold for strings and numbers only; a selector with `*` holds when it does for any of its values.
 */
export function compileJson(text: string): PatternWithFields {
  const scanner = new Scanner(text);
  if (!text.endsWith("}")) throw new PatternError("If a filter pattern starts with '{' it must end with '}'");
  scanner.expect("{");
  const selectors = new Map<string, readonly Step[]>();
  const quotas = { regex: new RegexQuota(), wildcards: maxWildcardSelectors, selectors };
  const holds = readDisjunction(scanner, () => readCondition(scanner, quotas));
  scanner.expect("}");
  if (!scanner.atEnd) throw scanner.error();
  const read = new Map<string, readonly Step[] | undefined>();
  const stepsOf = (selector: string) => {
    if (!read.has(selector)) read.set(selector, parseSelector(selector));
    return read.get(selector);
  };
  return {
    match(message) {
      const root = parseMessage(message);
      if (root === undefined || !holds(root)) return undefined;
      return {
        values: () => valuesOf(root, selectors),
        field: (selector) => textAt(root, stepsOf(selector)!),
      };
    },
    hasField: (selector) => stepsOf(selector) !== undefined,
  };
}

function valuesOf(root: unknown, selectors: ReadonlyMap<string, readonly Step[]>): Record<string, string> {
  const found = [...selectors].flatMap(([name, steps]) => {
    const value = textAt(root, steps);
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(found);
}

/** Undefined: the text is no selector of one field. */
function parseSelector(text: string): readonly Step[] | undefined {
  const scanner = new Scanner(text);
  try {
    const steps = readSelector(scanner);
    return scanner.atEnd && !steps.some((step) => "any" in step) ? steps : undefined;
  } catch (error) {
    if (error instanceof PatternError) return undefined;
    throw error;
  }
}

function textAt(root: unknown, steps: readonly Step[]): string | undefined {
  const [value] = select(root, steps);
  return isScalar(value) || typeof value === "boolean" ? String(value) : undefined;
}

/** The object or array that a message is, or undefined. */
function parseMessage(message: string): unknown {
  const start = /^\s*[{[]/.test(message);
  if (!start) return undefined;
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

interface Quotas {
  readonly regex: RegexQuota;
  wildcards: number;
  /** The fields that the pattern asks about, by how it writes them. */
  readonly selectors: Map<string, readonly Step[]>;
}

function readCondition(scanner: Scanner, quotas: Quotas, depth = 0): Condition {
  scanner.skipSpace();
  if (scanner.take("(")) {
    if (depth > 50) throw scanner.error();
    const inner = readDisjunction(scanner, () => readCondition(scanner, quotas, depth + 1));
    scanner.expect(")");
    return inner;
  }
  const before = scanner.rest;
  const steps = readSelector(scanner);
  quotas.selectors.set(before.slice(0, before.length - scanner.rest.length).trim(), steps);
  const wildcards = steps.filter((step) => "any" in step).length;
  quotas.wildcards -= Math.min(wildcards, 1);
  if (wildcards > 1 || quotas.wildcards < 0) throw new PatternError("Invalid filter pattern: too many wildcards");
  return readTest(scanner, steps, quotas.regex);
}

function readTest(scanner: Scanner, steps: readonly Step[], quota: RegexQuota): Condition {
  const operator = scanner.operator();
  if (operator !== undefined) {
    const comparison = scanner.comparison(quota, bareWord);
    const ordered = operator !== "=" && operator !== "!=";
    if (ordered && (comparison.type === "regex" || comparison.number === undefined)) throw scanner.error();
    return (root) => select(root, steps).some((value) => isScalar(value) && meets(String(value), operator, comparison));
  }
  const keyword = scanner.match(/(is\s+(null|true|false)|not\s+exists?)(?!\w)/i);
  if (keyword === undefined) throw scanner.error();
  if (/^not/i.test(keyword)) return (root) => select(root, steps).length === 0;
  const wanted: unknown = JSON.parse(/\w+$/.exec(keyword)![0].toLowerCase());
  return (root) => select(root, steps).some((value) => value === wanted);
}

function readSelector(scanner: Scanner): Step[] {
  scanner.expect("$");
  const steps: Step[] = [];
  for (;;) {
    if (scanner.match(/\.?\[/) !== undefined) steps.push(readBracket(scanner));
    else if (scanner.take(".*")) steps.push({ any: "property" });
    else if (scanner.take(".")) steps.push({ name: readName(scanner) });
    else break;
  }
  if (steps.length === 0) throw scanner.error();
  return steps;
}

function readName(scanner: Scanner): string {
  const name = scanner.match(bareName);
  if (name === undefined) throw scanner.error();
  return name;
}

function readBracket(scanner: Scanner): Step {
  scanner.skipSpace();
  const step = readBracketStep(scanner);
  scanner.expect("]");
  return step;
}

function readBracketStep(scanner: Scanner): Step {
  if (scanner.take("*")) return { any: "element" };
  if (scanner.rest.startsWith('"')) return { name: scanner.quoted() };
  if (scanner.rest.startsWith("'")) return { name: scanner.quoted("'") };
  const index = scanner.match(/\d{1,9}(?!\d)/);
  if (index === undefined) throw scanner.error();
  return { index: Number(index) };
}

function select(root: unknown, steps: readonly Step[]): unknown[] {
  let values = [root];
  for (const step of steps) values = values.flatMap((value) => follow(value, step));
  return values;
}

function follow(value: unknown, step: Step): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) {
    if ("index" in step) return step.index < value.length ? [value[step.index]] : [];
    return "any" in step && step.any === "element" ? value : [];
  }
  if ("any" in step) return step.any === "property" ? Object.values(value) : [];
  return "name" in step && Object.hasOwn(value, step.name) ? [(value as Record<string, unknown>)[step.name]] : [];
}

function isScalar(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}
