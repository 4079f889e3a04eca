import assert from "node:assert/strict";
import { test } from "node:test";
import { toRuntimeEvent } from "./events.ts";

const member = {
  name: "host1.task1.app",
  image: "nginx",
  exitCode: "3",
  "com.example": "x",
  "estiva.runtime.role": "container",
  "estiva.runtime.sandbox": "task1",
};
const event = (Action: string, Attributes: Record<string, string>) =>
  toRuntimeEvent("host1", { Action, Actor: { ID: "c1", Attributes } });

test("a container's events carry its labels and its sandbox's name", () => {
  const expected = { containerId: "c1", labels: { "com.example": "x" }, sandboxName: "task1" };
  assert.deepEqual(event("start", member), { type: "started", ...expected });
  assert.deepEqual(event("die", member), { type: "exited", ...expected });
  assert.deepEqual(event("health_status: healthy", member), { type: "health", ...expected });
  assert.deepEqual(event("destroy", member), { type: "removed", ...expected });
  assert.equal(event("exec_create: true", member), undefined);
});

test("a pause container is its sandbox's by its name, and a prepared one concerns only the stock", () => {
  const pause = (name: string) => ({ name, "estiva.runtime.role": "sandbox" });
  assert.deepEqual(event("die", pause("host1.task1")), {
    type: "exited",
    containerId: "c1",
    labels: {},
    sandboxName: "task1",
  });
  assert.equal(event("die", pause("host1..abc")), "prepared-ended");
  assert.equal(event("start", pause("host1..abc")), undefined);
  assert.equal(event("start", pause("host2.task1")), undefined);
});
