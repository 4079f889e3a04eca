import assert from "node:assert/strict";
import { test } from "node:test";
import { answerError, connectionError, pullError } from "./errors.ts";

const pulls: readonly (readonly [string, string, boolean])[] = [
  ["manifest for nginx:nope not found: manifest unknown: manifest unknown", "NotFound", false],
  ["pull access denied for nope, repository does not exist or may require 'docker login'", "Unauthorized", false],
  ['Head "https://r/v2/a/manifests/1": no basic auth credentials', "Unauthorized", false],
  ["Head https://r/v2/a/manifests/1: denied: requested access to the resource is denied", "Unauthorized", false],
  ["write /var/lib/docker/tmp/x: no space left on device", "NoSpace", true],
  ["no matching manifest for linux/arm64/v8 in the manifest list entries", "PlatformMismatch", false],
  ["Get https://r/v2/: dial tcp: lookup r on 10.0.0.2:53: no such host", "RegistryUnreachable", true],
  ["Get https://r/v2/: dial tcp 127.0.0.1:1: connect: connection refused", "RegistryUnreachable", true],
  ["Get https://r/v2/: x509: certificate signed by unknown authority", "RegistryUnreachable", true],
  ["toomanyrequests: You have reached your pull rate limit", "RateLimited", true],
  ["invalid reference format: repository name must be lowercase", "InvalidSpec", false],
  ["something else", "Failed", false],
];
for (const [message, reason, retryable] of pulls) {
  test(`a pull that fails with "${message.slice(0, 60)}" is ${reason}`, () => {
    const error = pullError(message);
    assert.deepEqual([error.reason, error.retryable, error.message], [reason, retryable, message]);
  });
}

test("answers are told apart by status, a full disk and a port in use by their words", () => {
  const cases = [
    [400, "bad", "InvalidSpec"],
    [401, "no", "Unauthorized"],
    [404, "no such", "NotFound"],
    [409, "in use", "Conflict"],
    [500, "oops", "Failed"],
    [500, "mkdir /x: no space left on device", "NoSpace"],
    [500, "driver failed: Bind for 0.0.0.0:80 failed: port is already allocated", "PortInUse"],
    [500, "driver failed: listen tcp4 0.0.0.0:80: bind: address already in use", "PortInUse"],
    [503, "later", "Unavailable"],
  ] as const;
  for (const [status, message, reason] of cases) assert.equal(answerError(status, message).reason, reason);
});

test("a connection that fails may be tried again, one that is forbidden may not", () => {
  const refused = connectionError(Object.assign(new Error("connect"), { code: "ECONNREFUSED" }), "unix:///x");
  assert.deepEqual([refused.reason, refused.retryable], ["Unavailable", true]);
  const denied = connectionError(Object.assign(new Error("connect EACCES"), { code: "EACCES" }), "unix:///x");
  assert.deepEqual([denied.reason, denied.retryable], ["Unauthorized", false]);
});
