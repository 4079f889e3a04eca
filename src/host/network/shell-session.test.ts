import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "#kernel/clock.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { until } from "../../../test/support/until.ts";
import { createDirectShell } from "./direct-shell.ts";

test("scripts run one after another in one shell, and fail by their own", async () => {
  const shell = createDirectShell({ clock: systemClock() });
  try {
    const process = await shell.run("echo $$");
    assert.deepEqual(await Promise.all([shell.run("printf a; printf b >&2"), shell.run("cat <<'END'\n$c\nEND")]), [
      "ab",
      "$c\n",
    ]);
    await assert.rejects(shell.run("echo before; false; echo after"), {
      status: 1,
      output: "before\n",
      reason: "Failed",
    });
    await assert.rejects(shell.run("exit 41"), { status: 41 });
    assert.equal(await shell.run(""), "");
    assert.equal((await shell.run("seq 1 20000")).length, 108_894);
    assert.equal(await shell.run("cat"), ""); // nothing to read: not the scripts that follow
    assert.equal(await shell.run("echo $$"), process);
    assert.doesNotMatch(await shell.run("env"), /HOME=/);
  } finally {
    await shell.close();
  }
  await assert.rejects(shell.run("true"), { reason: "Unavailable" });
});

test("a shell that ends is replaced, and the script that it ran is told", async () => {
  const shell = createDirectShell({ clock: systemClock() });
  try {
    const [lost, next] = [shell.run("kill -9 $$"), shell.run("echo next")];
    await assert.rejects(lost, { reason: "Unavailable", retryable: true });
    assert.equal(await next, "next\n");
  } finally {
    await shell.close();
  }
});

test("a script that does not end is given up", async () => {
  const clock = new VirtualClock();
  const shell = createDirectShell({ clock });
  const hung = assert.rejects(shell.run("exec sleep 1000"), { reason: "Unavailable", message: /60 seconds/ });
  await until("the time that it has", () => clock.nextAt());
  await clock.advance(60_000);
  await hung;
  await shell.close();
});

test("a shell that cannot be started is a driver error", async () => {
  const shell = createDirectShell({ clock: systemClock(), command: ["/nonexistent"] });
  await assert.rejects(shell.run("true"), { reason: "Unavailable" });
  await shell.close();
});

test("a command that is followed tells its lines, starts again when it ends, and ends with the shell", async () => {
  const clock = new VirtualClock();
  const shell = createDirectShell({ clock });
  const lines: string[] = [];
  shell.follow("printf 'one\\nt'; printf 'wo\\n'; read -r line || echo $?", (line) => void lines.push(line));
  await until("its lines", () => lines.length === 3);
  // Its own end is noticed a moment after its last line.
  await until("its second start", () => clock.advance(5000).then(() => lines.length >= 6));
  assert.deepEqual(lines.slice(0, 6), ["one", "two", "1", "one", "two", "1"]);
  const pids: number[] = [];
  shell.follow("echo $$; sleep 1000", (line) => void pids.push(Number(line)));
  await until("its process", () => pids.length > 0);
  await shell.close();
  const isAlive = () => {
    try {
      return process.kill(-pids[0]!, 0);
    } catch {
      return false;
    }
  };
  await until("its end", () => !isAlive());
});
