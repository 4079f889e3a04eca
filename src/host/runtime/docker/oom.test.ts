import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import type { SandboxGroups } from "./cgroup.ts";
import { createOomJudge } from "./oom.ts";

interface Times {
  /** When the container is counted as killed. */
  readonly countedAt?: number;
  /** When its group is gone. */
  readonly goneAt?: number;
  readonly signalledAt?: number;
  readonly askedAt: number;
  readonly exitCode?: number;
}

/** Milliseconds are from the engine's event on. */
const rows: readonly (readonly [name: string, times: Times, hit: boolean, believed: boolean])[] = [
  ["killed before the look", { countedAt: 0, askedAt: 0, exitCode: 137 }, true, true],
  ["gone before the look", { goneAt: 0, askedAt: 0, exitCode: 137 }, true, true],
  ["a process of it killed after the look", { countedAt: 3, goneAt: 9, askedAt: 10, exitCode: 1 }, false, true],
  ["killed and gone between two looks", { goneAt: 0.5, askedAt: 2, exitCode: 137 }, false, true],
  ["the same, asked before the next look", { goneAt: 0.2, askedAt: 0.5, exitCode: 137 }, false, true],
  ["spared, and it ends because of the other", { goneAt: 4, askedAt: 5, exitCode: 0 }, false, false],
  ["spared, and killed long after", { goneAt: 2000, askedAt: 2001, exitCode: 137 }, false, false],
  ["spared, and killed by us", { goneAt: 4, signalledAt: 3.5, askedAt: 5, exitCode: 137 }, false, false],
  ["gone as we signalled it", { goneAt: 3.2, signalledAt: 3.5, askedAt: 5, exitCode: 137 }, false, true],
  ["spared, and running", { askedAt: 500 }, false, false],
];

for (const [name, times, hit, believed] of rows) {
  test(name, async () => {
    const { countedAt = Infinity, goneAt = Infinity, signalledAt, askedAt, exitCode } = times;
    const clock = new VirtualClock();
    const start = clock.now();
    const oomKills = () => {
      const now = clock.now() - start;
      return now >= goneAt ? undefined : Number(now >= countedAt);
    };
    const judge = createOomJudge(clock);
    assert.equal(judge.wasHit({ oomKills } as unknown as SandboxGroups, "c", "group"), hit);
    await clock.advance(signalledAt ?? 0);
    if (signalledAt !== undefined) judge.signalled("c");
    await clock.advance(askedAt - (signalledAt ?? 0));
    assert.equal(judge.believes("c", exitCode), believed);
    judge.forget("c");
    assert.equal(judge.believes("c", exitCode), true);
  });
}
