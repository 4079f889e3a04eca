/**
 * The storage of metrics: 10,000 series at one point a minute. What a point costs of a core and of the disk, beside
 * SQLite's own table of the same points; and a year of one series read back.
 */
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { silentLog } from "#kernel/controller.ts";
import { seededRandom } from "#kernel/random.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { diskFiles } from "#platform/disk-files.ts";
import { valuePoint } from "#services/cloudwatch/metrics/point.ts";
import type { SeriesName } from "#services/cloudwatch/metrics/series.ts";
import { MetricStorage, type Sample } from "#services/cloudwatch/metrics/storage.ts";
import { type Measurement, report } from "./report.ts";

const seriesCount = 10_000;
const minutes = 240;
const day = 86_400;
const start = Date.UTC(2026, 0, 1) / 1000;

function nameOf(i: number): SeriesName {
  const dimensions = [
    { name: "ClusterName", value: "bench" },
    { name: "ServiceName", value: `service-${i}` },
  ];
  const world = { account: "000000000000", region: "us-east-1" };
  return { ...world, namespace: "AWS/ECS", metricName: "CPUUtilization", dimensions, unit: "Percent" };
}

/** Percentages with four decimals that wander, as a service's CPU does. */
function* load(random: ReturnType<typeof seededRandom>): Generator<number> {
  for (let value = 30; ; value = Math.min(Math.max(value + (random.float() - 0.5) * 8, 0), 100)) {
    yield Math.round(value * 10_000) / 10_000;
  }
}

async function sizeOf(dir: string, prefix: string): Promise<number> {
  const names = (await readdir(dir)).filter((name) => name.startsWith(prefix));
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(dir, name))).size));
  return sizes.reduce((sum, each) => sum + each, 0);
}

const root = await mkdtemp(join(tmpdir(), "estiva-bench-metrics-"));
const measurements: Measurement[] = [];
try {
  const random = seededRandom(1);
  const names = Array.from({ length: seriesCount }, (_, i) => nameOf(i));
  const loads = names.map(() => load(random));
  const clock = new VirtualClock(start * 1000);
  const storage = await MetricStorage.open({ files: diskFiles(root), clock, log: silentLog });
  const database = new DatabaseSync(join(root, "reference.sqlite"));
  database.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE point (series, time, value)");
  const insert = database.prepare("INSERT INTO point VALUES (?, ?, ?)");
  let ours = 0;
  let reference = 0;
  for (let minute = 0; minute < minutes; minute++) {
    const time = start + minute * 60;
    const values = loads.map((each) => each.next().value as number);
    const samples = values.map(
      (value, i): Sample => ({ name: names[i]!, point: valuePoint(time, value), isHighResolution: false }),
    );
    let cpu = process.cpuUsage();
    await storage.append(samples);
    ours += spent(cpu);
    cpu = process.cpuUsage();
    database.exec("BEGIN");
    for (const [i, value] of values.entries()) insert.run(i, time, value);
    database.exec("COMMIT");
    reference += spent(cpu);
    await clock.advance(60_000);
  }
  const cpu = process.cpuUsage();
  await storage.append([]);
  ours += spent(cpu);
  database.close();
  const points = seriesCount * minutes;
  const share = (ours / (minutes * 60e6)) * 100;
  measurements.push(
    { name: "processor time of 10,000 series a minute", value: share, unit: "% of a core", goal: { atMost: 1 } },
    { name: "a point", value: ours / points, unit: "us" },
    { name: "a point, by SQLite's", value: ours / reference, unit: "x", note: "a table without an index" },
    {
      name: "on disk, minutes",
      value: (await sizeOf(join(root, "metrics"), "block-60-")) / points,
      unit: "bytes a point",
      goal: { atMost: 10 },
    },
    { name: "on disk, SQLite", value: (await sizeOf(root, "reference")) / points, unit: "bytes a point" },
    { name: "memory held", value: heldMiB(), unit: "MiB", note: "after a collection, heads of four hours" },
  );
  await storage.close();
  measurements.push(...(await measureYear()));
} finally {
  await rm(root, { recursive: true, force: true });
}
report("metrics", measurements);

/** A point every hour for a year among 20 series. */
async function measureYear(): Promise<Measurement[]> {
  const clock = new VirtualClock(start * 1000);
  const dir = join(root, "year");
  const storage = await MetricStorage.open({ files: diskFiles(dir), clock, log: silentLog });
  const names = Array.from({ length: 20 }, (_, i) => nameOf(i));
  const loads = names.map(() => load(seededRandom(2)));
  for (let time = start; time < start + 365 * day; time += 3600) {
    await storage.append(
      names.map((name, i) => ({
        ...{ name, isHighResolution: false },
        point: valuePoint(time, loads[i]!.next().value as number),
      })),
    );
    await clock.advance(3_600_000);
  }
  const times: number[] = [];
  let count = 0;
  for (let round = 0; round < 20; round++) {
    const series = storage.series.find(names[round]!)!;
    const began = performance.now();
    const found = await storage.read([series], { start, end: start + 365 * day, periodSeconds: 3600 });
    times.push(performance.now() - began);
    count = found.get(series)!.length;
  }
  await storage.close();
  const median = times.toSorted((a, b) => a - b)[times.length / 2]!;
  return [{ name: "a year of one series", value: median, unit: "ms", goal: { atMost: 100 }, note: `${count} points` }];
}

function heldMiB(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}

function spent(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return user + system;
}
