import assert from "node:assert/strict";
import { test } from "node:test";
import { DriverError } from "#kernel/fault.ts";
import type { UsageMessage } from "#kernel/usage.ts";
import { container, payload } from "../testing/payloads.ts";
import { World } from "../testing/world.ts";

const minute = 60_000;

/** A fake container uses a hundredth of a core. */
const hundredth = 10.24;

function readings(world: World): number {
  return world.host.calls.get("readUsage") ?? 0;
}

function unitsOf({ tasks }: UsageMessage): (number | undefined)[] {
  return tasks.map(({ containers }) => containers[0]?.cpuUnits).map((units) => units && Number(units.toFixed(2)));
}

test("usage is told at the end of each minute, and nothing is read where no task runs", async () => {
  const world = new World();
  await world.start();
  await world.run(5 * minute);
  assert.equal(readings(world), 0, "an idle host");
  await world.run(20_000);
  world.controlPlane.want(payload("a1"));
  await world.run(2 * minute);
  const { usage } = world.controlPlane;
  assert.deepEqual(
    usage.map(({ from, to }) => [from % minute, to % minute, to - from]),
    [
      [0, 0, minute],
      [0, 0, minute],
    ],
  );
  assert.deepEqual(usage.map(unitsOf), [[hundredth], [hundredth]], "of the first minute only since the start");
  world.controlPlane.stop(payload("a1").taskArn);
  await world.run(2 * minute);
  const before = readings(world);
  await world.run(5 * minute);
  assert.equal(readings(world), before, "idle again");
});

test("a restarted agent tells of adopted tasks with its first minute", async () => {
  const world = new World();
  await world.start();
  world.controlPlane.want(payload("a1", { containers: [container("app"), container("side")] }));
  await world.run(10 * minute + 20_000);
  world.kill();
  world.controlPlane.usage.length = 0;
  await world.start();
  await world.run(minute);
  assert.deepEqual(world.controlPlane.usage.map(unitsOf), [[hundredth]]);
  assert.equal(world.controlPlane.usage[0]!.tasks[0]!.containers.length, 2);
});

test("an engine that fails costs an interval, not those after it", async () => {
  const world = new World();
  await world.start();
  world.controlPlane.want(payload("a1"));
  await world.run(minute);
  const error = new DriverError("Unavailable", "The engine does not answer", { retryable: true });
  world.inject = ({ method }) => (method === "readUsage" ? { error } : undefined);
  await world.run(minute);
  world.inject = undefined;
  await world.run(3 * minute);
  assert.equal(world.controlPlane.usage.length, 3);
  assert.deepEqual(unitsOf(world.controlPlane.usage.at(-1)!), [hundredth]);
});
