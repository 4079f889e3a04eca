/**
 * How long it takes to find the rules that an event matches, beside the evaluator that the fuzz test was written
 * against, and beside AWS's own matcher (the Java library event-ruler, when ESTIVA_EVENT_RULER is its class path):
 * `node bench/events.ts [--json]`. The bus has 300 rules, AWS's quota; the text of the event
 * is parsed in each case. Times are of the processor: other users of the machine do not count.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "#kernel/clock.ts";
import { type Random, seededRandom } from "#kernel/random.ts";
import { eventsCollections } from "#services/events/index.ts";
import { Publication, type PublishedEvent, type RuleRecord, ruleKey } from "#services/events/model.ts";
import { compilePattern } from "#services/events/pattern/compile.ts";
import { EventFields } from "#services/events/pattern/event.ts";
import { naiveMatches } from "#services/events/pattern/testing/naive.ts";
import { textOf } from "#services/events/publish.ts";
import { createStore, memoryEngine } from "#store/index.ts";
import { type Measurement, report } from "./report.ts";

const world = { account: "000000000000", region: "us-east-1" };
const ruleCount = 300;
const eventCount = 512;
const random = seededRandom(7);

const sources = ["aws.ecs", "aws.ec2", "shop", "billing", "auth", "mail", "search", "stock", "audit", "metrics"];
const types = ["Created", "Changed", "Removed", "Failed"];
const states = ["PENDING", "RUNNING", "STOPPED"];

function pick<T>(from: readonly T[], by: Random = random): T {
  return from[Math.floor(by.float() * from.length)]!;
}

function number(most: number): number {
  return Math.floor(random.float() * most);
}

function pattern(): string {
  const detail: object[] = [
    { state: [pick(states), pick(states)] },
    { total: [{ numeric: [">", number(500), "<=", 500 + number(500)] }] },
    { owner: [{ prefix: `team-${number(20)}` }], state: [{ "anything-but": pick(states) }] },
    { items: { sku: [`sku-${number(50)}`], size: [{ exists: true }] } },
    { path: [{ wildcard: `/data/*/part-${number(9)}*` }], ip: [{ cidr: `10.${number(4)}.0.0/16` }] },
  ];
  // One in twenty leaves the source open: such rules are asked for every event.
  const source = random.float() < 0.95 ? { source: [pick(sources)] } : {};
  return JSON.stringify({ ...source, "detail-type": [pick(types), pick(types)], detail: pick(detail) });
}

function event(i: number): PublishedEvent {
  const items = Array.from({ length: 1 + number(4) }, () => ({ sku: `sku-${number(50)}`, size: number(9) }));
  const detail = {
    ...{ state: pick(states), total: number(1000), owner: `team-${number(20)}-blue`, items, ip: `10.${number(4)}.1.2` },
    ...{
      path: `/data/${number(100)}/part-${number(9)}.json`,
      message: "x".repeat(300),
      nested: { a: [1, 2, 3], b: {} },
    },
  };
  return {
    ...{ ...world, id: `event-${i}`, time: 0, source: pick(sources), detailType: pick(types) },
    ...{ resources: [`arn:aws:ecs:us-east-1:000000000000:task/web/${i}`], detail: JSON.stringify(detail) },
  };
}

const patterns = Array.from({ length: ruleCount }, pattern);
const events = Array.from({ length: eventCount }, (_, i) => event(i));
const texts = events.map(textOf);

/** Microseconds of processor time that one call takes, the least of several rounds. */
function microsecondsEach<T>(inputs: readonly T[], run: (input: T) => unknown, rounds: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const start = process.cpuUsage();
    for (const input of inputs) run(input);
    const { user, system } = process.cpuUsage(start);
    least = Math.min(least, (user + system) / inputs.length);
  }
  return least;
}

/** A bus with all rules, which have no targets: what is measured is the matching. */
async function publication(): Promise<Publication> {
  const clock = systemClock();
  const store = await createStore({ engine: memoryEngine({ clock }), collections: eventsCollections, clock });
  for (const [i, eventPattern] of patterns.entries()) {
    const value: RuleRecord = {
      ...{ ...world, busName: "default", name: `rule-${i}`, eventPattern, state: "ENABLED", targets: [], tags: {} },
      ...{ sources: compilePattern(eventPattern).sources, createdBy: world.account },
    } as RuleRecord;
    await store.commit({ put: [{ key: ruleKey(world, "default", value.name), value }] });
  }
  return new Publication({ store, now: 0, random });
}

/** By AWS's library, and how many matches it found; undefined where it is not there. */
function byEventRuler(): readonly [number, number] | undefined {
  const classPath = process.env.ESTIVA_EVENT_RULER;
  if (classPath === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "estiva-bench-"));
  const input = join(folder, "input.json");
  writeFileSync(input, JSON.stringify({ patterns, events: texts }));
  const program = join(import.meta.dirname, "support/EventRuler.java");
  const output = execFileSync("java", ["-cp", classPath, program, input], { encoding: "utf8" });
  rmSync(folder, { recursive: true });
  const [micros, matches] = output.trim().split(" ").map(Number);
  return [micros!, matches!];
}

const bus = { ...world, name: "default" };
const published = await publication();
const ours = microsecondsEach(events, (sent) => published.add(bus, sent), 60);
const compiled = patterns.map(compilePattern);
const matching = (text: string) => {
  const fields = new EventFields(JSON.parse(text));
  return compiled.filter((one) => one.matches(fields)).length;
};
const everyRule = microsecondsEach(texts, matching, 30);
const one = microsecondsEach(texts, (text) => compiled[0]!.matches(new EventFields(JSON.parse(text))), 60);
const naive = microsecondsEach(
  texts.slice(0, 32),
  (text) => patterns.filter((each) => naiveMatches(each, JSON.parse(text))),
  2,
);
const found = texts.reduce((sum, text) => sum + matching(text), 0);
const compiling = microsecondsEach(patterns, compilePattern, 20);
const java = byEventRuler();
if (java !== undefined && java[1] !== found) throw new Error(`event-ruler found ${java[1]} matches, we ${found}`);

const bytes = Math.round(texts.reduce((sum, { length }) => sum + length, 0) / eventCount);
const about = `${ruleCount} rules, ${bytes} bytes`;
const measurements: Measurement[] = [
  { name: "an event sent to a bus", value: ours, unit: "us", goal: { atMost: 100 }, note: about },
  { name: "an event asked of every rule", value: everyRule, unit: "us", note: "without the index by source" },
  { name: "an event asked of one rule", value: one, unit: "us" },
  { name: "a pattern compiled", value: compiling, unit: "us", note: "once for each pattern" },
  { name: "by the fuzz test's evaluator", value: naive, unit: "us", note: "every rule" },
];
if (java !== undefined)
  measurements.push({
    name: "by AWS's event-ruler",
    value: java[0],
    unit: "us",
    note: "Java, all rules in one machine",
  });
report("events", measurements);
