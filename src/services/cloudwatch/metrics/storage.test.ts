import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { silentLog } from "#kernel/controller.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import { seededRandom } from "#kernel/random.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { type Point, valuePoint } from "./point.ts";
import type { SeriesName } from "./series.ts";
import { MetricStorage } from "./storage.ts";

const startMs = Date.UTC(2026, 0, 1);
const start = startMs / 1000;
const hour = 3600;
const day = 24 * hour;

function nameOf(i: number): SeriesName {
  const dimensions = [{ name: "Service", value: `s${i}` }];
  return {
    account: "000000000000",
    region: "us-east-1",
    namespace: "App",
    metricName: "Load",
    dimensions,
    unit: "None",
  };
}

async function world(files = memoryFiles(), clock = new VirtualClock(startMs)) {
  const open = () => MetricStorage.open({ files, clock, log: silentLog });
  let storage = await open();
  return {
    files,
    clock,
    get storage() {
      return storage;
    },
    /** As after kill -9. */
    async restart(): Promise<void> {
      storage = await open();
    },
    put: (i: number, point: Point, isHighResolution = false) =>
      storage.append([{ name: nameOf(i), point, isHighResolution }]),
    async read(i: number, from: number, to: number, periodSeconds: number): Promise<[number, number][]> {
      const series = storage.series.find(nameOf(i))!;
      const points = (await storage.read([series], { start: from, end: to, periodSeconds })).get(series)!;
      return points.map(({ time, sum }) => [time - start, sum]);
    },
  };
}

describe("the storage of metrics", () => {
  test("values of one period are one point, late ones too", async () => {
    const { put, read } = await world();
    await put(1, valuePoint(start + 5, 1));
    await put(1, valuePoint(start + 59, 2));
    await put(1, valuePoint(start + 60, 4));
    await put(1, valuePoint(start + 30, 8));
    assert.deepEqual(await read(1, start, start + hour, 60), [
      [0, 11],
      [60, 4],
    ]);
    assert.deepEqual(await read(1, start, start + hour, 300), [[0, 15]]);
    // Periods are counted from the start.
    assert.deepEqual(await read(1, start - 60, start + hour, 120), [
      [-60, 11],
      [60, 4],
    ]);
  });

  test("seconds are kept for high resolution only", async () => {
    const { put, read } = await world();
    await put(1, valuePoint(start + 5, 1), true);
    await put(2, valuePoint(start + 5, 1));
    assert.deepEqual(await read(1, start, start + 60, 1), [[5, 1]]);
    assert.deepEqual(await read(2, start, start + 60, 1), []);
    assert.deepEqual(await read(1, start, start + 60, 60), [[0, 1]]);
  });

  test("each resolution is kept for its time", async () => {
    const w = await world();
    const minutes = 70 * 24 * 60;
    for (let minute = 0; minute < minutes; minute += 5) {
      await w.put(1, valuePoint(start + minute * 60, 1));
      await w.clock.advance(5 * 60_000);
    }
    const now = start + minutes * 60;
    const all = { 60: 15 * day, 300: 63 * day, 3600: 70 * day };
    for (const [period, kept] of Object.entries(all)) {
      const points = await w.read(1, start, now, Number(period));
      const perPoint = Math.max(1, Number(period) / 300);
      assert.equal(points.length, kept / 300 / perPoint, `of ${period} s`);
      assert.ok(points.every(([, sum]) => sum === perPoint));
    }
    // 15 days of two hours, 63 days, 70 days by ten, a checkpoint and a journal.
    const names = await w.files.list("metrics");
    assert.ok(names.length <= 15 * 12 + 63 + 7 + 8, `${names.length} files`);
  });

  test("nothing is lost or doubled by a kill at any moment", async () => {
    const random = seededRandom(11);
    const w = await world();
    const sums = new Map<number, number>();
    for (let minute = 0; minute < 3 * 24 * 60; minute++) {
      for (const i of [1, 2, 3]) {
        if (random.float() < 0.3) continue;
        const late = random.float() < 0.05 ? Math.floor(random.float() * 5 * hour) : 0;
        const value = Math.floor(random.float() * 1000);
        await w.put(i, valuePoint(start + minute * 60 - late, value));
        sums.set(i, (sums.get(i) ?? 0) + value);
      }
      await w.clock.advance(60_000);
      if (random.float() < 0.01) await w.restart();
    }
    const end = start + 3 * day;
    for (const i of [1, 2, 3]) {
      for (const period of [60, 300, 3600]) {
        const points = await w.read(i, start - day, end, period);
        assert.equal(
          points.reduce((sum, [, value]) => sum + value, 0),
          sums.get(i),
          `series ${i}, ${period} s`,
        );
      }
    }
  });

  test("a full disk rejects, and the next sample is taken whole", async () => {
    const w = await world();
    w.files.spaceLeft = 10;
    await assert.rejects(w.put(1, valuePoint(start, 1)), { reason: "NoSpace" });
    assert.equal(w.storage.series.size, 0);
    w.files.spaceLeft = 10_000;
    await w.put(1, valuePoint(start, 2));
    await w.restart();
    assert.deepEqual(await w.read(1, start, start + 60, 60), [[0, 2]]);
  });

  test("a power cut leaves what had been folded, and an end that is cut is passed over", async () => {
    const w = await world();
    await w.put(1, valuePoint(start, 1));
    await w.storage.close();
    const again = await world(w.files, w.clock);
    await again.put(1, valuePoint(start, 2));
    for (const keepBytes of [0, 3, 11, 15]) {
      const left = await world(w.files.afterPowerCut(keepBytes), w.clock);
      assert.deepEqual(await left.read(1, start, start + 60, 60), [[0, 1]]);
    }
  });

  test("what has had no data for 455 days is forgotten", async () => {
    const w = await world();
    await w.put(1, valuePoint(start, 1));
    await w.clock.advance(456 * day * 1000);
    await w.put(2, valuePoint(start + 456 * day, 1));
    assert.deepEqual(
      [...w.storage.series.all()].map(({ name }) => name.dimensions[0]!.value),
      ["s2"],
    );
  });
});
