import assert from "node:assert/strict";
import { test } from "node:test";
import { compareKeys, OrderedMap } from "./ordered-map.ts";
import { seededRandom } from "./random.ts";

/** Keys with common beginnings, some beyond the Basic Multilingual Plane when `wide`. */
function randomKey(float: () => number, wide: boolean): string {
  const alphabet = wide ? ["a", "/", "\u{1F600}", "\uFFFD", "\u00E9"] : ["a", "b", "c", "/"];
  return Array.from(
    { length: 1 + Math.floor(float() * 7) },
    () => alphabet[Math.floor(float() * alphabet.length)],
  ).join("");
}

for (const wide of [false, true]) {
  test(`agrees with a sorted map on random work, ${wide ? "any" : "plain"} keys`, () => {
    const { float } = seededRandom(wide ? 2 : 1);
    const map = new OrderedMap<number>();
    const model = new Map<string, number>();
    for (let step = 0; step < 60_000; step++) {
      const key = randomKey(float, wide);
      // Grows, then shrinks, so that chunks are split and merged.
      if (float() < (step < 30_000 ? 0.8 : 0.2)) {
        if (!model.has(key) && float() < 0.5) map.add(key, step);
        else assert.equal(map.set(key, step), model.get(key));
        model.set(key, step);
      } else {
        assert.equal(map.delete(key), model.get(key));
        model.delete(key);
      }
      if (step % 100 === 0) assert.deepEqual([map.size, map.get(key)], [model.size, model.get(key)]);
      if (step % 3000 === 0) compare(map, model, () => randomKey(float, wide));
    }
    compare(map, model, () => randomKey(float, wide));
  });
}

function compare(map: OrderedMap<number>, model: ReadonlyMap<string, number>, anyKey: () => string): void {
  const sorted = [...model].sort(([a], [b]) => compareKeys(a, b));
  assert.equal(map.size, model.size);
  assert.deepEqual(
    [...map.values()],
    sorted.map(([, value]) => value),
  );
  for (let i = 0; i < 20; i++) {
    const [prefix, after, limit] = [anyKey().slice(0, 2), anyKey(), 1 + (i % 10)];
    const inRange = sorted.filter(([key]) => key.startsWith(prefix) && compareKeys(key, after) > 0);
    assert.deepEqual(
      map.range(prefix, { after, limit }),
      inRange.slice(0, limit).map(([, value]) => value),
    );
    assert.equal(map.get(after), model.get(after));
  }
}

test("keys are ordered as their UTF-8 bytes are", () => {
  const { float } = seededRandom(3);
  for (let i = 0; i < 2000; i++) {
    const [a, b] = [randomKey(float, true), randomKey(float, true)];
    assert.equal(Math.sign(compareKeys(a, b)), Buffer.compare(Buffer.from(a), Buffer.from(b)), `${a} ${b}`);
  }
});

test("iterating goes on correctly while the map changes", () => {
  const map = new OrderedMap<number>();
  for (let i = 0; i < 2000; i += 2) map.set(String(i).padStart(4, "0"), i);
  const seen: number[] = [];
  for (const value of map.values()) {
    seen.push(value);
    if (value === 100) for (let i = 1; i < 2000; i += 2) map.add(String(i).padStart(4, "0"), i);
    if (value === 500) for (let i = 0; i < 1000; i++) map.delete(String(i).padStart(4, "0"));
  }
  const expected = [
    ...Array.from({ length: 51 }, (_, i) => 2 * i),
    ...Array.from({ length: 400 }, (_, i) => 101 + i),
    ...Array.from({ length: 1000 }, (_, i) => 1000 + i),
  ];
  assert.deepEqual(seen, expected);
});

test("a cleared map is empty and usable", () => {
  const map = new OrderedMap<number>();
  map.set("a", 1);
  map.clear();
  assert.deepEqual([map.size, map.get("a"), [...map.values()]], [0, undefined, []]);
  map.set("b", 2);
  assert.deepEqual(map.range(""), [2]);
});
