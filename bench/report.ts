/** One measured number of a bench. */
export interface Measurement {
  /** What was measured, in words: `durable commits`. */
  readonly name: string;
  readonly value: number;
  /** `1/s`, `ms`, `MiB`, `x` (a ratio). */
  readonly unit: string;
  /** What it should be: `{ atLeast: 1500 }`. */
  readonly goal?: { readonly atLeast: number } | { readonly atMost: number };
  /** How it was measured, or what it is compared with. */
  readonly note?: string;
}

/**
 * Prints a bench's numbers: a table for people or, with `--json` among the program's arguments, one JSON document
 * `{ bench, node, measurements }`. Every bench ends with this call. Goals that are missed are marked, not failed: a
 * bench is no timed test.
 */
export function report(bench: string, measurements: readonly Measurement[]): void {
  if (process.argv.includes("--json")) {
    console.log(JSON.stringify({ bench, node: process.version, measurements }, undefined, 2));
    return;
  }
  console.log(`\n${bench}\n${formatMeasurements(measurements)}`);
}

/** A table for people. */
export function formatMeasurements(measurements: readonly Measurement[]): string {
  const rows = measurements.map((measured) => [
    measured.name,
    formatNumber(measured.value),
    measured.unit,
    formatGoal(measured),
    measured.note ?? "",
  ]);
  return formatTable([["measured", "value", "unit", "goal", "note"], ...rows]);
}

/** The value below which the share `q` (0 to 1) of the samples lies. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

/** Whether the measurement meets its goal; undefined without one. */
export function meetsGoal({ goal, value }: Measurement): boolean | undefined {
  if (goal === undefined) return undefined;
  return "atLeast" in goal ? value >= goal.atLeast : value <= goal.atMost;
}

function formatGoal(measured: Measurement): string {
  const { goal } = measured;
  if (goal === undefined) return "";
  const wanted = "atLeast" in goal ? `>= ${formatNumber(goal.atLeast)}` : `<= ${formatNumber(goal.atMost)}`;
  return `${wanted} ${meetsGoal(measured) ? "ok" : "MISSED"}`;
}

function formatNumber(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", { minimumFractionDigits: 0, maximumFractionDigits: digits });
}

function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const isNumber = (column: number) => column === 1;
  return rows
    .map((row) =>
      row
        .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
