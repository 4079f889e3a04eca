import assert from "node:assert/strict";
import { test } from "node:test";
import { type Belongings, leaksOf, mendOfLeaks } from "./leaks.ts";

const tidy: Belongings = {
  tasks: new Set(["a"]),
  nodes: new Set(["lb-n"]),
  isUp: true,
  sandboxes: ["a"],
  volumes: [{ name: "v", taskId: "a" }],
  shared: ["link ev1", "nft table estiva_1"],
  ports: ["p1"],
};

test("leaks are mended by a platform: where none runs, one has to be started", () => {
  assert.match(mendOfLeaks(true), /^look again in a minute/);
  assert.match(mendOfLeaks(false), /^estiva up, .* estiva down$/);
});

const cases: readonly [string, Partial<Belongings>, string[]][] = [
  ["a platform with a task", {}, []],
  ["a platform that is down, and its task runs on", { isUp: false }, []],
  ["a sandbox of no task", { sandboxes: ["a", "b"], ports: ["p1", "p2"] }, ["sandbox b"]],
  ["a node of a load balancer", { sandboxes: ["a", "lb-n"], ports: ["p1", "p2"] }, []],
  ["a node of none", { sandboxes: ["a", "lb-m"], ports: ["p1", "p2"] }, ["sandbox lb-m"]],
  ["a volume of no task", { volumes: [{ name: "w", taskId: "b" }] }, ["volume w"]],
  ["an interface of no sandbox", { ports: ["p1", "p2"] }, ["1 more network interfaces than sandboxes"]],
  [
    "networks when nothing runs any more",
    { isUp: false, tasks: new Set(), sandboxes: [], volumes: [], ports: [] },
    ["link ev1", "nft table estiva_1"],
  ],
  ["networks of a platform without tasks", { tasks: new Set(), sandboxes: [], volumes: [], ports: [] }, []],
];

for (const [name, fields, leaks] of cases) {
  test(`leaks: ${name}`, () => assert.deepEqual(leaksOf({ ...tidy, ...fields }), leaks));
}
