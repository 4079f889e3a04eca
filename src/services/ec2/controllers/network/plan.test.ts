import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import type { Entry, Store } from "#kernel/store.ts";
import type { NetworkInterface } from "../../model.ts";
import { MadeInterfaces } from "./plan.ts";

const vpcId = "vpc-1";

function entry(number: number, groups: readonly string[]): Entry<NetworkInterface> {
  const networkInterfaceId = `eni-${String(number).padStart(3, "0")}`;
  const value = { networkInterfaceId, vpcId, securityGroupIds: groups } as unknown as NetworkInterface;
  return { key: networkInterfaceId as Entry<NetworkInterface>["key"], value, modRevision: 1, createRevision: 1 };
}

function storeOf(records: Iterable<Entry<NetworkInterface>>): Pick<Store, "view"> {
  const sorted = [...records].sort((a, b) => (a.key < b.key ? -1 : 1));
  return { view: () => ({ by: () => sorted }) } as unknown as Pick<Store, "view">;
}

test("what changes, comes and goes gives what all give at once; what does not is the same object", () => {
  const { float } = seededRandom(1);
  const below = (count: number) => Math.floor(float() * count);
  const made = new MadeInterfaces();
  const records = new Map<number, Entry<NetworkInterface>>();
  let before = made.of(storeOf([]), vpcId).interfaces;
  for (let round = 0; round < 300; round++) {
    const touched = new Set<string>();
    for (let change = below(4); change > 0; change--) {
      const number = below(20);
      if (float() < 0.4) records.delete(number);
      else records.set(number, entry(number, [`sg-${below(3)}`, ...(float() < 0.3 ? ["sg-more"] : [])]));
      touched.add(entry(number, []).key);
    }
    const store = storeOf(records.values());
    const now = made.of(store, vpcId);
    assert.deepEqual(now, new MadeInterfaces().of(store, vpcId), `round ${round}`);
    const known = new Set(before);
    for (const each of now.interfaces)
      assert.ok(touched.has(each.networkInterfaceId) || known.has(each), `round ${round}`);
    before = now.interfaces;
  }
});
