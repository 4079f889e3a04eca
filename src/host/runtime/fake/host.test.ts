import assert from "node:assert/strict";
import { test } from "node:test";
import { DriverError } from "#kernel/fault.ts";
import { seededRandom } from "#kernel/random.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { containerSpec, EventLog, rejectsWith, sandboxSpec } from "../../../../test/contracts/runtime/fixture.ts";
import { createFakeDriver } from "./driver.ts";
import { createFakeHost, type FakeHostOptions } from "./host.ts";

function world(options: Partial<FakeHostOptions> = {}) {
  const clock = new VirtualClock();
  const host = createFakeHost({ clock, random: seededRandom(7), latencyMs: 0, ...options });
  return { clock, host, driver: createFakeDriver({ host }) };
}

test("containers live by the host's clock, whether or not an agent is there", async () => {
  const { clock, host, driver } = world();
  const image = "fake/exit?code=4&after=60s";
  await driver.pullImage(image, {});
  const sandbox = await driver.createSandbox(sandboxSpec("one"));
  const id = await driver.createContainer(sandbox.id, containerSpec({ image }));
  await driver.startContainer(id);
  await driver.close();
  await rejectsWith(driver.listSandboxes(), "Unavailable");
  await clock.advance(60_000);
  const later = createFakeDriver({ host });
  const status = await later.inspectContainer(id);
  assert.deepEqual([status.state, status.exitCode], ["exited", 4]);
  assert.equal(status.finishedAt! - status.startedAt!, 60_000);
});

test("pulls of one image at once take the time of one", async () => {
  const { clock, driver } = world();
  const begun = clock.now();
  const pulls = [1, 2, 3].map(() => driver.pullImage("fake/slow-pull?s=30", {}));
  await clock.advance(30_000);
  await Promise.all(pulls);
  assert.equal(clock.now() - begun, 30_000);
});

test("a fault can come before the work or after it, and only where it is injected", async () => {
  const lost = new DriverError("Unavailable", "the answer was lost", { retryable: true });
  let fail: "before" | "after" = "before";
  const { driver, host } = world({
    inject: ({ method }) => (method === "createSandbox" ? { error: lost, fail } : undefined),
  });
  await assert.rejects(driver.createSandbox(sandboxSpec("one")), lost);
  assert.equal(host.sandboxes.size, 0);
  fail = "after";
  await assert.rejects(driver.createSandbox(sandboxSpec("one")), lost);
  assert.equal(host.sandboxes.size, 1);
  assert.equal(host.calls.get("createSandbox"), 2);
});

test("an engine that is down refuses calls and tells when it is back", async () => {
  const { driver, host } = world();
  const events = new EventLog(driver);
  const sandbox = await driver.createSandbox(sandboxSpec("one"));
  await driver.pullImage("fake/run-forever", {});
  const id = await driver.createContainer(sandbox.id, containerSpec({ image: "fake/run-forever" }));
  await driver.startContainer(id);
  host.engineDown("killed");
  await events.until(({ type }) => type === "unavailable");
  await rejectsWith(driver.listSandboxes(), "Unavailable");
  events.seen.length = 0;
  host.engineUp({ containersSurvived: false });
  await events.until(({ type }) => type === "resync");
  const [status] = await driver.listSandboxes();
  assert.deepEqual([status?.running, status?.containers[0]?.state], [false, "exited"]);
});

test("one seed makes one history", async () => {
  const history = async () => {
    const { driver, host } = world();
    const sandbox = await driver.createSandbox(sandboxSpec("one"));
    await driver.pullImage("fake/run-forever", {});
    return [
      sandbox.id,
      await driver.createContainer(sandbox.id, containerSpec({ image: "fake/run-forever" })),
      host.newId(),
    ];
  };
  assert.deepEqual(await history(), await history());
});
