import { type Aggregate, aggregates, type EventTime, percentile, percentileNames } from "./aggregates.ts";
import type { Command, Expression, Named } from "./ast.ts";
import { type CompileContext, compileExpression, type Evaluator } from "./compile.ts";
import { QueryError } from "./query-error.ts";
import { QueryTooLarge } from "./query-too-large.ts";
import { type FieldName, fieldName, ResultRow, type Row } from "./row.ts";
import { compareInOrder, toText, type Value } from "./values.ts";

/** What is known of one group: the values that it is grouped by, and a state for each function. Plain data. */
export interface Group {
  readonly by: readonly Value[];
  readonly states: unknown[];
}

export type Groups = Map<string, Group>;

interface Call {
  readonly aggregate: Aggregate;
  /** Undefined: every row counts. */
  readonly argument: Evaluator | undefined;
}

const mostGroups = 500_000;

/** The command `stats`: gathers rows in groups, and makes a row of each group. */
export class Stats {
  /** What its rows have, in their order: what it groups by, then its results. */
  readonly names: readonly string[];
  readonly #by: readonly { readonly field: FieldName; readonly evaluate: Evaluator }[];
  readonly #calls: readonly Call[];
  /** Of the row before: neighbours are often of one group. */
  #latest: { readonly groups: Groups; readonly group: Group } | undefined;
  readonly #items: readonly { readonly field: FieldName; readonly evaluate: Evaluator }[];

  constructor(command: Command & { readonly type: "stats" }, context: CompileContext) {
    const calls: Call[] = [];
    const compile = ({ name, expression }: Named) => ({
      ...{ field: fieldName(name), evaluate: compileExpression(expression, context) },
    });
    this.#by = command.by.map(compile);
    this.#items = command.items.map((item) => {
      const before = calls.length;
      const expression = withoutCalls(item.expression, calls, context);
      if (calls.length === before) throw new QueryError("stats needs a function such as count(*)", item);
      return compile({ ...item, expression });
    });
    this.#calls = calls;
    this.names = [...this.#by, ...this.#items].map(({ field }) => field.name);
  }

  /** Counts a row in. Throws `QueryTooLarge`. */
  add(groups: Groups, row: Row, at: EventTime): void {
    const { states } = this.#groupOf(groups, row);
    for (let i = 0; i < states.length; i++) {
      const { aggregate, argument } = this.#calls[i]!;
      const value = argument === undefined ? true : argument(row);
      if (value !== undefined) states[i] = aggregate.add(states[i], value, at);
    }
  }

  #groupOf(groups: Groups, row: Row): Group {
    const by: Value[] = [];
    for (let i = 0; i < this.#by.length; i++) by.push(this.#by[i]!.evaluate(row));
    if (this.#latest?.groups === groups && isEach(by, this.#latest.group.by)) return this.#latest.group;
    const group = this.#groupBy(groups, by);
    this.#latest = { groups, group };
    return group;
  }

  #groupBy(groups: Groups, by: readonly Value[]): Group {
    const key = keyOf(by);
    const known = groups.get(key);
    if (known !== undefined) return known;
    if (groups.size >= mostGroups) throw new QueryTooLarge(`The query has more than ${mostGroups} groups.`);
    const group = { by, states: this.#calls.map(({ aggregate }) => aggregate.empty()) };
    groups.set(key, group);
    return group;
  }

  /** Adds what was gathered elsewhere. Throws `QueryTooLarge`. */
  merge(groups: Groups, more: Groups): void {
    for (const [key, { by, states }] of more) {
      const known = groups.get(key);
      if (known === undefined) {
        if (groups.size >= mostGroups) throw new QueryTooLarge(`The query has more than ${mostGroups} groups.`);
        groups.set(key, { by, states: [...states] });
        continue;
      }
      for (const [i, { aggregate }] of this.#calls.entries()) {
        known.states[i] = aggregate.merge(known.states[i], states[i]);
      }
    }
  }

  /** A row of each group. Without `by` there is one, whatever there was to count. */
  rows(groups: Groups): ResultRow[] {
    const all = [...groups.values()];
    if (this.#by.length === 0 && all.length === 0) {
      all.push({ by: [], states: this.#calls.map(({ aggregate }) => aggregate.empty()) });
    }
    return all.toSorted(compareGroups).map(({ by, states }) => {
      const row = new ResultRow();
      for (const [i, { field }] of this.#by.entries()) row.set(field, by[i]);
      for (const [i, { aggregate }] of this.#calls.entries()) row.set(slotOf(i), aggregate.result(states[i]));
      for (const { field, evaluate } of this.#items) row.set(field, evaluate(row));
      return row;
    });
  }
}

function isEach(a: readonly Value[], b: readonly Value[]): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function keyOf(by: readonly Value[]): string {
  return by.length === 1 ? keyPart(by[0]) : by.map(keyPart).join("\0,");
}

/** A text for each value; quick for times, which are grouped by most. */
function keyPart(value: Value): string {
  if (value instanceof Date) return `\0t${value.getTime()}`;
  const text = toText(value);
  if (text === undefined) return "\0-";
  return text.includes("\0") ? text.replaceAll("\0", "\0\0") : text;
}

/** Without `sort`: the newest time first, then by what else they are grouped by. */
function compareGroups(a: Group, b: Group): number {
  for (const [i, value] of a.by.entries()) {
    const order = compareInOrder(value, b.by[i]) * (value instanceof Date ? -1 : 1);
    if (order !== 0) return order;
  }
  return 0;
}

function slotOf(index: number): FieldName {
  const name = `\0${index}`;
  return { name, path: [name] };
}

/** The expression with a field in place of each call of a function of `stats`. */
function withoutCalls(expression: Expression, calls: Call[], context: CompileContext): Expression {
  const inner = (part: Expression) => withoutCalls(part, calls, context);
  switch (expression.type) {
    case "call": {
      const call = readCall(expression, context);
      if (call === undefined) return { ...expression, args: expression.args.map(inner) };
      const { name } = slotOf(calls.push(call) - 1);
      return { type: "field", name, start: expression.start, end: expression.end };
    }
    case "binary":
      return { ...expression, left: inner(expression.left), right: inner(expression.right) };
    case "unary":
    case "like":
    case "in":
      return { ...expression, item: inner(expression.item) };
    default:
      return expression;
  }
}

function readCall(call: Expression & { readonly type: "call" }, context: CompileContext): Call | undefined {
  const [first, second, third] = call.args;
  if (percentileNames.includes(call.name)) {
    const percent = second?.type === "literal" ? Number(second.value) : Number.NaN;
    if (first === undefined || third !== undefined || !(percent >= 0 && percent <= 100)) {
      throw new QueryError(`${call.name} takes a field and a percentage from 0 to 100`, call);
    }
    return { aggregate: percentile(percent), argument: compileExpression(first, context) };
  }
  const aggregate = aggregates.get(call.name);
  if (aggregate === undefined) return undefined;
  const countsAll = call.name === "count" && (first === undefined || first.type === "all");
  if (call.args.length > 1 || (first === undefined && !countsAll)) {
    throw new QueryError(`${call.name} takes one argument`, call);
  }
  return { aggregate, argument: countsAll ? undefined : compileExpression(first!, context) };
}
