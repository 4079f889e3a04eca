import { compileRegex, RegexError } from "#kernel/regex/regex.ts";
import type { BinaryOperator, Expression, Pattern } from "./ast.ts";
import { arithmetic, calculate, scalarFunctions } from "./functions.ts";
import { QueryError } from "./query-error.ts";
import { fieldName, type Row } from "./row.ts";
import { ceilTime, floorTime } from "./time.ts";
import { compareValues, isSame, isTrue, toNumber, toText, type Value } from "./values.ts";

export type Evaluator = (row: Row) => Value;

export interface CompileContext {
  /** When the query was started, in milliseconds since the epoch: what `now()` says throughout. */
  readonly now: number;
}

/** An expression as a function of rows. Throws a `QueryError`. */
export function compileExpression(expression: Expression, context: CompileContext): Evaluator {
  const compile = (part: Expression) => compileExpression(part, context);
  switch (expression.type) {
    case "literal": {
      const { value } = expression;
      return () => value;
    }
    case "field": {
      const field = fieldName(expression.name);
      return (row) => row.get(field);
    }
    case "unary": {
      const item = compile(expression.item);
      if (expression.operator === "not") return (row) => !isTrue(item(row));
      return (row) => calculate(arithmetic["-"]!, 0, item(row));
    }
    case "binary":
      return compileBinary(expression.operator, compile(expression.left), compile(expression.right));
    case "like": {
      const item = compile(expression.item);
      const matches = compilePattern(expression.pattern);
      return (row) => {
        const text = toText(item(row));
        return text !== undefined && matches(text);
      };
    }
    case "in": {
      const item = compile(expression.item);
      const list = expression.list.map(compile);
      return (row) => {
        const value = item(row);
        return list.some((each) => isSame(value, each(row)));
      };
    }
    case "call":
      return compileCall(expression, context);
    case "duration":
      throw new QueryError("a period can stand in bin, datefloor and dateceil only", expression);
    case "all":
      throw new QueryError("* can stand in count(*) only", expression);
  }
}

function compileBinary(operator: BinaryOperator, left: Evaluator, right: Evaluator): Evaluator {
  const compared = (holds: (order: number) => boolean): Evaluator => {
    return (row) => {
      const order = compareValues(left(row), right(row));
      return order !== undefined && holds(order);
    };
  };
  switch (operator) {
    case "and":
      return (row) => isTrue(left(row)) && isTrue(right(row));
    case "or":
      return (row) => isTrue(left(row)) || isTrue(right(row));
    case "=":
      return (row) => isSame(left(row), right(row));
    case "!=":
      return (row) => !isSame(left(row), right(row));
    case "<":
      return compared((order) => order < 0);
    case "<=":
      return compared((order) => order <= 0);
    case ">":
      return compared((order) => order > 0);
    case ">=":
      return compared((order) => order >= 0);
    default: {
      const operate = arithmetic[operator]!;
      return (row) => calculate(operate, left(row), right(row));
    }
  }
}

/** Whether a text is in another one, or an expression matches in it; in linear time. Throws a `QueryError`. */
function compilePattern(pattern: Pattern): (text: string) => boolean {
  if (pattern.kind === "text") return (text) => text.includes(pattern.text);
  try {
    const regex = compileRegex(pattern.text);
    return (text) => regex.test(text);
  } catch (error) {
    if (error instanceof RegexError) throw new QueryError(`invalid regular expression: ${error.message}`, pattern);
    throw error;
  }
}

type Call = Expression & { readonly type: "call" };
const timestamp = fieldName("@timestamp");
const roundings = new Map([
  ["bin", floorTime],
  ["datefloor", floorTime],
  ["dateceil", ceilTime],
]);

function compileCall(call: Call, context: CompileContext): Evaluator {
  const rounding = roundings.get(call.name);
  if (rounding !== undefined) {
    const time = call.name === "bin" ? undefined : call.args[0];
    const period = call.args[time === undefined ? 0 : 1];
    if (period?.type !== "duration" || call.args.length !== (time === undefined ? 1 : 2)) {
      throw new QueryError(`invalid arguments of ${call.name}: it takes a period such as 5m`, call);
    }
    const of: Evaluator = time === undefined ? (row) => row.get(timestamp) : compileExpression(time, context);
    let latest = new Date(Number.NaN);
    return (row) => {
      const ms = toNumber(of(row));
      if (ms === undefined) return undefined;
      const rounded = rounding(ms, period);
      // Neighbours are mostly of one period: the same object says so at once.
      if (latest.getTime() !== rounded) latest = new Date(rounded);
      return latest;
    };
  }
  if (call.name === "now" && call.args.length === 0) return () => Math.floor(context.now / 1000);
  const known = Object.hasOwn(scalarFunctions, call.name) ? scalarFunctions[call.name]! : undefined;
  if (known === undefined) throw new QueryError(`unknown function ${call.name}`, call);
  const [least, most] = known.arity;
  if (call.args.length < least || call.args.length > most) {
    throw new QueryError(`invalid number of arguments of ${call.name}: ${call.args.length}`, call);
  }
  const args = call.args.map((each) => compileExpression(each, context));
  const [first, second] = args;
  if (args.length === 1) return (row) => known.apply(first!(row));
  if (args.length === 2) return (row) => known.apply(first!(row), second!(row));
  return (row) => known.apply(...args.map((each) => each(row)));
}
