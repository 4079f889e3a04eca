import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { TestProcess } from "../../../test/support/test-process.ts";
import { until } from "../../../test/support/until.ts";
import { isAlive } from "./down.ts";

test("a process that has ended is not alive, also where nobody has waited for it", async () => {
  // What the shell becomes does not wait for the shell's children; the shell itself would, so the child outlives it.
  const child = '(until [ "$(cat /proc/$$/comm)" = sleep ]; do :; done) &';
  const parent = new TestProcess("sh", ["-c", `${child} echo $!; exec sleep 600`]);
  try {
    const pid = Number(await parent.shows(/^\d+\n/));
    await until("its end", () => readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z "));
    assert.equal(isAlive(pid), false);
    assert.equal(isAlive(parent.pid), true);
  } finally {
    await parent.end("SIGKILL");
  }
  assert.equal(isAlive(parent.pid), false);
});
