import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import { iamWorld, policyDocument } from "../../../../test/support/iam-world.ts";

describe("users", () => {
  test("are made, shown, listed by path and removed", async () => {
    const { iam, clock } = await iamWorld();
    await clock.advance(1234);
    const { User: made } = await iam("CreateUser", {
      UserName: "Ada.L",
      Path: "/eng/",
      Tags: [{ Key: "Team", Value: "x" }],
    });
    assert.match(made!.UserId, /^AIDA[A-Z2-7]{17}$/);
    assert.equal(made!.Arn, "arn:aws:iam::000000000000:user/eng/Ada.L");
    assert.equal(made!.CreateDate % 1000, 0);
    assert.deepEqual((await iam("GetUser", { UserName: "ada.l" })).User, made);
    await iam("CreateUser", { UserName: "bob" });
    const { Users } = await iam("ListUsers", { PathPrefix: "/eng/" });
    const { Tags: _, ...listed } = made!;
    assert.deepEqual(Users, [listed]);
    await iam("DeleteUser", { UserName: "Ada.L" });
    await assert.rejects(
      iam("GetUser", { UserName: "Ada.L" }),
      isFault("NoSuchEntityException", "The user with name Ada.L cannot be found."),
    );
  });

  test("have names that differ by more than case", async () => {
    const { iam } = await iamWorld();
    await iam("CreateUser", { UserName: "ada" });
    const exists = isFault("EntityAlreadyExistsException", "User with name ADA already exists.");
    await assert.rejects(iam("CreateUser", { UserName: "ADA" }), exists);
  });

  test("are worlds of their own in each account", async () => {
    const { iam } = await iamWorld();
    await iam("CreateUser", { UserName: "ada" });
    await iam("CreateUser", { UserName: "ada" }, { account: "111111111111" });
    assert.equal((await iam("ListUsers", {})).Users.length, 1);
    await iam("DeleteUser", { UserName: "ada" });
    const { User } = await iam("GetUser", { UserName: "ada" }, { account: "111111111111" });
    assert.equal(User.Arn, "arn:aws:iam::111111111111:user/ada");
  });

  test("are listed in pages", async () => {
    const { iam } = await iamWorld();
    for (const name of ["c", "a", "e", "b", "d"]) await iam("CreateUser", { UserName: name });
    const names: string[] = [];
    let page = await iam("ListUsers", { MaxItems: 2 });
    names.push(...page.Users.map((user) => user.UserName));
    while (page.IsTruncated) {
      page = await iam("ListUsers", { MaxItems: 2, Marker: page.Marker! });
      names.push(...page.Users.map((user) => user.UserName));
    }
    assert.deepEqual(names, ["a", "b", "c", "d", "e"]);
    assert.equal(page.Marker, undefined);
    await assert.rejects(iam("ListUsers", { Marker: "nonsense" }), isFault("ValidationError"));
    const other = (await iam("ListUsers", { MaxItems: 1 })).Marker!;
    await assert.rejects(
      iam("ListUsers", { MaxItems: 1, PathPrefix: "/x/", Marker: other }),
      isFault("ValidationError"),
    );
  });

  test("keep their id, keys and groups when renamed", async () => {
    const { iam } = await iamWorld();
    const { User } = await iam("CreateUser", { UserName: "ada" });
    await iam("CreateGroup", { GroupName: "devs" });
    await iam("AddUserToGroup", { GroupName: "devs", UserName: "ada" });
    const { AccessKey } = await iam("CreateAccessKey", { UserName: "ada" });
    await iam("UpdateUser", { UserName: "ada", NewUserName: "lovelace", NewPath: "/x/" });
    const renamed = (await iam("GetUser", { UserName: "lovelace" })).User;
    assert.equal(renamed.UserId, User!.UserId);
    assert.equal(renamed.Arn, "arn:aws:iam::000000000000:user/x/lovelace");
    const { AccessKeyMetadata } = await iam("ListAccessKeys", { UserName: "lovelace" });
    assert.deepEqual(
      AccessKeyMetadata.map((key) => [key.UserName, key.AccessKeyId]),
      [["lovelace", AccessKey.AccessKeyId]],
    );
    assert.deepEqual((await iam("GetGroup", { GroupName: "devs" })).Users, [renamed]);
    await assert.rejects(iam("GetUser", { UserName: "ada" }), isFault("NoSuchEntityException"));
    await iam("CreateUser", { UserName: "bob" });
    await assert.rejects(
      iam("UpdateUser", { UserName: "bob", NewUserName: "lovelace" }),
      isFault("EntityAlreadyExistsException"),
    );
  });

  test("change the case of their name", async () => {
    const { iam } = await iamWorld();
    await iam("CreateUser", { UserName: "ada" });
    await iam("UpdateUser", { UserName: "ada", NewUserName: "Ada" });
    assert.equal((await iam("GetUser", { UserName: "ada" })).User.UserName, "Ada");
  });

  const obstacles = [
    ["groups", "must remove users from group first.", ["AddUserToGroup", { GroupName: "g" }]],
    ["attached policies", "must detach all policies first.", ["AttachUserPolicy", { PolicyArn: readOnly() }]],
    [
      "inline policies",
      "must delete policies first.",
      ["PutUserPolicy", { PolicyName: "p", PolicyDocument: policyDocument }],
    ],
    ["access keys", "must delete access keys first.", ["CreateAccessKey", {}]],
    ["a password", "must delete login profile first.", ["CreateLoginProfile", { Password: "correct-Horse-1" }]],
  ] as const;
  for (const [what, message, [operation, input]] of obstacles) {
    test(`with ${what} are not removed`, async () => {
      const { iam } = await iamWorld();
      await iam("CreateUser", { UserName: "ada" });
      await iam("CreateGroup", { GroupName: "g" });
      await iam(operation, { UserName: "ada", ...input } as never);
      const conflict = isFault("DeleteConflictException", `Cannot delete entity, ${message}`);
      await assert.rejects(iam("DeleteUser", { UserName: "ada" }), conflict);
    });
  }

  test("without a name are those who call", async () => {
    const { iam } = await iamWorld();
    const { User } = await iam("CreateUser", { UserName: "ada" });
    const caller = {
      arn: User!.Arn,
      userId: User!.UserId,
      account: "000000000000",
      accessKeyId: "AKIAIOSFODNN7EXAMPLE",
      type: "User",
    } as const;
    assert.equal((await iam("GetUser", {}, { caller })).User.UserName, "ada");
    assert.equal((await iam("GetUser", {})).User.Arn, "arn:aws:iam::000000000000:root");
    await assert.rejects(
      iam("GetUser", {}, { caller: { ...caller, userId: "AROAX:session", type: "AssumedRole" } }),
      isFault("ValidationError", "Must specify userName when calling with non-User credentials"),
    );
  });
});

describe("tags of users", () => {
  test("are the same whatever their case", async () => {
    const { iam } = await iamWorld();
    await iam("CreateUser", { UserName: "ada", Tags: [{ Key: "Team", Value: "a" }] });
    await iam("TagUser", {
      UserName: "ada",
      Tags: [
        { Key: "team", Value: "b" },
        { Key: "x", Value: "" },
      ],
    });
    const { Tags } = await iam("ListUserTags", { UserName: "ada" });
    assert.deepEqual(Tags, [
      { Key: "team", Value: "b" },
      { Key: "x", Value: "" },
    ]);
    await iam("UntagUser", { UserName: "ada", TagKeys: ["TEAM", "other"] });
    assert.deepEqual((await iam("ListUserTags", { UserName: "ada" })).Tags, [{ Key: "x", Value: "" }]);
  });

  test("are refused twice, reserved, or too many", async () => {
    const { iam } = await iamWorld();
    await iam("CreateUser", { UserName: "ada" });
    const tag = (Key: string) => ({ Key, Value: "v" });
    const twice = "Duplicate tag keys found. Please note that Tag keys are case insensitive.";
    const call = (Tags: { Key: string; Value: string }[]) => iam("TagUser", { UserName: "ada", Tags });
    await assert.rejects(call([tag("a"), tag("A")]), isFault("InvalidInputException", twice));
    await assert.rejects(call([tag("aws:x")]), isFault("InvalidInputException"));
    await call(Array.from({ length: 50 }, (_, i) => tag(`k${i}`)));
    await assert.rejects(call([tag("one-more")]), isFault("LimitExceededException"));
  });
});

function readOnly(): string {
  return "arn:aws:iam::aws:policy/ReadOnlyAccess";
}
