import assert from "node:assert/strict";
import { test } from "node:test";
import { DriverError } from "#kernel/fault.ts";
import { remoteWriteOptions } from "./remote-write-options.ts";

test("where metrics are sent, by the environment", () => {
  const cases: readonly [url: string | undefined, token: string | undefined, expected: object | undefined][] = [
    [undefined, undefined, undefined],
    ["", undefined, undefined],
    ["http://prom:9090/api/v1/write", undefined, { url: "http://prom:9090/api/v1/write", headers: {} }],
    ["https://u:p%40ss@prom/w", undefined, { url: "https://prom/w", headers: { authorization: "Basic dTpwQHNz" } }],
    ["http://prom/w", "t0ken", { url: "http://prom/w", headers: { authorization: "Bearer t0ken" } }],
  ];
  for (const [url, token, expected] of cases) {
    const env = { ESTIVA_PROMETHEUS_REMOTE_WRITE_URL: url, ESTIVA_PROMETHEUS_REMOTE_WRITE_TOKEN: token };
    assert.deepEqual(remoteWriteOptions(env), expected);
  }
});

for (const [url, token] of [
  ["prom:9090", undefined],
  ["ftp://prom/w", undefined],
  ["http://u:p@prom/w", "token"],
]) {
  test(`${url} with ${token} is refused`, () => {
    const env = { ESTIVA_PROMETHEUS_REMOTE_WRITE_URL: url, ESTIVA_PROMETHEUS_REMOTE_WRITE_TOKEN: token };
    assert.throws(
      () => remoteWriteOptions(env),
      (error) => error instanceof DriverError && !error.message.includes("u:p"),
    );
  });
}
