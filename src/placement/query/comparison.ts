import { compileRegex, type Regex, RegexError } from "#kernel/regex/regex.ts";
import type { Condition, QuerySubject } from "./query.ts";
import { invalidExpression } from "./scanner.ts";

/** Each operator by its name, and how it may be written. */
export const operators = {
  equals: ["==", "equals"],
  not_equals: ["!=", "not_equals"],
  greater_than: [">", "greater_than"],
  greater_than_equal: [">=", "greater_than_equal"],
  less_than: ["<", "less_than"],
  less_than_equal: ["<=", "less_than_equal"],
  exists: ["exists"],
  not_exists: ["!exists", "not_exists"],
  in: ["in"],
  not_in: ["!in", "not_in"],
  matches: ["=~", "matches"],
  not_matches: ["!~", "not_matches"],
} as const;
export type Operator = keyof typeof operators;

const texts: readonly Operator[] = ["equals", "not_equals", "in", "not_in", "matches", "not_matches"];
const ordered: readonly Operator[] = [
  "equals",
  "not_equals",
  "greater_than",
  "greater_than_equal",
  "less_than",
  "less_than_equal",
];

/** How the values of a subject are ordered; undefined for what cannot be such a value. */
type Order = (a: string, b: string) => number;

interface Field {
  readonly operators: readonly Operator[];
  /** What an argument has to look like. */
  readonly argument?: RegExp;
  readonly order?: Order;
  read(subject: QuerySubject): string | undefined;
}

const dateFormat = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)?)?$/;

/** The subjects that are fields of a container instance, with the operators that AWS lists for each. */
const fields: Readonly<Record<string, Field>> = {
  agentConnected: { operators: texts, read: (subject) => String(subject.agentConnected) },
  agentVersion: { operators: ordered, order: byVersion, read: (subject) => subject.agentVersion },
  ec2InstanceId: { operators: texts, read: (subject) => subject.ec2InstanceId },
  registeredAt: {
    operators: ordered,
    argument: dateFormat,
    order: (a, b) => secondsOf(a) - secondsOf(b),
    read: ({ registeredAt }) => (registeredAt === undefined ? undefined : new Date(registeredAt).toISOString()),
  },
  runningTasksCount: {
    operators: ordered,
    argument: /^\d+$/,
    order: (a, b) => Number(a) - Number(b),
    read: (subject) => String(subject.runningTasksCount),
  },
};

/** What `subject operator [arguments]` asks. Throws `InvalidParameterException`; `source` is for its message. */
export function condition(source: string, subject: string, operator: Operator, args: readonly string[]): Condition {
  const fail = (problem: string) => invalidExpression(source, problem);
  if (subject === "task:group") {
    return { readsTasks: true, test: testGroups(operator, args, matcher(operator, args, byNature, fail)) };
  }
  const [kind, name] = [subject.slice(0, subject.indexOf(":") + 1), subject.slice(subject.indexOf(":") + 1)];
  if (kind === "attribute:" && name !== "") {
    return { readsTasks: false, test: testAttribute(name, operator, matcher(operator, args, byNature, fail)) };
  }
  const field = Object.hasOwn(fields, subject) ? fields[subject] : undefined;
  if (field === undefined) throw fail(`'${subject}' is not a subject`);
  if (!field.operators.includes(operator)) throw fail(`'${operator}' does not go with '${subject}'`);
  const odd = args.find((argument) => field.argument?.test(argument) === false);
  if (odd !== undefined || (subject === "registeredAt" && Number.isNaN(secondsOf(args[0]!)))) {
    throw fail(`'${odd ?? args[0]}' is no value of '${subject}'`);
  }
  const matches = matcher(operator, args, field.order ?? byNature, fail);
  const wanted = !operator.startsWith("not_");
  const test = (about: QuerySubject): boolean => {
    const value = field.read(about);
    return value !== undefined && matches(value) === wanted;
  };
  return { readsTasks: subject === "runningTasksCount", test };
}

/** An instance without the attribute meets `not_exists` and nothing else, as AWS's example of `!=` has it. */
function testAttribute(name: string, operator: Operator, matches: (value: string) => boolean): Condition["test"] {
  if (operator === "exists") return (about) => about.attribute(name) !== undefined;
  if (operator === "not_exists") return (about) => about.attribute(name) === undefined;
  const wanted = !operator.startsWith("not_");
  return (about) => {
    const value = about.attribute(name);
    return value !== undefined && matches(value) === wanted;
  };
}

/** Of the groups of the tasks on an instance: one that fits, or with the negative operators none that fits. */
function testGroups(operator: Operator, args: readonly string[], matches: (value: string) => boolean) {
  const wanted = !operator.startsWith("not_");
  const found = (about: QuerySubject): boolean => {
    if (operator === "exists" || operator === "not_exists") return about.runningTasksCount > 0;
    if (exact.has(operator)) return args.some((group) => about.hasTaskOf(group));
    for (const group of about.taskGroups()) if (matches(group)) return true;
    return false;
  };
  return (about: QuerySubject): boolean => found(about) === wanted;
}

const exact: ReadonlySet<Operator> = new Set(["equals", "not_equals", "in", "not_in"]);

/** Whether a value fits the positive form of the operator: `not_in` asks the same as `in`. */
function matcher(
  operator: Operator,
  args: readonly string[],
  order: Order,
  fail: (problem: string) => Error,
): (value: string) => boolean {
  const first = args[0] ?? "";
  switch (operator) {
    case "matches":
    case "not_matches": {
      const regex = readPattern(first, fail);
      return (value) => regex.test(value);
    }
    case "greater_than":
      return (value) => order(value, first) > 0;
    case "greater_than_equal":
      return (value) => order(value, first) >= 0;
    case "less_than":
      return (value) => order(value, first) < 0;
    case "less_than_equal":
      return (value) => order(value, first) <= 0;
    default: {
      // Dates and versions have more than one spelling; other values are the same when their texts are.
      if (order === byNature) return (value) => args.includes(value);
      return (value) => args.some((argument) => order(value, argument) === 0);
    }
  }
}

/**
 * A Java pattern, which must fit the value from end to end. What a linear engine cannot do (look-around, back
 * references, possessive quantifiers) is refused.
 */
function readPattern(source: string, fail: (problem: string) => Error): Regex {
  try {
    compileRegex(source); // Alone first: `a)(b` is no expression, though it is one in parentheses.
    return compileRegex(`^(?:${source})$`);
  } catch (error) {
    if (error instanceof RegexError) throw fail(`the pattern '${source}' cannot be used: ${error.message}`);
    throw error;
  }
}

const numeric = /^-?\d+(?:\.\d+)?$/;

/** Numbers by their size, everything else by its characters. */
function byNature(a: string, b: string): number {
  if (numeric.test(a) && numeric.test(b)) return Number(a) - Number(b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `1.9.0` comes before `1.14.5`. */
function byVersion(a: string, b: string): number {
  const [x, y] = [a.split("."), b.split(".")];
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const difference = byNature(x[i] ?? "0", y[i] ?? "0");
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A date without a time is its first second; without a zone it is UTC. */
function secondsOf(text: string): number {
  const zoned = /T.*(?:Z|[+-]\d\d:\d\d)$/.test(text) ? text : text.includes("T") ? `${text}Z` : `${text}T00:00:00Z`;
  return Math.floor(Date.parse(zoned) / 1000);
}
