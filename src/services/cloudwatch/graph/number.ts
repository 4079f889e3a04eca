const prefixes: readonly (readonly [size: number, prefix: string])[] = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

/** `1.5k`: with so many digits that count, at most. */
export function shortNumber(value: number, digits = 6): string {
  const [size, prefix] = prefixes.find(([each]) => Math.abs(value) >= each * (1 - 1e-9)) ?? [1, ""];
  const number = Number((value / size).toPrecision(digits));
  // Never as 1e+3: what is that large has a prefix.
  return `${Math.abs(number) >= 1e6 ? Math.round(number) : number}${prefix}`;
}

/** What stands behind a number of a unit of CloudWatch. */
const suffixes: Readonly<Record<string, string>> = {
  ...{ Percent: "%", Seconds: " s", Milliseconds: " ms", Microseconds: " µs" },
  ...{ Bytes: "B", Kilobytes: "kB", Megabytes: "MB", Gigabytes: "GB", Terabytes: "TB" },
  ...{ Bits: "b", Kilobits: "kb", Megabits: "Mb", Gigabits: "Gb", Terabits: "Tb" },
  ...{ "Count/Second": "/s", "Bytes/Second": "B/s", "Bits/Second": "b/s" },
};

export function suffixOf(unit: string | undefined): string {
  return unit === undefined ? "" : (suffixes[unit] ?? "");
}

/** What CloudWatch writes at an axis whose metrics have these units. */
export function unitLabel(units: ReadonlySet<string | undefined>): string {
  const [first] = units;
  if (units.size > 1) return "Various units";
  return first === undefined || first === "None" ? "No unit" : first;
}
