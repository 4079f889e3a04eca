import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { groupOf, nodeOf, targetOf } from "../../../test/contracts/load-balancer/nodes.ts";
import { backendName, serverNames } from "./names.ts";
import type { ServerStatus } from "./runtime-api.ts";
import { keepsConnections, targetChanges } from "./targets.ts";

describe("a target that is left out", () => {
  const group = groupOf("api", []);
  const { checked, open } = serverNames(targetOf(80));
  const [backend, name] = [backendName(group.targetGroupArn), `${backendName(group.targetGroupArn)}/${checked}`];
  const server = (of: string): ServerStatus => ({
    ...{ backend, name: of, status: "no check", check: "", checkMs: 0, isBeingChecked: false },
    ...{ sessions: 1, weight: 1, failedConnections: 0, changedSeconds: 0 },
  });
  const servers = new Map([checked, open].map((of) => [`${backend}/${of}`, server(of)]));
  const nodes = {
    "a task's proxy": nodeOf({ taskArn: "arn:aws:ecs:us-east-1:1:task/a", targetGroups: [group] }),
    "an application load balancer": nodeOf({ targetGroups: [group] }),
  } as const;
  const cases = [
    ["a task's proxy", "gets nothing new", "weight 0", [true, true, false]],
    ["an application load balancer", "has had its time", "state maint", [false, false, false]],
  ] as const;
  for (const [kind, what, said, kept] of cases) {
    test(`${kind}: it ${what}`, () => {
      const { commands, leaving } = targetChanges(nodes[kind], servers);
      assert.deepEqual(commands, [`set server ${name} ${said}`, `set server ${backend}/${open} state maint`]);
      assert.deepEqual(leaving, [...servers.keys()]);
      // A task has the longest stopTimeout, 120 seconds, to end what it has.
      assert.deepEqual(
        [0, 125, 130].map((seconds) => keepsConnections(nodes[kind], name, seconds)),
        kept,
      );
    });
  }
});
