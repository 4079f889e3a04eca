import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ServiceRecord } from "../../model/service.ts";
import { planService } from "./plan.ts";
import { movesOf, percent, testDeployment, testTask, testView } from "./testing.ts";
import { tellBalancing, tellStopped } from "./writes.ts";

describe("zones", () => {
  const zonesOf = () => ["us-east-1a", "us-east-1b", "us-east-1c"];
  const steady = {
    deployments: [testDeployment("new", { rolloutState: "COMPLETED" as const })],
    completedRevisionId: "r-new",
    steady: true,
    desiredCount: 3,
  };
  const inZones = (...zones: string[]) => zones.map((zone) => testTask({ zone }));
  const plan = (service: Partial<ServiceRecord>, tasks: Parameters<typeof testView>[1]) =>
    planService(testView({ ...steady, ...service }, tasks, { zonesOf, serviceDeployments: new Map() }));

  test("a scale-in leaves what stays in balance", () => {
    const { service, stop } = plan({ desiredCount: 2, steady: false }, inZones("a", "b", "b", "c"));
    assert.equal(stop.length, 2);
    assert.equal(stop[0]!.task.value.availabilityZone, "us-east-1b");
    assert.match(tellStopped({ service, stop })[0]!, /has stopped 2 running tasks: \(task /);
  });

  test("a steady service that lies unevenly is rebalanced: first more tasks, then fewer", () => {
    const begun = plan({}, inZones("a", "a", "a"));
    assert.equal(movesOf(begun), "+2");
    assert.match(begun.events[0]!, /is not AZ balanced with 3 tasks in us-east-1a.*AZ Rebalancing in progress/);
    const settling = [testTask({ zone: "b", ran: 1 }), testTask({ zone: "c", ran: 1 })];
    const between = plan(begun.service, [...inZones("a", "a", "a"), ...settling]);
    assert.deepEqual([movesOf(between), between.events], ["+0", []]);
    const balanced = [...inZones("a", "a", "a"), testTask({ zone: "b", age: 99 }), testTask({ zone: "c", age: 99 })];
    const whole = plan(begun.service, balanced);
    assert.equal(movesOf(whole), "+0 -2 new");
    const [inB, inC, ...more] = tellBalancing({ service: begun.service, tasks: balanced }, whole);
    assert.match(inB!, /^\(service app\) has started 1 tasks in us-east-1b to AZ Rebalance: \(task \d+\)\.$/);
    assert.match(inC!, /in us-east-1c to AZ Rebalance/);
    assert.deepEqual([more, tellBalancing({ service: begun.service, tasks: balanced }, between)], [[], []]);
    assert.ok(whole.stop.every(({ task }) => task.value.availabilityZone === "us-east-1a"));
    assert.match(tellStopped(whole)[0]!, /has stopped 2 running tasks in us-east-1a due to AZ rebalancing: \(task /);
    const ended = plan(whole.service, inZones("a", "b", "c"));
    assert.match(ended.events[0]!, /is AZ balanced with/);
    assert.deepEqual([ended.service.rebalancing, ended.service.unbalanced], [undefined, undefined]);
  });

  test("what did not help is not tried again until something has changed", () => {
    const ended = plan({ rebalancing: 0, steady: false }, inZones("a", "a", "a"));
    assert.equal(ended.service.rebalancing, undefined);
    assert.equal(movesOf(plan({ ...ended.service, steady: true }, inZones("a", "a", "a"))), "+0");
    assert.equal(movesOf(plan({ ...ended.service, steady: true }, inZones("a", "a", "b"))), "+1");
  });

  test("it is given up, and not begun again, when what it has started fails its checks", () => {
    const begun = plan({}, inZones("a", "a", "a"));
    const sick = testTask({ zone: "b", age: 99, health: "UNHEALTHY" });
    const givenUp = plan(begun.service, [...inZones("a", "a", "a"), sick, testTask({ zone: "c", age: 99 })]);
    assert.equal(givenUp.service.rebalancing, undefined);
    assert.equal(movesOf(givenUp), "+0 -2 new");
    assert.ok(givenUp.stop.some(({ task }) => task === sick));
    assert.equal(movesOf(plan({ ...givenUp.service, steady: true }, inZones("a", "a", "a"))), "+0");
    // One that was there before is replaced, and the rebalancing goes on.
    const old = testTask({ zone: "a", age: 99, health: "UNHEALTHY" });
    const goesOn = plan(begun.service, [...inZones("a", "a"), old, testTask({ zone: "b", age: 99 })]);
    assert.equal(goesOn.service.rebalancing, 2);
  });

  for (const [name, service] of [
    ["when it is switched off", { availabilityZoneRebalancing: "DISABLED" }],
    ["when the ceiling leaves no room", percent(50, 100)],
    ["during a deployment", { deployments: [testDeployment("new"), testDeployment("old", { status: "ACTIVE" })] }],
    ["before the service has come to rest", { steady: false }],
  ] as const) {
    test(`nothing is rebalanced ${name}`, () => {
      assert.equal(plan(service, inZones("a", "a", "a")).service.rebalancing, undefined);
    });
  }

  test("the gap that a dead task of a steady service leaves is filled, not balanced", () => {
    const filled = plan({}, [...inZones("a", "a"), testTask({ zone: "b", stopped: "EssentialContainerExited" })]);
    assert.equal(movesOf(filled), "+1");
    assert.equal(filled.service.rebalancing, undefined);
  });
});
