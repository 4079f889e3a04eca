import assert from "node:assert/strict";
import { test } from "node:test";
import { listChanges } from "./list-changes.ts";
import { seededRandom } from "./random.ts";

const [a, b, c, d, otherB] = ["a", "b", "c", "d", "b"].map((id) => ({ id })) as [Thing, Thing, Thing, Thing, Thing];
interface Thing {
  readonly id: string;
}

const cases: readonly [string, readonly Thing[], readonly Thing[], readonly Thing[], readonly Thing[]][] = [
  ["nothing", [], [], [], []],
  ["the same", [a, b, c], [a, b, c], [], []],
  ["one more in the middle", [a, c], [a, b, c], [], [b]],
  ["one less at the beginning", [a, b, c], [b, c], [a], []],
  ["one changed", [a, b, c], [a, otherB, c], [b], [otherB]],
  ["one gone and one come", [a, c, d], [b, c, d], [a], [b]],
  ["all new", [], [a, b], [], [a, b]],
  ["all gone", [a, b], [], [a, b], []],
];

for (const [name, before, after, removed, added] of cases) {
  test(`changes of a list: ${name}`, () => {
    assert.deepEqual(
      listChanges(before, after, ({ id }) => id),
      { removed, added },
    );
  });
}

test("what is left after the removed, with the added, is the later list, whatever the order", () => {
  const random = seededRandom(7);
  const things = Array.from({ length: 40 }, (_, i) => ({ id: String(i) }));
  for (let round = 0; round < 200; round++) {
    const some = () => things.filter(() => random.float() < 0.7).toSorted(() => random.float() - 0.5);
    const [before, after] = [some(), some()];
    const { removed, added } = listChanges(before, after, ({ id }) => id);
    const left = new Set(before);
    for (const thing of removed) left.delete(thing);
    for (const thing of added) left.add(thing);
    assert.deepEqual(left, new Set(after));
  }
});
