import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryFiles } from "#kernel/memory-files.ts";
import { isFault, testWorld } from "../../../../test/support/context.ts";
import { logParts } from "../../../../test/support/log-queries.ts";
import { logsCollections } from "../index.ts";
import { createOperations } from "./index.ts";

const resourceArn = "arn:aws:logs:us-east-1:000000000000:log-group:/app";
const policyDocument = '{"Version": "2012-10-17", "Statement": []}';

async function ready() {
  const world = await testWorld({ collections: logsCollections, model: "logs" });
  const fault = (document: string) => (document.startsWith("{") ? undefined : "This policy contains invalid Json");
  const operations = createOperations({ ...logParts({ files: memoryFiles() }), policyFault: fault });
  const call = <N extends keyof typeof operations>(name: N, input: Parameters<(typeof operations)[N]>[0]) =>
    world.call(operations, name, input as never);
  await call("CreateLogGroup", { logGroupName: "/app" });
  return { world, call };
}

test("a log group has one policy, whose revision each change must name, and which goes with it", async () => {
  const { call } = await ready();
  const first = await call("PutResourcePolicy", { resourceArn: `${resourceArn}:*`, policyDocument });
  const { revisionId } = first as { revisionId: string };
  const again = { resourceArn, policyDocument: '{"Version": "2012-10-17"}' };
  for (const stale of [{}, { expectedRevisionId: "1" }]) {
    await assert.rejects(call("PutResourcePolicy", { ...again, ...stale }), isFault("OperationAbortedException"));
    await assert.rejects(call("DeleteResourcePolicy", { resourceArn, ...stale }), isFault("OperationAbortedException"));
  }
  const second = (await call("PutResourcePolicy", { ...again, expectedRevisionId: revisionId })) as typeof first;
  const shown = { resourceArn, policyScope: "RESOURCE", policyDocument: again.policyDocument };
  const { lastUpdatedTime: _, ...policy } = second.resourcePolicy!;
  assert.deepEqual(policy, { ...shown, revisionId: second.revisionId });
  assert.notEqual(second.revisionId, revisionId);
  const list = async (input: object) => (await call("DescribeResourcePolicies", input)).resourcePolicies?.length;
  const lists = [list({}), list({ policyScope: "RESOURCE" }), list({ resourceArn })];
  assert.deepEqual(await Promise.all(lists), [0, 1, 1]);
  await call("DeleteLogGroup", { logGroupName: "/app" });
  await call("CreateLogGroup", { logGroupName: "/app" });
  assert.deepEqual(await Promise.all([list({ policyScope: "RESOURCE" }), list({ resourceArn })]), [0, 0]);
  await assert.rejects(call("DeleteResourcePolicy", { resourceArn }), isFault("ResourceNotFoundException"));
});

for (const [what, input, code, message] of [
  ["no name and no group", { policyDocument }, "InvalidParameterException", /Exactly one/],
  ["both", { policyName: "p", resourceArn, policyDocument }, "InvalidParameterException", /Exactly one/],
  ["no document", { policyName: "p" }, "InvalidParameterException", /policyDocument/],
  ["a document that is none", { policyName: "p", policyDocument: "x" }, "InvalidParameterException", /invalid Json/],
  [
    "a group that is not there",
    { resourceArn: `${resourceArn}x`, policyDocument },
    "ResourceNotFoundException",
    /group/,
  ],
  ["a group that is none", { resourceArn: "/app", policyDocument }, "InvalidParameterException", /resourceArn/],
  [
    "a revision of what has none",
    { policyName: "p", policyDocument, expectedRevisionId: "1" },
    "InvalidParameterException",
    /expectedRevisionId/,
  ],
] as const) {
  test(`refused: ${what}`, async () => {
    const { call } = await ready();
    await assert.rejects(call("PutResourcePolicy", input), isFault(code, message));
  });
}
