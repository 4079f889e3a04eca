import assert from "node:assert/strict";
import { test } from "node:test";
import { type Behaviour, parseBehaviour } from "./behaviour.ts";

const cases: readonly (readonly [string, Partial<Behaviour>])[] = [
  ["fake/run-forever", { exitAfterMs: undefined, stopMs: 0, stopCode: 143, pullMs: 0, lines: 0 }],
  ["nginx:1.25", { exitAfterMs: undefined, pullMs: 0, startFailure: false }],
  ["fake/exit?code=1&after=2s", { exitAfterMs: 2000, exitCode: 1 }],
  ["fake/exit", { exitAfterMs: 0, exitCode: 0 }],
  ["fake/exit:latest", { exitAfterMs: 0 }],
  ["fake/healthy-after?s=5", { health: { afterMs: 5000, status: "healthy" } }],
  ["fake/unhealthy-after?s=0.5", { health: { afterMs: 500, status: "unhealthy" } }],
  ["fake/oom?after=1s", { exitAfterMs: 1000, exitCode: 137, oom: true }],
  ["fake/slow-pull?s=30", { pullMs: 30_000 }],
  ["fake/run-forever?pull=200ms&stop=never", { pullMs: 200, stopMs: undefined }],
  ["fake/run-forever?stop=3s&stopcode=0", { stopMs: 3000, stopCode: 0 }],
  ["fake/no-such-image", { pullFailure: "NotFound" }],
  ["fake/fail-pull?reason=Unauthorized", { pullFailure: "Unauthorized" }],
  ["fake/fail-start", { startFailure: true }],
];
for (const [image, expected] of cases) {
  test(image, () => {
    const behaviour = parseBehaviour(image);
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(behaviour[name as keyof Behaviour], value);
  });
}
