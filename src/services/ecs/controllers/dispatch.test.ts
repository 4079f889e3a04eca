import assert from "node:assert/strict";
import { test } from "node:test";
import { testWorld } from "../../../../test/support/context.ts";
import { AgentHub } from "../agents/hub.ts";
import { ecsCollections } from "../index.ts";
import type { TaskRecord } from "../model/task.ts";
import { aTask } from "../testing.ts";
import { dispatchController } from "./dispatch.ts";

test("what an agent reports is no reason to look at what it was told, except the end", async () => {
  const hub = new AgentHub(await testWorld({ collections: ecsCollections }));
  const { concerns } = dispatchController(hub).watches[0]!;
  const placed = aTask({ lastStatus: "PENDING", hostId: "h1" });
  const cases: readonly (readonly [Partial<TaskRecord>, boolean])[] = [
    [{ agent: { status: "RUNNING", sequence: 1 }, startedAt: 5 }, false],
    [{ lastStatus: "RUNNING" }, false],
    // It is left running until it is out of traffic.
    [{ desiredStatus: "STOPPED", lastStatus: "DEACTIVATING" }, false],
    [{ desiredStatus: "STOPPED", lastStatus: "STOPPING" }, true],
    [{ desiredStatus: "STOPPED", stopCode: "SpotInterruption" }, true],
    [{ agent: { status: "STOPPED", sequence: 1 } }, true],
    [{ hostId: "h2" }, true],
  ];
  for (const [change, due] of cases) {
    assert.equal(concerns!(placed, { ...placed, ...change }), due, JSON.stringify(change));
  }
  assert.equal(concerns!(undefined, placed), true);
  assert.equal(concerns!(placed, undefined), true);
});
