import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { adminRoutes } from "./routes.ts";

test("the platform is emptied for whoever started it with --dev, and not by its tasks", async () => {
  let resets = 0;
  const reset = async () => ++resets > 0;
  const isTaskInBridge = (address: string) => address === "172.17.0.4";
  const base = {
    isTaskInBridge,
    version: "1",
    clock: new VirtualClock(),
    reset,
    engine: async () => "docker",
    activeTasks: () => 0,
  };
  const statusOf = async (dev: boolean, remoteAddress: string) => {
    const routes = adminRoutes({ ...base, dev, problems: async () => [] });
    return (await routes["POST /_estiva/reset"]!({ remoteAddress })).status;
  };
  assert.equal(await statusOf(false, "127.0.0.1"), 404);
  assert.equal(await statusOf(true, "169.254.64.15"), 403);
  assert.equal(await statusOf(true, "::ffff:169.254.64.15"), 403);
  assert.equal(await statusOf(true, "172.17.0.4"), 403);
  assert.equal(await statusOf(true, "::ffff:172.17.0.4"), 403);
  assert.equal(resets, 0);
  assert.equal(await statusOf(true, "127.0.0.1"), 200);
  assert.equal(await statusOf(true, "172.17.0.3"), 200);
});
