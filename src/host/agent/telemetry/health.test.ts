import assert from "node:assert/strict";
import { test } from "node:test";
import type { HealthMessage } from "#kernel/agent-protocol.ts";
import { silentLog } from "#kernel/controller.ts";
import { seededRandom } from "#kernel/random.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import type { Task } from "../step/state.ts";
import { payload } from "../testing/payloads.ts";
import { fresh } from "../testing/tasks.ts";
import { createHealthPublisher } from "./health.ts";

function healthy(id: string): Task {
  const task = fresh(payload(id));
  const app = { ...task.memory.containers.app!, health: { status: "HEALTHY" as const, since: 1 } };
  return { ...task, memory: { ...task.memory, containers: { app } } };
}

test("what is not accepted is told again, ever more seldom, and at once in a new session", async () => {
  const clock = new VirtualClock();
  const told: HealthMessage[] = [];
  let tries = 0;
  let isRefusing = true;
  const publisher = createHealthPublisher({
    ...{ clock, random: seededRandom(1), log: silentLog },
    async publish(message) {
      tries++;
      if (isRefusing) throw new Error("no");
      told.push(message);
    },
  });
  publisher.changed(healthy("a1"));
  await clock.advance(10 * 60_000);
  assert.ok(tries > 15 && tries < 60, `${tries} tries in ten minutes`);
  isRefusing = false;
  publisher.again([healthy("a1"), healthy("a2")]);
  await clock.advance(100);
  assert.deepEqual(
    told.map(({ tasks }) => tasks.map(({ taskArn }) => taskArn.slice(-2))),
    [["a1", "a2"]],
  );
  publisher.changed(healthy("a3"));
  await clock.advance(100);
  assert.equal(told.length, 2, "no delay is left of what failed before");
});
