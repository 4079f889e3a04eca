import assert from "node:assert/strict";
import { test } from "node:test";
import { DriverError } from "#kernel/fault.ts";
import { checkName, memberContainerName, sandboxContainerName } from "./names.ts";

test("a container in a sandbox may have any name that a task definition allows", () => {
  for (const name of ["app", "_app", "-1", "x".repeat(255)]) {
    assert.equal(memberContainerName("o", "s", name), `o.s.${name}`);
  }
  for (const name of ["", "a.b", "a/b"]) assert.throws(() => memberContainerName("o", "s", name), DriverError);
});

test("owners and sandboxes begin with a letter or a digit, as names of the engine do", () => {
  for (const name of ["_s", "-s", "s.t"]) {
    assert.throws(() => sandboxContainerName("o", name), DriverError);
    assert.throws(() => checkName("owner", name), DriverError);
  }
});
