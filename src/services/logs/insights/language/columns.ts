import { isAggregate } from "./aggregates.ts";
import type { Command, Expression, Named } from "./ast.ts";

type Stats = Command & { readonly type: "stats" };
/** What an expression says -> the column that has it. */
type Columns = ReadonlyMap<string, string>;

/**
 * The commands behind `stats`, in which what it groups by and its results are columns: `sort count(*)`, `sort bin(5m)`.
 */
export function onColumns(stats: Stats, rest: readonly Command[]): readonly Command[] {
  let columns = columnsOf(stats);
  return rest.map((command) => {
    const own = columns;
    if (command.type !== "stats") return withColumns(command, own);
    columns = columnsOf(command);
    return {
      ...command,
      by: command.by.map((item) => named(item, own)),
      items: command.items.map((item) => ({ ...item, expression: inArguments(item.expression, own) })),
    };
  });
}

function columnsOf({ by, items }: Stats): Columns {
  return new Map([...by, ...items].map(({ name, expression }) => [keyOf(expression), name]));
}

function withColumns(command: Exclude<Command, Stats>, columns: Columns): Command {
  switch (command.type) {
    case "fields":
    case "display":
      return { ...command, items: command.items.map((item) => named(item, columns)) };
    case "filter":
      return { ...command, condition: replaced(command.condition, columns) };
    case "sort": {
      const keys = command.keys.map((key) => ({ ...key, expression: replaced(key.expression, columns) }));
      return { ...command, keys };
    }
    default:
      return command;
  }
}

function named(item: Named, columns: Columns): Named {
  return { ...item, expression: replaced(item.expression, columns) };
}

function replaced(expression: Expression, columns: Columns): Expression {
  const name = columns.get(keyOf(expression));
  if (name !== undefined) return { type: "field", name, start: expression.start, end: expression.end };
  return inParts(expression, (part) => replaced(part, columns));
}

/** Functions of a further `stats` are of the rows before it: columns are what they are given. */
function inArguments(expression: Expression, columns: Columns): Expression {
  if (expression.type === "call" && isAggregate(expression.name)) {
    return { ...expression, args: expression.args.map((part) => replaced(part, columns)) };
  }
  return inParts(expression, (part) => inArguments(part, columns));
}

function inParts(expression: Expression, change: (part: Expression) => Expression): Expression {
  switch (expression.type) {
    case "call":
      return { ...expression, args: expression.args.map(change) };
    case "binary":
      return { ...expression, left: change(expression.left), right: change(expression.right) };
    case "in":
      return { ...expression, item: change(expression.item), list: expression.list.map(change) };
    case "unary":
    case "like":
      return { ...expression, item: change(expression.item) };
    default:
      return expression;
  }
}

/** The same for the same expression, wherever it stands. */
function keyOf(expression: Expression): string {
  return JSON.stringify(expression, (name, value) => (name === "start" || name === "end" ? undefined : value));
}
