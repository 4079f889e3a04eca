import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import type { Entry, Store } from "#kernel/store.ts";
import type { NetworkInterface } from "../../model.ts";
import { MadeInterfaces } from "./plan.ts";

const vpcId = "vpc-1";

function entry(number: number, groups: readonly string[]): Entry<NetworkInterface> {
  const networkInterfaceId = `eni-${String(number).padStart(3, "0")}`;
  const fields = { networkInterfaceId, vpcId, securityGroupIds: groups, status: "in-use", interfaceType: "interface" };
  const value = fields as unknown as NetworkInterface;
  return { key: networkInterfaceId as Entry<NetworkInterface>["key"], value, modRevision: 1, createRevision: 1 };
}

function storeOf(records: ReadonlyMap<string, Entry<NetworkInterface>>): Pick<Store, "view"> {
  const all = () => [...records.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  return { view: () => ({ all, get: (key: string) => records.get(key) }) } as unknown as Pick<Store, "view">;
}

test("what changes, comes and goes gives what all give at once; what does not is the same object", () => {
  const { float } = seededRandom(1);
  const below = (count: number) => Math.floor(float() * count);
  const records = new Map<string, Entry<NetworkInterface>>();
  const store = storeOf(records);
  const made = new MadeInterfaces(store);
  let before = made.of(vpcId).interfaces;
  for (let round = 0; round < 300; round++) {
    const touched = new Set<string>();
    for (let change = below(4); change > 0; change--) {
      const next = entry(below(20), [`sg-${below(3)}`, ...(float() < 0.3 ? ["sg-more"] : [])]);
      if (float() < 0.4) records.delete(next.key);
      else records.set(next.key, next);
      touched.add(next.key);
      made.see(store, next.key);
    }
    const now = made.of(vpcId);
    assert.deepEqual(now, new MadeInterfaces(store).of(vpcId), `round ${round}`);
    assert.equal(made.has(vpcId), now.interfaces.length > 0);
    const known = new Set(before);
    for (const each of now.interfaces)
      assert.ok(touched.has(each.networkInterfaceId) || known.has(each), `round ${round}`);
    before = now.interfaces;
  }
});

test("only an interface that is another than before makes a difference, and only one that carries packets", () => {
  const first = entry(1, ["sg-1"]);
  const records = new Map<string, Entry<NetworkInterface>>([[first.key, first]]);
  const store = storeOf(records);
  const made = new MadeInterfaces(store);
  assert.equal(made.see(store, first.key), undefined);
  const unused = { ...first, value: { ...first.value, status: "available" as const } };
  records.set(first.key, unused);
  assert.equal(made.see(store, first.key), first.value);
  records.delete(first.key);
  assert.equal(made.see(store, first.key), undefined);
});
