import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { accountOfAccessKeyId } from "#kernel/access-key-id.ts";
import { silentLog } from "#kernel/controller.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { isFault } from "../../../test/support/context.ts";
import { iamWorld } from "../../../test/support/iam-world.ts";
import { accessKeyFinder } from "./credentials.ts";
import { accessKeys, lastUsed } from "./model.ts";
import { UsageLog } from "./usage.ts";

describe("access keys", () => {
  test("are found with their secret and their user, from memory", async () => {
    const { iam, store, secretBox } = await iamWorld();
    const find = accessKeyFinder({ store, secretBox, partition: "aws" });
    const { User } = await iam("CreateUser", { UserName: "ada" });
    const { AccessKey } = await iam("CreateAccessKey", { UserName: "ada" });
    assert.match(AccessKey.AccessKeyId, /^AKIA[A-Z2-7]{16}$/);
    assert.match(AccessKey.SecretAccessKey, /^[A-Za-z0-9+/]{40}$/);
    assert.equal(accountOfAccessKeyId(AccessKey.AccessKeyId), "000000000000");
    const { UserId: userId, Arn: arn } = User!;
    const accessKeyId = AccessKey.AccessKeyId;
    assert.deepEqual(find(accessKeyId), {
      secretAccessKey: AccessKey.SecretAccessKey,
      status: "Active",
      caller: { arn, userId, account: "000000000000", accessKeyId, type: "User" },
    });
    await iam("UpdateAccessKey", { UserName: "ada", AccessKeyId: accessKeyId, Status: "Inactive" });
    assert.equal(find(accessKeyId)?.status, "Inactive");
    await iam("DeleteAccessKey", { UserName: "ada", AccessKeyId: accessKeyId });
    assert.equal(find(accessKeyId), undefined);
  });

  test("keep their secret sealed", async () => {
    const { iam, store, random } = await iamWorld();
    await iam("CreateUser", { UserName: "ada" });
    const { AccessKey } = await iam("CreateAccessKey", { UserName: "ada" });
    const [record] = [...store.view(accessKeys).all()];
    assert.ok(!JSON.stringify(record).includes(AccessKey.SecretAccessKey));
    const other = createSecretBox(new Uint8Array(32).fill(8), random);
    assert.equal(accessKeyFinder({ store, secretBox: other, partition: "aws" })(AccessKey.AccessKeyId), undefined);
  });

  for (const [whose, owner] of [
    ["a user", { UserName: "ada" }],
    ["the root user", {}],
  ] as const) {
    test(`are at most two for ${whose}, also when several are asked for at once`, async () => {
      const { iam } = await iamWorld();
      await iam("CreateUser", { UserName: "ada" });
      const made = await Promise.allSettled([1, 2, 3].map(() => iam("CreateAccessKey", owner)));
      assert.equal(made.filter(({ status }) => status === "fulfilled").length, 2);
      const full = isFault("LimitExceededException", "Cannot exceed quota for AccessKeysPerUser: 2");
      await assert.rejects(iam("CreateAccessKey", owner), full);
    });
  }

  test("of the root user have no name", async () => {
    const { iam, store, secretBox } = await iamWorld();
    const { AccessKey } = await iam("CreateAccessKey", {});
    const found = accessKeyFinder({ store, secretBox, partition: "aws" })(AccessKey.AccessKeyId);
    assert.equal(found?.caller.type, "Root");
    assert.equal(found?.caller.arn, "arn:aws:iam::000000000000:root");
    assert.equal((await iam("ListAccessKeys", {})).AccessKeyMetadata.length, 1);
  });

  test("of one user are not another's", async () => {
    const { iam } = await iamWorld();
    await iam("CreateUser", { UserName: "ada" });
    await iam("CreateUser", { UserName: "bob" });
    const { AccessKeyId } = (await iam("CreateAccessKey", { UserName: "ada" })).AccessKey;
    const notFound = isFault("NoSuchEntityException", `The Access Key with id ${AccessKeyId} cannot be found.`);
    await assert.rejects(iam("DeleteAccessKey", { UserName: "bob", AccessKeyId }), notFound);
    await assert.rejects(iam("DeleteAccessKey", { UserName: "ada", AccessKeyId }, { account: "111111111111" }));
  });
});

describe("the last use", () => {
  test("of a key is written once a minute", async () => {
    const { iam, store, secretBox, clock } = await iamWorld();
    await iam("CreateUser", { UserName: "ada" });
    const { AccessKeyId } = (await iam("CreateAccessKey", { UserName: "ada" })).AccessKey;
    const { caller } = accessKeyFinder({ store, secretBox, partition: "aws" })(AccessKeyId)!;
    const usage = new UsageLog({ store: store.as("iam.usage"), clock, log: silentLog });
    const lastUsed = async () => (await iam("GetAccessKeyLastUsed", { AccessKeyId })).AccessKeyLastUsed;
    assert.deepEqual(await lastUsed(), { ServiceName: "N/A", Region: "N/A" });
    usage.note(caller, "ecs", "eu-west-1");
    await clock.advance(10_000);
    const at = clock.now();
    usage.note(caller, "sts", "us-east-1");
    assert.deepEqual(await lastUsed(), { ServiceName: "N/A", Region: "N/A" });
    await clock.advance(60_000);
    assert.deepEqual(await lastUsed(), { LastUsedDate: at, ServiceName: "sts", Region: "us-east-1" });
  });

  test("of a key that is gone is forgotten", async () => {
    const { iam, store, secretBox, clock } = await iamWorld();
    await iam("CreateUser", { UserName: "ada" });
    const { AccessKeyId } = (await iam("CreateAccessKey", { UserName: "ada" })).AccessKey;
    const { caller } = accessKeyFinder({ store, secretBox, partition: "aws" })(AccessKeyId)!;
    const usage = new UsageLog({ store: store.as("iam.usage"), clock, log: silentLog });
    usage.note(caller, "ecs", "eu-west-1");
    await iam("DeleteAccessKey", { UserName: "ada", AccessKeyId });
    await usage.close();
    assert.equal(clock.nextAt(), undefined);
    assert.equal(store.view(lastUsed).size, 0);
    await assert.rejects(iam("GetAccessKeyLastUsed", { AccessKeyId }), isFault("AccessDenied"));
  });
});
