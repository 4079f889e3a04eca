import assert from "node:assert/strict";
import { test } from "node:test";
import { volumeName } from "./mounts.ts";

test("volumes of a task have names of their own that an engine can keep, however long theirs are", () => {
  assert.equal(volumeName("t1", { name: "data" }), "estiva-t1-data");
  const [a, b] = ["a", "b"].map((last) => volumeName("t1", { name: `${"x".repeat(254)}${last}` }));
  assert.equal(a!.length, 255);
  assert.notEqual(a, b);
  assert.notEqual(a, volumeName("t2", { name: `${"x".repeat(254)}a` }));
});
