import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import { OrderedSlots } from "./ordered-slots.ts";

interface Entry {
  readonly slot: number;
  readonly key: number;
  readonly other: number;
}

/** Two trees over the same memory, and the same as sorted lists. */
class Pair {
  readonly slots = new OrderedSlots();
  readonly roots = [0, 0];
  readonly lists: Entry[][] = [[], []];

  add(tree: number, entry: Entry): void {
    if (entry.slot >= this.slots.capacity) this.slots.resize(2 * entry.slot + 8);
    this.roots[tree] = this.slots.insert(this.roots[tree]!, entry.slot, entry.key, entry.other);
    this.lists[tree]!.push(entry);
    this.lists[tree]!.sort((a, b) => a.key - b.key || a.slot - b.slot);
  }

  remove(tree: number, index: number): Entry {
    const [entry] = this.lists[tree]!.splice(index, 1);
    this.roots[tree] = this.slots.remove(this.roots[tree]!, entry!.slot);
    return entry!;
  }

  compare(tree: number, key: number, other: number, rank: number): void {
    const [root, list] = [this.roots[tree]!, this.lists[tree]!];
    const fits = list.filter((entry) => entry.key >= key && entry.other >= other).map(({ slot }) => slot);
    const found: number[] = [];
    this.slots.each(root, key, other, (slot) => found.push(slot) > 0);
    assert.deepEqual(found, fits);
    assert.equal(this.slots.first(root, key, other), fits[0] ?? -1);
    assert.equal(this.slots.sizeOf(root), list.length);
    assert.equal(this.slots.countFrom(root, key), list.filter((entry) => entry.key >= key).length);
    if (list.length === 0) return;
    const at = rank % list.length;
    assert.equal(this.slots.at(root, at), list[at]!.slot);
    assert.equal(this.slots.from(root, at, other), list.slice(at).find((entry) => entry.other >= other)?.slot ?? -1);
  }
}

describe("slots in order", () => {
  for (let seed = 0; seed < 8; seed++) {
    test(`seed ${seed}: as sorted lists have them`, () => {
      const { float } = seededRandom(seed);
      const below = (limit: number) => Math.floor(float() * limit);
      const pair = new Pair();
      const spread = [2, 10, 1000][seed % 3]!;
      let next = 0;
      const freed: number[] = [];
      for (let i = 0; i < 800; i++) {
        const tree = below(2);
        if (float() < 0.6 || pair.lists[tree]!.length === 0) {
          pair.add(tree, { slot: freed.pop() ?? next++, key: below(spread), other: below(spread) });
        } else {
          freed.push(pair.remove(tree, below(pair.lists[tree]!.length)).slot);
        }
        pair.compare(tree, below(spread + 1), below(spread + 1), below(1000));
      }
    });
  }

  test("may stop early", () => {
    const pair = new Pair();
    for (let slot = 0; slot < 20; slot++) pair.add(0, { slot, key: slot, other: 0 });
    const seen: number[] = [];
    assert.equal(
      pair.slots.each(pair.roots[0]!, 5, 0, (slot) => seen.push(slot) < 3),
      false,
    );
    assert.deepEqual(seen, [5, 6, 7]);
  });
});
