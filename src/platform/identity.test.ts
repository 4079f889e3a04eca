import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "#kernel/controller.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { anyTaskArn } from "#services/ecs/model.ts";
import { iamCollections } from "#services/iam/index.ts";
import { roleOfArn } from "#services/iam/model.ts";
import { testWorld } from "../../test/support/context.ts";
import { addRole, document } from "../../test/support/iam.ts";
import { createIdentity } from "./identity.ts";

const account = "000000000000";
const region = "us-east-1";
const toTasks = { Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" };

test("a trust policy that ends at a time ends then, and one that denies from then on does", async () => {
  const { store, clock, random } = await testWorld({ collections: iamCollections });
  const identity = createIdentity({
    ...{ store, clock, random, account, log: silentLog, region: "us-east-1" },
    secretBox: createSecretBox(new Uint8Array(32), random),
    root: { accessKeyId: "AKIAROOT", secretAccessKey: "secret" },
  });
  const end = new Date(clock.now() + 60_000).toISOString();
  const service = { Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" };
  const until = { Effect: "Allow", ...service, Condition: { DateLessThan: { "aws:CurrentTime": end } } };
  const from = { Effect: "Deny", ...service, Condition: { DateGreaterThan: { "aws:CurrentTime": end } } };
  const trust = (...Statement: object[]) => ({ trust: JSON.stringify({ Version: "2012-10-17", Statement }) });
  await addRole(store, account, "allowed", trust(until));
  await addRole(store, account, "denied", trust({ Effect: "Allow", ...service }, from));
  const may = () =>
    ["allowed", "denied"].map((name) => {
      const role = roleOfArn(store, `arn:aws:iam::${account}:role/${name}`)!;
      return identity.trusts(role, "sts:AssumeRole", { service: "ecs-tasks.amazonaws.com" }, {});
    });
  assert.deepEqual(may(), [true, true]);
  await clock.advance(120_000);
  assert.deepEqual(may(), [false, false]);
  await identity.usage.close();
});

test("a role is asked about with the resource on whose behalf a service takes it on", async () => {
  const { store, clock, random } = await testWorld({ collections: iamCollections });
  const secretBox = createSecretBox(new Uint8Array(32), random);
  const root = { accessKeyId: "AKIAROOT", secretAccessKey: "secret" };
  const identity = createIdentity({ ...{ store, secretBox, clock, random, account, region, root }, log: silentLog });
  const task = anyTaskArn({ account, region });
  // As "Task IAM role" (Amazon ECS Developer Guide) recommends it against confused deputies.
  const guarded = (sourceAccount: string, sourceArn: string) => ({
    ...toTasks,
    Condition: { StringEquals: { "aws:SourceAccount": sourceAccount }, ArnLike: { "aws:SourceArn": sourceArn } },
  });
  const cases: readonly [Record<string, unknown>, boolean][] = [
    [toTasks, true],
    [guarded(account, `arn:aws:ecs:${region}:${account}:*`), true],
    [guarded(account, `arn:aws:ecs:eu-west-1:${account}:*`), false],
    [guarded("111122223333", `arn:aws:ecs:${region}:${account}:*`), false],
  ];
  for (const [i, [statement, expected]] of cases.entries()) {
    await addRole(store.as("api"), account, `app${i}`, { trust: document(statement) });
    const role = `arn:aws:iam::${account}:role/app${i}`;
    assert.equal(
      identity.canAssume(account, role, "ecs-tasks.amazonaws.com", task),
      expected,
      JSON.stringify(statement),
    );
    assert.equal(identity.canAssume("111122223333", role, "ecs-tasks.amazonaws.com", task), false);
  }
});
