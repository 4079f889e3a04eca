import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { isFault, testWorld } from "../../../../test/support/context.ts";
import { ssmCollections } from "../index.ts";
import { createOperations } from "./index.ts";

const SessionId = "ecs-execute-command-abcdefghijklmnopqrstuvwxyz";

async function ready() {
  const ended: unknown[] = [];
  const end = ({ account, region }: { account: string; region: string }, sessionId: string) => {
    ended.push([account, region, sessionId]);
    return false;
  };
  const operations = createOperations({ box: createSecretBox(new Uint8Array(32), seededRandom(7)), sessions: { end } });
  const world = await testWorld({ collections: ssmCollections, model: "ssm" });
  return { world, operations, ended };
}

test("a session of ECS Exec is terminated, in the caller's account and region", async () => {
  const { world, operations, ended } = await ready();
  assert.deepEqual(await world.call(operations, "TerminateSession", { SessionId }), { SessionId });
  assert.deepEqual(ended, [["000000000000", "us-east-1", SessionId]]);
});

test("a session that has lost its client cannot be gone on with", async () => {
  const { world, operations } = await ready();
  assert.deepEqual(await world.call(operations, "ResumeSession", { SessionId }), { SessionId });
  const other = world.call(operations, "ResumeSession", { SessionId: "someone-0123" });
  await assert.rejects(other, isFault("DoesNotExistException", /does not exist/));
});
