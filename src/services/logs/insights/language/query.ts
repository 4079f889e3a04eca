import type { Command, Expression, SortKey } from "./ast.ts";
import { onColumns } from "./columns.ts";
import { type CompileContext, compileExpression, type Evaluator } from "./compile.ts";
import { compileExtraction } from "./extract.ts";
import { type Clue, cluesOf } from "./needle.ts";
import { parseQuery } from "./parse.ts";
import { QueryError } from "./query-error.ts";
import { type FieldName, fieldName, type Row } from "./row.ts";
import { Stats } from "./stats.ts";
import { isTrue } from "./values.ts";

/** What is done to each event, in turn. False: the event is left out. */
export type Step = (row: Row) => boolean;

interface QueryBase {
  readonly steps: readonly Step[];
  /** An event that matches has something of each in its message. */
  readonly clues: readonly Clue[];
  /** Whether every event goes in: then what cannot be among the results need not be looked at. */
  readonly takesAll: boolean;
}

/** Events themselves are the results: the first of an order. */
export interface EventQuery extends QueryBase {
  readonly kind: "events";
  readonly order: readonly OrderKey[];
  /** The order is by `@timestamp`, descending, and nothing else. */
  readonly isNewestFirst: boolean;
  /** Of events with the same values in these fields the first is given. */
  readonly dedup: readonly FieldName[] | undefined;
  readonly limit: number;
  /** What results show. */
  readonly visible: readonly FieldName[];
}

/** Groups of events are counted, and commands follow that work on the rows of the groups. */
export interface StatsQuery extends QueryBase {
  readonly kind: "stats";
  readonly stats: Stats;
  readonly rest: readonly Command[];
  readonly limit: number;
}

export type CompiledQuery = EventQuery | StatsQuery;

export interface OrderKey {
  readonly evaluate: Evaluator;
  readonly isDescending: boolean;
}

export interface QueryOptions extends CompileContext {
  /** Of StartQuery. */
  readonly limit?: number | undefined;
}

/** Results when neither the query nor StartQuery says how many. */
const defaultLimit = 10_000;
const mostResults = 100_000;
const defaultFields = ["@timestamp", "@message"];

/** Reads a query and makes functions of it. Throws a `QueryError`. */
export function compileQuery(source: string, options: QueryOptions): CompiledQuery {
  const commands = parseQuery(source);
  const at = commands.findIndex(({ type }) => type === "stats");
  return at < 0 ? compileEvents(commands, options) : compileStats(commands, at, options);
}

function compileStats(commands: readonly Command[], at: number, options: QueryOptions): StatsQuery {
  const before = commands.slice(0, at);
  const last = commands.findLastIndex(({ type }) => type === "stats");
  for (const command of commands.slice(0, last)) {
    if (command.type === "limit" || command.type === "dedup" || (command.type === "sort" && at < last)) {
      throw new QueryError(`${command.type} must stand behind the last stats`, command);
    }
  }
  const first = commands[at] as Command & { type: "stats" };
  const rest = onColumns(first, commands.slice(at + 1));
  checkRows(rest.slice(last - at), options);
  const stats = new Stats(first, options);
  return { kind: "stats", ...baseOf(before, options), stats, rest, limit: options.limit ?? defaultLimit };
}

/** Nothing but `limit` may come behind `dedup`. */
function checkDedup(commands: readonly Command[]): void {
  const dedup = commands.findIndex(({ type }) => type === "dedup");
  const wrong = dedup < 0 ? undefined : commands.slice(dedup + 1).find(({ type }) => type !== "limit");
  if (wrong !== undefined) throw new QueryError(`only limit can stand behind dedup, not ${wrong.type}`, wrong);
}

/** Commands on rows that are there already: what is wrong with them is said before anything is read. */
function checkRows(commands: readonly Command[], options: QueryOptions): void {
  checkDedup(commands);
  for (const command of commands) {
    for (const expression of expressionsOf(command)) compileExpression(expression, options);
    if (command.type === "parse") compileExtraction(command);
  }
}

function expressionsOf(command: Command): readonly Expression[] {
  switch (command.type) {
    case "fields":
    case "display":
      return command.items.map(({ expression }) => expression);
    case "filter":
      return [command.condition];
    case "sort":
      return command.keys.map(({ expression }) => expression);
    default:
      return [];
  }
}

function compileEvents(commands: readonly Command[], options: QueryOptions): EventQuery {
  checkDedup(commands);
  const limit = commands.find(({ type }) => type === "limit");
  for (const command of limit === undefined ? [] : commands.slice(commands.indexOf(limit) + 1)) {
    if (command.type === "filter" || command.type === "sort" || command.type === "dedup") {
      throw new QueryError(`${command.type} must stand before limit`, command);
    }
  }
  const limits = commands.flatMap((command) => (command.type === "limit" ? [command.count] : []));
  const own = limits.length === 0 ? undefined : Math.min(...limits);
  const given = options.limit ?? (own === undefined ? defaultLimit : mostResults);
  const sort = commands.findLast((command) => command.type === "sort");
  const keys = sort?.keys ?? newestFirst;
  const dedup = commands.find((command) => command.type === "dedup");
  return {
    kind: "events",
    ...baseOf(commands, options),
    order: orderOf(keys, options),
    isNewestFirst: keys.length === 1 && keys[0]!.isDescending && isTimestamp(keys[0]!.expression),
    dedup: dedup?.fields.map(fieldName),
    limit: Math.min(own ?? given, given),
    visible: visibleNames(commands).map(fieldName),
  };
}

const newestFirst: readonly SortKey[] = [
  { expression: { type: "field", name: "@timestamp", start: 0, end: 0 }, isDescending: true },
];

function isTimestamp(expression: Expression): boolean {
  return expression.type === "field" && expression.name === "@timestamp";
}

export function orderOf(keys: readonly SortKey[], context: CompileContext): OrderKey[] {
  return keys.map(({ expression, isDescending }) => ({
    ...{ evaluate: compileExpression(expression, context), isDescending },
  }));
}

function baseOf(commands: readonly Command[], context: CompileContext): QueryBase {
  return {
    steps: commands.flatMap((command) => stepsOf(command, context)),
    clues: cluesOf(commands),
    takesAll: !commands.some(({ type }) => type === "filter" || type === "dedup"),
  };
}

/** What a command does to one row by itself. */
export function stepsOf(command: Command, context: CompileContext): Step[] {
  switch (command.type) {
    case "filter": {
      const holds = compileExpression(command.condition, context);
      return [(row) => isTrue(holds(row))];
    }
    case "parse": {
      const { apply } = compileExtraction(command);
      return [alwaysAfter(apply)];
    }
    case "fields":
    case "display":
      return command.items.flatMap(({ name, expression }) => {
        if (expression.type === "field" && expression.name === name) return [];
        const [field, evaluate] = [fieldName(name), compileExpression(expression, context)];
        return [alwaysAfter((row) => row.set(field, evaluate(row)))];
      });
    default:
      return [];
  }
}

function alwaysAfter(apply: (row: Row) => void): Step {
  return (row) => {
    apply(row);
    return true;
  };
}

/**
 * What results show: the fields of all `fields` and `parse`, or those of the last `display` and of what comes behind
 * it. `before` are shown already.
 */
export function visibleNames(commands: readonly Command[], before?: readonly string[]): readonly string[] {
  let names = new Set(before);
  let isChosen = before !== undefined;
  for (const command of commands) {
    if (command.type === "display") names = new Set();
    if (command.type === "display" || command.type === "fields") {
      isChosen = true;
      for (const { name } of command.items) names.add(name);
    } else if (command.type === "parse") {
      for (const name of compileExtraction(command).names) names.add(name);
    }
  }
  return isChosen ? [...names] : [...new Set([...defaultFields, ...names])];
}
