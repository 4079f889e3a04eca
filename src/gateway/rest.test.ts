import assert from "node:assert/strict";
import { test } from "node:test";
import { drainMicrotasks } from "#kernel/virtual-clock.ts";
import { Rest } from "./rest.ts";

test("who holds requests waits for those that run, and keeps those that come until the end", async () => {
  const rest = new Rest();
  const done: string[] = [];
  const running = Promise.withResolvers<void>();
  const first = rest.run(async () => {
    await running.promise;
    done.push("first");
  });
  const holding = rest.hold().then((release) => {
    done.push("held");
    return release;
  });
  const second = rest.run(async () => void done.push("second"));
  const holdingAgain = rest.hold();
  await drainMicrotasks();
  assert.deepEqual(done, []);
  running.resolve();
  const release = await holding;
  await drainMicrotasks();
  assert.deepEqual(done, ["first", "held"]);
  release();
  await Promise.all([first, second]);
  assert.deepEqual(done, ["first", "held", "second"]);
  (await holdingAgain)();
  assert.equal(await rest.run(async () => "third"), "third");
});

test("work that fails ends a wait as well", async () => {
  const rest = new Rest();
  const running = Promise.withResolvers<void>();
  const failing = rest.run(() => running.promise);
  const holding = rest.hold();
  running.reject(new Error("x"));
  await assert.rejects(failing);
  (await holding)();
});
