import assert from "node:assert/strict";
import { test } from "node:test";
import { knownFaults } from "./engine-info.ts";

test("engines that may lock up are named, podman and newer ones are not", () => {
  for (const version of ["20.10.24+dfsg1", "20.10.5", "19.03.15"]) {
    assert.match(knownFaults(version).join(), new RegExp(`^Docker Engine ${version.replace("+", "\\+")} may lock up`));
  }
  for (const version of ["23.0.0", "26.1.5+dfsg1", "4.3.1", "5.0.2"]) assert.deepEqual(knownFaults(version), []);
});
