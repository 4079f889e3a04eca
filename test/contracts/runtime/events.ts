import assert from "node:assert/strict";
import { test } from "node:test";
import type { Given } from "../runtime-driver.ts";
import { containerSpec, EventLog, start } from "./fixture.ts";

export function eventContract({ fixture, driver }: Given): void {
  test("a watcher is told to list first, then of each change, with the caller's labels", async () => {
    const events = new EventLog(driver());
    await events.until((event) => event.type === "resync");
    const spec = containerSpec(fixture.containers.exits);
    const { sandboxId, containerId } = await start(driver(), "events-life", spec);
    await events.of("exited", containerId);
    await driver().removeSandbox(sandboxId);
    await events.of("removed", containerId);
    const own = events.seen.filter((event) => "containerId" in event && event.containerId === containerId);
    assert.deepEqual(
      own.map((event) => event.type),
      ["started", "exited", "removed"],
    );
    for (const event of own) {
      assert.ok("labels" in event);
      assert.equal(event.sandboxName, "events-life");
      assert.equal(event.labels["com.example.task"], "t1");
    }
    events.close();
  });

  test("the end of a sandbox's own process is told under the sandbox's name, without labels", async () => {
    const events = new EventLog(driver());
    const { sandboxId } = await start(driver(), "events-sandbox", containerSpec(fixture.containers.runsForever));
    await driver().removeSandbox(sandboxId);
    const event = await events.of("exited", sandboxId);
    assert.deepEqual(event, { type: "exited", containerId: sandboxId, labels: {}, sandboxName: "events-sandbox" });
    events.close();
  });

  test("a closed watcher hears nothing more", async () => {
    const events = new EventLog(driver());
    const others = new EventLog(driver());
    await events.until((event) => event.type === "resync");
    events.close();
    const before = events.seen.length;
    const spec = containerSpec(fixture.containers.exits);
    const { sandboxId, containerId } = await start(driver(), "events-closed", spec);
    await others.of("exited", containerId);
    assert.equal(events.seen.length, before);
    others.close();
    await driver().removeSandbox(sandboxId);
  });
}
