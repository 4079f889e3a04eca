import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createAuthorizer } from "#gateway/authorize/authorizer.ts";
import type { ProtectionChange } from "#host/agent/ports.ts";
import type { TaskPayload } from "#kernel/agent-protocol.ts";
import { type Log, silentLog } from "#kernel/controller.ts";
import { noExecSessions } from "#kernel/exec-sessions.ts";
import type { ServiceModule } from "#kernel/handler.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { ecsAuthorization } from "#services/ecs/authorization.ts";
import { ecsCollections } from "#services/ecs/index.ts";
import { type TaskRecord, taskArn, taskKey } from "#services/ecs/model.ts";
import { createOperations } from "#services/ecs/operations/index.ts";
import { iamCollections } from "#services/iam/index.ts";
import { type TestWorld, testWorld } from "../../test/support/context.ts";
import { addRole, document } from "../../test/support/iam.ts";
import { type ActAs, createActAs } from "./act-as.ts";
import { createTaskProtection } from "./task-protection.ts";

const account = "000000000000";
const region = "us-east-1";
const at = { account, region, clusterName: "web", id: "0123456789abcdef0123456789abcdef" };
const payload = { taskArn: taskArn(at) } as TaskPayload;
const trust = document({ Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" });
const rights = document({ Action: ["ecs:GetTaskProtection", "ecs:UpdateTaskProtection"], Resource: payload.taskArn });
const ecs: ServiceModule = {
  ...{
    name: "ecs",
    operations: createOperations({ sessions: noExecSessions, account }),
    controllers: [],
    collections: [],
  },
  authorization: ecsAuthorization,
};

let world: TestWorld;
let trusted = true;
let actAs: ActAs;

function call(change?: ProtectionChange, log: Log = silentLog) {
  const { store, clock, random } = world;
  return createTaskProtection({ store, clock, random, log, trusts: () => trusted, actAs }).call(payload, change);
}

async function taskWith(policy: string, more: Partial<TaskRecord> = { service: { serviceName: "app" } as never }) {
  await addRole(world.store, account, "app", { trust, policy });
  await world.call(ecs.operations, "CreateCluster", { clusterName: "web" });
  const value = {
    ...{ ...at, taskArn: payload.taskArn, lastStatus: "PROVISIONING", desiredStatus: "RUNNING", createdAt: 0 },
    ...{ taskRoleArn: `arn:aws:iam::${account}:role/app`, credentialsId: "c1", family: "f", group: "g", ...more },
  };
  await world.store.as("api").commit({ put: [{ key: taskKey(at), value }] });
}

describe("a task's protection of itself", () => {
  beforeEach(async () => {
    trusted = true;
    world = await testWorld({ collections: [...ecsCollections, ...iamCollections] });
    const { store, clock, random } = world;
    const secretBox = createSecretBox(new Uint8Array(32), random);
    const { checkCall } = createAuthorizer({ services: [ecs], store, clock, secretBox });
    const parts = { services: [ecs], store, clock, random, log: silentLog, canAssume: () => true };
    actAs = createActAs({ ...parts, check: checkCall });
  });

  test("is read and changed with the rights of its role", async () => {
    await taskWith(rights);
    const unprotected = { protection: { taskArn: payload.taskArn, enabled: false } };
    assert.deepEqual(await call(), unprotected);
    const protection = { taskArn: payload.taskArn, enabled: true, expiresAt: world.clock.now() + 60 * 60_000 };
    assert.deepEqual(await call({ protectionEnabled: true, expiresInMinutes: 60 }), { protection });
    assert.deepEqual(await call(), { protection });
    assert.deepEqual(await call({ protectionEnabled: false }), unprotected);
  });

  test("is refused in IAM's words to a role without the right, and to one that cannot be taken on", async () => {
    await taskWith(document({ Action: "ecs:UpdateTaskProtection" }));
    const answer = await call();
    assert.ok(answer !== undefined && "error" in answer);
    const who = `arn:aws:sts::${account}:assumed-role/app/${at.id}`;
    const words =
      `User: ${who} is not authorized to perform: ecs:GetTaskProtection on resource: ${payload.taskArn} ` +
      "because no identity-based policy allows the ecs:GetTaskProtection action";
    assert.deepEqual(answer.error, { code: "AccessDeniedException", message: words, status: 400 });
    assert.match(answer.requestId, /^[0-9a-f-]{36}$/);
    trusted = false;
    assert.equal(await call(), undefined);
  });

  test("is no affair of a standalone task, nor without a cluster, and has bounds", async () => {
    await taskWith(rights, {});
    assert.deepEqual(await call(), { failure: { arn: payload.taskArn, reason: "TASK_NOT_VALID" } });
    const tooLong = await call({ protectionEnabled: true, expiresInMinutes: 2_881 });
    assert.deepEqual(tooLong && "error" in tooLong && tooLong.error, {
      code: "InvalidParameterException",
      message: "expiresInMinutes must be between 1 and 2880.",
      status: 400,
    });
  });

  test("an unexpected error is logged, and told without its words", async () => {
    await taskWith(rights);
    actAs = () => Promise.reject(new TypeError("x is undefined"));
    const logged: string[] = [];
    const answer = await call(undefined, { ...silentLog, error: (message) => void logged.push(message) });
    const told = { code: "ServerException", message: "Unexpected error occurred", status: 500 };
    assert.deepEqual(answer && "error" in answer && answer.error, told);
    assert.equal(logged.length, 1);
  });
});
