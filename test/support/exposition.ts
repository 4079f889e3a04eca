import assert from "node:assert/strict";

/** A sample as it was read. */
export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Exposition {
  readonly samples: readonly ReadSample[];
  /** By the names of families. */
  readonly types: ReadonlyMap<string, string>;
  readonly helps: ReadonlyMap<string, string>;
}

const nameOf = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const sampleLine = new RegExp(`^(${nameOf})(?:\\{(.*)\\})? (NaN|[+-]Inf|-?[0-9.e+-]+)$`);
const labelPattern = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;
const endings: Readonly<Record<string, RegExp>> = {
  counter: /^_total$/,
  gauge: /^$/,
  histogram: /^_(bucket|sum|count)$/,
};

/**
 * Reads the text format of Prometheus, or OpenMetrics, as strictly as their descriptions are: each family has its HELP
 * and TYPE before its samples, all its samples stand together, and no sample is there twice.
 */
export function parseExposition(text: string, { isOpenMetrics = false } = {}): Exposition {
  assert.ok(text.endsWith("\n"), "the last line ends");
  const lines = text.slice(0, -1).split("\n");
  if (isOpenMetrics) assert.equal(lines.pop(), "# EOF");
  const read = { samples: [] as ReadSample[], types: new Map<string, string>(), helps: new Map<string, string>() };
  const seen = new Set<string>();
  let family = "";
  for (const line of lines) {
    const comment = new RegExp(`^# (HELP|TYPE) (${nameOf}) (.*)$`).exec(line);
    if (comment) {
      const [, kind, name, rest] = comment as unknown as [string, string, string, string];
      const of = kind === "HELP" ? read.helps : read.types;
      assert.ok(!of.has(name), `${name} has one ${kind}`);
      of.set(name, rest);
      family = name;
      continue;
    }
    const [, name, labels, value] = (sampleLine.exec(line) ?? assert.fail(`no sample: ${line}`)) as unknown as string[];
    const type = read.types.get(family);
    const base = !isOpenMetrics && type === "counter" ? family.replace(/_total$/, "") : family;
    assert.ok(name!.startsWith(base) && endings[type!]!.test(name!.slice(base.length)), `${name} is not of ${family}`);
    const sample = { name: name!, labels: parseLabels(labels ?? ""), value: Number(value!.replace("Inf", "Infinity")) };
    const identity = JSON.stringify([name, Object.entries(sample.labels).toSorted()]);
    assert.ok(!seen.has(identity), `twice: ${identity}`);
    seen.add(identity);
    read.samples.push(sample);
  }
  return read;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  const pattern = new RegExp(labelPattern);
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text) ?? assert.fail(`no labels: ${text}`);
    assert.ok(!(match[1]! in labels), `${match[1]} is there twice`);
    labels[match[1]!] = match[2]!.replace(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));
  }
  return labels;
}
