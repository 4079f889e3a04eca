import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { CredentialsProvider } from "#host/agent/ports.ts";
import { silentLog } from "#kernel/controller.ts";
import { createSecretBox, type SecretBox } from "#kernel/secret-box.ts";
import { ecsCollections } from "#services/ecs/index.ts";
import { type TaskRecord, taskArn, taskKey } from "#services/ecs/model.ts";
import { iamCollections } from "#services/iam/index.ts";
import { policyCompiler } from "#services/iam/policy/index.ts";
import { trusts } from "#services/iam/trust.ts";
import { openSession } from "#services/sts/index.ts";
import { type TestWorld, testWorld } from "../../test/support/context.ts";
import { addRole, document } from "../../test/support/iam.ts";
import { createTaskCredentials } from "./task-credentials.ts";

const account = "000000000000";
const at = { account, region: "us-east-1", clusterName: "default", id: "0123456789abcdef0123456789abcdef" };
const toTasks = { Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" };
const hourMs = 3_600_000;

let world: TestWorld;
let box: SecretBox;
let credentials: CredentialsProvider;

describe("credentials of tasks", () => {
  beforeEach(async () => {
    world = await testWorld({ collections: [...ecsCollections, ...iamCollections] });
    const { store, clock, random } = world;
    box = createSecretBox(new Uint8Array(32), random);
    const compile = policyCompiler();
    credentials = createTaskCredentials({
      ...{ store, secretBox: box, clock, random, log: silentLog },
      trusts: (role, action, principal, keys) => trusts(compile, role, action, principal, keys),
    });
  });

  async function taskOf(trust: string, more: Partial<TaskRecord> = {}): Promise<void> {
    await addRole(world.store.as("api"), account, "app", { trust });
    const value = {
      ...{ ...at, taskArn: taskArn(at), lastStatus: "PROVISIONING", desiredStatus: "RUNNING", createdAt: 0 },
      ...{ taskRoleArn: `arn:aws:iam::${account}:role/app`, credentialsId: "c1", family: "f", group: "g" },
      ...more,
    };
    await world.store.as("api").commit({ put: [{ key: taskKey(at), value }] });
  }

  test("a task has a session of its role, named after it", async () => {
    await taskOf(document(toTasks));
    const given = await credentials.get("c1");
    assert.equal(given?.RoleArn, `arn:aws:iam::${account}:role/app`);
    const { caller, secretAccessKey } = openSession(box, given!.AccessKeyId, given!.Token)!;
    assert.equal(caller.arn, `arn:aws:sts::${account}:assumed-role/app/${at.id}`);
    assert.equal(secretAccessKey, given!.SecretAccessKey);
    assert.equal(await credentials.get("c2"), undefined);
  });

  test("there are new credentials before the old ones end, and the old ones are good until then", async () => {
    await taskOf(document(toTasks));
    const first = await credentials.get("c1");
    const endsAt = Date.parse(first!.Expiration);
    await world.clock.advance(5 * hourMs);
    assert.deepEqual(await credentials.get("c1"), first);
    await world.clock.advance(0.8 * hourMs);
    const second = await credentials.get("c1");
    assert.notEqual(second!.AccessKeyId, first!.AccessKeyId);
    assert.ok(world.clock.now() < endsAt - 5 * 60_000, "SDKs ask five minutes before the end");
    assert.ok(Date.parse(second!.Expiration) > endsAt);
  });

  test("a role that does not let ECS take it on gives none, for another account's tasks neither", async () => {
    const closed: [string, string][] = [
      ["another service", document({ ...toTasks, Principal: { Service: "ec2.amazonaws.com" } })],
      ["its account", document({ ...toTasks, Principal: { AWS: account } })],
      [
        "another account's tasks",
        document({ ...toTasks, Condition: { StringEquals: { "aws:SourceAccount": "111111111111" } } }),
      ],
      [
        "another cluster's tasks",
        document({ ...toTasks, Condition: { ArnLike: { "aws:SourceArn": "arn:aws:ecs:*:*:task/other/*" } } }),
      ],
    ];
    for (const [trusted, trust] of closed) {
      await taskOf(trust);
      assert.equal(await credentials.get("c1"), undefined, trusted);
    }
    const own = { StringEquals: { "aws:SourceAccount": account }, ArnLike: { "aws:SourceArn": taskArn(at) } };
    await taskOf(document({ ...toTasks, Condition: own }));
    assert.notEqual(await credentials.get("c1"), undefined);
  });

  test("a task whose role is not there has none", async () => {
    await taskOf(document(toTasks), { taskRoleArn: `arn:aws:iam::${account}:role/other` });
    assert.equal(await credentials.get("c1"), undefined);
  });
});
