import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTaskDefinitionReference } from "./reference.ts";

const world = { account: "000000000000", region: "us-east-1" };
const arn = "arn:aws:ecs:us-east-1:000000000000:task-definition";

test("a reference names a family, or a revision of it", () => {
  const cases: [string, unknown][] = [
    ["web", { family: "web" }],
    ["web:12", { family: "web", revision: 12 }],
    [`${arn}/web`, { family: "web" }],
    [`${arn}/web:12`, { family: "web", revision: 12 }],
    ["", undefined],
    ["web:", undefined],
    ["web:0", undefined],
    ["web:1x", undefined],
    ["web:1:2", undefined],
    ["a b", undefined],
    ["a/b", undefined],
    [`${arn.replace("us-east-1", "us-west-2")}/web:1`, undefined],
    [`${arn.replace("000000000000", "111111111111")}/web:1`, undefined],
    ["arn:aws:ecs:us-east-1:000000000000:cluster/web", undefined],
  ];
  for (const [text, expected] of cases) assert.deepEqual(parseTaskDefinitionReference(text, world), expected, text);
});
