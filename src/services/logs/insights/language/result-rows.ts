import type { Command } from "./ast.ts";
import type { CompileContext } from "./compile.ts";
import { type OrderKey, orderOf, stepsOf, visibleNames } from "./query.ts";
import { fieldName, type ResultRow } from "./row.ts";
import { type Groups, Stats } from "./stats.ts";
import { compareInOrder, toText, type Value } from "./values.ts";

export interface ResultRows {
  readonly rows: readonly ResultRow[];
  /** What they show. */
  readonly names: readonly string[];
}

/** The commands that come behind the first `stats`, on its rows, which are all in memory. */
export function runOnRows(start: ResultRows, commands: readonly Command[], context: CompileContext): ResultRows {
  return commands.reduce((before, command) => runCommand(before, command, context), start);
}

function runCommand({ rows, names }: ResultRows, command: Command, context: CompileContext): ResultRows {
  switch (command.type) {
    case "limit":
      return { rows: rows.slice(0, command.count), names };
    case "sort": {
      const order = orderOf(command.keys, context);
      const keyed = rows.map((row) => ({ row, keys: order.map(({ evaluate }) => evaluate(row)) }));
      return { rows: keyed.toSorted((a, b) => compareKeys(order, a.keys, b.keys)).map(({ row }) => row), names };
    }
    case "dedup": {
      const fields = command.fields.map(fieldName);
      const seen = new Set<string>();
      return { rows: rows.filter((row) => isFirst(seen, dedupKey(fields.map((field) => row.get(field))))), names };
    }
    case "stats": {
      const stats = new Stats(command, context);
      const groups: Groups = new Map();
      for (const [sequence, row] of rows.entries()) stats.add(groups, row, { time: 0, sequence });
      return { rows: stats.rows(groups), names: stats.names };
    }
    default: {
      const steps = stepsOf(command, context);
      const kept = rows.filter((row) => steps.every((step) => step(row)));
      return { rows: kept, names: visibleNames([command], names) };
    }
  }
}

/** What `dedup` tells rows apart by; undefined: a field has no value, and the row stays. */
export function dedupKey(values: readonly Value[]): string | undefined {
  const texts = values.map(toText);
  return texts.includes(undefined) ? undefined : JSON.stringify(texts);
}

/** Whether no row before had this key, which is seen from now on. */
export function isFirst(seen: Set<string>, key: string | undefined): boolean {
  if (key === undefined) return true;
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

/** Less than zero: what has the keys `a` comes first. */
export function compareKeys(
  order: readonly Pick<OrderKey, "isDescending">[],
  a: readonly Value[],
  b: readonly Value[],
) {
  for (const [i, { isDescending }] of order.entries()) {
    const found = compareInOrder(a[i], b[i]);
    if (found !== 0) return isDescending ? -found : found;
  }
  return 0;
}
