import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { until } from "../../test/support/until.ts";
import { isHeld, isRunningEngine, launchEngine } from "./engine-process.ts";

const folder = mkdtempSync(join(tmpdir(), "estiva-engine-"));
after(() => rmSync(folder, { recursive: true }));
const pidFile = join(folder, "docker.pid");

/** As an engine does with its pid file: it refuses to start where there is one, and takes it away last. */
function engine(): string {
  const path = join(folder, "dockerd");
  const steps = [
    "#!/bin/sh",
    `test -e ${pidFile} && exit 1`,
    `trap 'sleep 0.2; rm ${pidFile}; exit 0' TERM`,
    `echo $$ > ${pidFile}`,
    "while :; do sleep 0.05; done",
  ];
  writeFileSync(path, `${steps.join("\n")}\n`, { mode: 0o755 });
  return path;
}

const stats: [what: string, stat: string, isRunning: boolean][] = [
  ["an engine", "21132 (dockerd) S 1 21132 0 0", true],
  ["an engine that has ended and was not waited for", "21132 (dockerd) Z 1 21132 0 0", false],
  ["another program with its number", "21132 (my (old) sh) S 1 21132 0 0", false],
  ["nothing that is known", "", false],
];
for (const [what, stat, isRunning] of stats) {
  test(`${what} ${isRunning ? "holds" : "does not hold"} the pid file`, () => {
    assert.equal(isRunningEngine(stat), isRunning);
  });
}

test("a pid file of an engine that was killed is held by nobody", () => {
  assert.equal(isHeld(pidFile), false, "no file");
  for (const content of ["", "2147483647", String(process.pid)]) {
    writeFileSync(pidFile, content);
    assert.equal(isHeld(pidFile), false, content);
  }
});

test("an engine starts over a stale pid file, and again as soon as it has been stopped", async () => {
  writeFileSync(pidFile, String(process.pid));
  for (const time of ["first", "second"]) {
    const running = launchEngine(engine(), pidFile, join(folder, "log"));
    await until("its pid file", () => existsSync(pidFile) || running.hasEnded());
    assert.equal(running.hasEnded(), false, time);
    await running.stop();
    assert.equal(existsSync(pidFile), false, time);
  }
});
