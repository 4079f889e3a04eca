import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import { decodePoints, encodePoints } from "./codec.ts";
import { mergePoints, type Point, valuePoint } from "./point.ts";

describe("points as bytes", () => {
  const minute = 1_700_000_040;
  const cases: readonly [what: string, points: readonly Point[], mostBytes: number][] = [
    ["none", [], 0],
    ["whole numbers", [3, 4, 4, 250].map((value, i) => valuePoint(minute + i * 60, value)), 17],
    ["decimals", [0.25, 99.5, -3.125].map((value, i) => valuePoint(minute + i * 60, value)), 17],
    ["gaps", [valuePoint(minute, 1), valuePoint(minute + 86_400, 2)], 12],
    ["without pattern", [Math.PI, Math.E, 1e300, -1e-300, -0.1].map((v, i) => valuePoint(minute + i * 60, v)), 48],
    ["repeated", [valuePoint(minute, 7.5, 1000)], 11],
    ["a statistic set", [{ time: minute, count: 2.5, sum: 10.1, min: 1.5, max: 8.25 }], 26],
    ["spread", [mergePoints(mergePoints(valuePoint(minute, 0), valuePoint(minute, 12)), valuePoint(minute, 900))], 30],
  ];
  for (const [what, points, mostBytes] of cases) {
    test(what, () => {
      const bytes = encodePoints(points, 60);
      assert.deepEqual(decodePoints(bytes, 60), points);
      assert.ok(bytes.length <= mostBytes, `${bytes.length} bytes`);
    });
  }

  test("whatever they are", () => {
    const random = seededRandom(7);
    for (let round = 0; round < 200; round++) {
      const points: Point[] = [];
      let time = minute;
      for (let i = 0; i < 50; i++) {
        time += 60 * (random.float() < 0.9 ? 1 : 1 + Math.floor(random.float() * 1000));
        const decimals = Math.floor(random.float() * 9);
        const value = () => Number(((random.float() - 0.3) * 10 ** Math.floor(random.float() * 12)).toFixed(decimals));
        const first = valuePoint(time, value(), random.float() < 0.5 ? 1 : 1 + Math.floor(random.float() * 1e6));
        points.push(random.float() < 0.5 ? first : mergePoints(first, valuePoint(time, value())));
      }
      assert.deepEqual(decodePoints(encodePoints(points, 60), 60), points);
    }
  });

  test("a cut one is told of", () => {
    const bytes = encodePoints([valuePoint(minute, Math.PI)], 60);
    assert.throws(() => decodePoints(bytes.subarray(0, bytes.length - 1), 60), RangeError);
  });
});
