import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { groupOf, nodeOf, targetOf } from "../../../test/contracts/load-balancer/nodes.ts";
import type { ServerStatus } from "./runtime-api.ts";
import { eachTarget, missedChecks, type Servers, targetChanges } from "./targets.ts";

const node = nodeOf({ targetGroups: [groupOf("web", [targetOf(80), targetOf(81)])] });

test("what adds a server enables its checks in the same line", () => {
  const { commands } = targetChanges(node, new Map());
  const lines = commands.filter((line) => /^add server \S+\/t_/.test(line));
  const [, name] = /^add server (\S+) .* check /.exec(lines[0]!)!;
  assert.equal(lines.length, 2);
  assert.match(lines[0]!, new RegExp(`; enable health ${name}; .*weight 100%$`));
});

describe("a new server that is not checked", () => {
  /** Both targets as they were added, the first one with this difference. */
  function added(part: Partial<ServerStatus>): Servers {
    const { commands } = targetChanges(node, new Map());
    const names = commands.flatMap((line) => /^add server (\S+)/.exec(line)?.[1] ?? []);
    const first = names.find((name) => name.includes("/t_"));
    return new Map(
      names.map((name) => {
        const [backend, server] = name.split("/") as [string, string];
        const isChecked = server.startsWith("t_");
        const status: ServerStatus = {
          ...{ backend, name: server, status: isChecked ? "DOWN" : "MAINT", check: isChecked ? "INI" : "" },
          ...{ checkMs: 0, isBeingChecked: false, sessions: 0, weight: 1, failedConnections: 0, changedSeconds: 0 },
        };
        return [name, name === first ? { ...status, ...part } : status];
      }),
    );
  }

  const cases: readonly [string, Partial<ServerStatus>, number, number][] = [
    ["is waited for", { changedSeconds: 1 }, 0, 1000],
    ["has missed its check after two seconds", { changedSeconds: 2 }, 1, 2000],
    ["has not while its check is under way", { changedSeconds: 9, isBeingChecked: true }, 0, 2000],
    ["has not when a check has failed", { changedSeconds: 9, check: "L4CON" }, 0, 2000],
  ];
  for (const [name, part, count, nextInMs] of cases) {
    test(name, () => {
      const servers = added(part);
      const missed = missedChecks(eachTarget(node, servers));
      assert.equal(missed.nextInMs, nextInMs);
      const [away, again, ...rest] = missed.commands;
      assert.deepEqual([missed.commands.length, rest], [2 * count, []]);
      if (count === 0) return;
      assert.match(away!, /^set server (\S+) state maint; del server \1$/);
      const name = away!.split(" ").at(-1)!;
      assert.equal(again, targetChanges(node, new Map([...servers].filter(([each]) => each !== name))).commands[0]);
    });
  }
});
