import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { groupOf, targetOf } from "../../../test/contracts/load-balancer/nodes.ts";
import { outlierChanges, type Suspects } from "./outliers.ts";
import type { ServerStatus } from "./runtime-api.ts";

const outlierDetection = { failures: 5, withinSeconds: 30, shortestSeconds: 30, longestSeconds: 300 };
const group = groupOf("api", [targetOf(80)], { outlierDetection });
const [target] = group.targets;
const names = { checked: "g_1/t_1", open: "g_1/o_1" };

/** A target whose HAProxy does what it is told; times are seconds. */
function watched(of = group) {
  let suspects: Suspects = new Map();
  const server = { failed: 0, isDown: false, since: 0 };
  return {
    server,
    forget() {
      suspects = new Map();
    },
    /** What follows from so many more failed connections: `up`, `down`, or nothing. */
    look(seconds: number, more = 0): string {
      server.failed += more;
      const checked: ServerStatus = {
        ...{ backend: "", name: "", check: "", checkMs: 0, isBeingChecked: false, sessions: 0, weight: 1 },
        status: server.isDown ? "DOWN" : "no check",
        failedConnections: server.failed,
        changedSeconds: Math.floor(seconds - server.since),
      };
      const known = { group: of, target: target!, names, health: { state: "healthy" as const } };
      const changes = outlierChanges([{ ...known, pair: { checked, open: checked } }], suspects, seconds * 1000);
      suspects = changes.suspects;
      const [said] = changes.commands.map((command) => command.replace(`set server ${names.checked} health `, ""));
      if (said !== undefined) [server.isDown, server.since] = [said === "down", seconds];
      return said ?? "";
    },
    /** How many seconds the ejection that has just begun lasts. */
    ejectedFrom(seconds: number): number {
      for (let after = 1; after < 1000; after++) if (this.look(seconds + after) === "up") return after;
      return Number.NaN;
    },
  };
}

describe("targets that connections fail with", () => {
  test("five failures within thirty seconds eject it, fewer or slower ones do not", () => {
    const cases: readonly [string, readonly [at: number, failures: number][], string][] = [
      ["four", [[0, 4], [29, 0]], ""],
      ["five, one by one", [[0, 1], [7, 1], [14, 1], [21, 1], [29.9, 1]], "down"],
      ["five, the first too long ago", [[0, 1], [7, 1], [14, 1], [21, 1], [30, 1]], ""],
      ["five at once", [[0, 5]], "down"],
      ["more than five at once", [[0, 5000]], "down"],
    ]; // biome-ignore format: a table
    for (const [name, steps, expected] of cases) {
      const it = watched();
      it.look(0);
      assert.equal(steps.map(([at, failures]) => it.look(at, failures)).at(-1), expected, name);
    }
  });

  test("each ejection is longer, up to five minutes", () => {
    const it = watched();
    it.look(0);
    const lasted: number[] = [];
    for (let now = 1; lasted.length < 12; now += lasted.at(-1)!) {
      assert.equal(it.look(now, 5), "down");
      lasted.push(it.ejectedFrom(now));
    }
    assert.deepEqual(lasted, [30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300, 300]);
  });

  test("what it is used for without an ejection makes the next one shorter again", () => {
    const it = watched();
    it.look(0);
    for (const now of [1, 31, 91]) {
      assert.equal(it.look(now, 5), "down");
      it.ejectedFrom(now);
    }
    // Since 181 it is used; after one such time it has one less.
    assert.equal(it.look(211, 5), "down");
    assert.equal(it.ejectedFrom(211), 90);
    assert.equal(it.look(1000, 5), "down");
    assert.equal(it.ejectedFrom(1000), 30);
  });

  test("failures of its ejection, and of before, count no more afterwards", () => {
    const it = watched();
    it.look(0);
    assert.equal(it.look(1, 5), "down");
    assert.equal(it.look(20, 4), "");
    assert.equal(it.look(31), "up");
    assert.deepEqual([it.look(31, 4), it.look(32, 1)], ["", "down"]);
  });

  test("after a restart of the platform it comes back in time, and old failures are not new ones", () => {
    const it = watched();
    it.look(0);
    assert.equal(it.look(10, 5), "down");
    it.forget();
    // HAProxy tells whole seconds.
    assert.deepEqual([it.look(39), it.look(41)], ["", "up"]);
    assert.equal(it.look(42, 5), "down");
    assert.equal(it.ejectedFrom(42), 60);
    it.forget();
    assert.deepEqual([it.look(103), it.look(104), it.look(105, 4)], ["", "", ""]);
  });

  test("a process of HAProxy that counts anew, or has it up again, is believed", () => {
    const it = watched();
    it.look(0, 1000);
    it.server.failed = 0;
    assert.deepEqual([it.look(1, 4), it.look(2, 1)], ["", "down"]);
    it.server.isDown = false;
    assert.deepEqual([it.look(3), it.look(4, 5)], ["", "down"]);
    it.server.isDown = false;
    assert.deepEqual([it.look(5), it.look(40, 5)], ["", "down"]);
    assert.equal(it.ejectedFrom(40), 60);
  });

  test("other groups' targets are left alone", () => {
    const { outlierDetection: _, ...plain } = group;
    const it = watched(plain);
    it.look(0);
    assert.equal(it.look(1, 100), "");
  });
});
