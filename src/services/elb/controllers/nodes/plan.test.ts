import assert from "node:assert/strict";
import { test } from "node:test";
import type { LoadBalancerRecord, NodeRecord } from "../../model.ts";
import { planNodes } from "./plan.ts";

const zone = (letter: string) => ({ zoneName: `us-east-1${letter}`, subnetId: `subnet-${letter}` });
const balancer = (state: LoadBalancerRecord["state"], ...letters: string[]): LoadBalancerRecord =>
  ({ id: "1", state, zones: letters.map(zone) }) as unknown as LoadBalancerRecord;
const node = (letter: string, state: NodeRecord["state"], more: Partial<NodeRecord> = {}): NodeRecord =>
  ({ nodeId: `lb-1-${letter}`, availabilityZone: `us-east-1${letter}`, state, ...more }) as NodeRecord;

const states: readonly [string, LoadBalancerRecord["state"], NodeRecord["state"][], string | undefined][] = [
  ["all nodes work", "provisioning", ["active", "active"], "active"],
  ["one is on the way", "provisioning", ["active", "provisioning"], undefined],
  ["one has failed before any worked", "provisioning", ["failed", "provisioning"], "failed"],
  ["one fails later", "active", ["active", "failed"], "active_impaired"],
  ["a new one is on the way", "active", ["active", "provisioning"], undefined],
  ["it works again", "active_impaired", ["active", "active"], "active"],
];
for (const [what, from, nodes, to] of states) {
  test(`${from}, and ${what}: ${to ?? "as before"}`, () => {
    const [a, b] = nodes;
    const loadBalancer = balancer(from, "a", "b");
    const plan = planNodes({ loadBalancer, nodes: [node("a", a!), node("b", b!)], now: 0 });
    assert.equal(plan.state?.state, to);
  });
}

test("a node is made for each subnet; one that is not wanted is stopped first, and its interface goes later", () => {
  const nodes = [node("b", "active"), node("c", "active")];
  const plan = planNodes({ loadBalancer: balancer("active", "a", "b"), nodes, now: 1000 });
  assert.deepEqual(plan.make, [zone("a")]);
  assert.deepEqual(plan.change, [{ ...nodes[1], removeAt: 6000 }]);
  assert.deepEqual([plan.remove, plan.lookAgainAt], [[], 6000]);
  const stopped = [node("b", "active"), node("c", "active", { removeAt: 6000 })];
  const later = planNodes({ loadBalancer: balancer("active", "b"), nodes: stopped, now: 6000 });
  assert.deepEqual([later.remove, later.lookAgainAt], [[stopped[1]], undefined]);
});

test("a node that is wanted again stays", () => {
  const nodes = [node("a", "active", { removeAt: 6000 })];
  const plan = planNodes({ loadBalancer: balancer("active", "a"), nodes, now: 1000 });
  assert.deepEqual([plan.change, plan.make, plan.remove], [[node("a", "provisioning", { joinedAt: 1000 })], [], []]);
});

test("all nodes of a load balancer that is gone go", () => {
  const nodes = [node("a", "active")];
  const plan = planNodes({ loadBalancer: undefined, nodes, now: 1000 });
  assert.equal(plan.change[0]!.removeAt, 6000);
});
