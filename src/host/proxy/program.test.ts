import assert from "node:assert/strict";
import { test } from "node:test";
import { versionIn, whyTooOld } from "./program.ts";

const told: readonly [told: string, version: string | undefined, isTooOld: boolean][] = [
  ["HAProxy version 3.0.11-1+deb13u4 2026/10/15 - https://haproxy.org/\n", "3.0.11-1+deb13u4", false],
  ["HAProxy version 2.10-dev1 2024/01/01 - https://haproxy.org/\n", "2.10-dev1", false],
  ["HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/\n", "2.6.12-1+deb12u4", false],
  ["HAProxy version 2.4.24-0ubuntu0.22.04.1 2023/10/31 - https://haproxy.org/\n", "2.4.24-0ubuntu0.22.04.1", true],
  ["HA-Proxy version 1.8.8-1 2018/04/19\n", "1.8.8-1", true],
  ["haproxy: not found\n", undefined, false],
];

for (const [text, version, isTooOld] of told) {
  test(`${text.split(" ", 3).join(" ").trim()}: ${isTooOld ? "too old" : "taken"}`, () => {
    assert.equal(versionIn(text), version);
    const reason = version === undefined ? undefined : whyTooOld(version);
    const words = `HAProxy ${version} is too old for load balancers and Service Connect, which need 2.6 or later`;
    assert.equal(reason, isTooOld ? words : undefined);
  });
}
