import assert from "node:assert/strict";
import { test } from "node:test";
import { isRegistryHost } from "./registry.ts";

const cases: readonly [string, boolean][] = [
  ["127.0.0.1:4566", true],
  ["localhost:4566", true],
  ["127.0.0.1:5000", false],
  ["localhost", false],
  ["000000000000.dkr.ecr.us-east-1.localhost:4566", true],
  ["000000000000.dkr.ecr.us-east-1.localhost", true],
  // Amazon's own: the platform has no rights there.
  ["000000000000.dkr.ecr.us-east-1.amazonaws.com", false],
  ["registry.example.com:4566", false],
  // A name may begin like an address: credentials are not sent there.
  ["127.0.0.1.example.com:4566", false],
  ["127.example.com:4566", false],
  ["", false],
];
for (const [host, own] of cases) {
  test(`${host || "no host"} is ${own ? "" : "not "}the platform's own registry`, () => {
    assert.equal(isRegistryHost(host, 4566), own);
  });
}
