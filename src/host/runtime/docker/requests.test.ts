import assert from "node:assert/strict";
import { test } from "node:test";
import { DriverError } from "#kernel/fault.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import type { DockerContext } from "./context.ts";
import { forceRemove } from "./requests.ts";

/** How often an engine is asked to remove a container that gives these errors, one after the other. */
async function asked(...errors: readonly DriverError[]): Promise<number> {
  const clock = new VirtualClock();
  let calls = 0;
  const call = async () => {
    const error = errors[calls++];
    if (error !== undefined) throw error;
  };
  const removed = forceRemove({ clock, client: { call } } as unknown as DockerContext, "c");
  removed.catch(() => {}); // told below
  await clock.advance(10_000);
  await removed;
  return calls;
}

test("a container is removed though it ends just then, or another removes it; other errors are told", async () => {
  const ended = new DriverError(
    "Failed",
    "Could not kill running container c, cannot remove - Container c is not running",
  );
  const removing = new DriverError("Conflict", "removal of container c is already in progress");
  assert.equal(await asked(ended, removing, ended), 4);
  assert.equal(await asked(new DriverError("NotFound", "No such container: c")), 1);
  const busy = new DriverError("Failed", "driver failed to remove root filesystem");
  await assert.rejects(asked(busy), busy);
});
