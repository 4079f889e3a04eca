import assert from "node:assert/strict";
import { test } from "node:test";
import { isLocalName } from "./hosts.ts";

test("names of this machine", () => {
  const cases: [string | undefined, boolean][] = [
    ["127.0.0.1:4566", true],
    ["192.168.1.5", true],
    ["[::1]:4566", true],
    ["localhost:4566", true],
    ["a.localhost", true],
    ["estiva", true],
    ["aws.example.com:4566", true],
    ["AWS.example.com", true],
    ["evil.example.com", false],
    ["localhost.evil.com", false],
    ["127.0.0.1.evil.com", false],
    ["", false],
    [undefined, false],
    ["a b", false],
    ["[::1", false],
    ["localhost:99999999", false],
  ];
  for (const [host, local] of cases) assert.equal(isLocalName(host, ["aws.example.com"]), local, host);
});
