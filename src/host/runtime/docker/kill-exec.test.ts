import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import type { DockerContext } from "./context.ts";
import { createExecKiller } from "./kill-exec.ts";

/** The signals that a session is sent whose processes are counted so, one after the other. */
async function sentTo(...counts: readonly number[]): Promise<string> {
  const clock = new VirtualClock();
  const sent: string[] = [];
  const run = async (script: string) => {
    sent.push(/kill -(\w+)/.exec(script)![1]!);
    return String(counts[sent.length - 1] ?? 1);
  };
  const killer = createExecKiller({ clock, shell: { run } } as unknown as DockerContext);
  const ended = killer.end("c", { Running: true, Pid: 7 } as Parameters<typeof killer.end>[1]);
  await clock.advance(10_000);
  await ended;
  return sent.join(" ");
}

test("a session is told to end, killed after a second, and killed until none of it is left", async () => {
  assert.equal(await sentTo(0), "HUP");
  assert.equal(await sentTo(3, 2, 0), "HUP 0 0");
  // A shell may start its next command as the one before is killed.
  assert.equal(await sentTo(2, 2, 2, 2, 2, 2, 1, 0), "HUP 0 0 0 0 0 KILL KILL");
  assert.equal(await sentTo(), "HUP 0 0 0 0 0 KILL KILL KILL KILL KILL");
});
