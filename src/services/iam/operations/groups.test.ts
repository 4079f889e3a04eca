import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import { iamWorld, interrupted } from "../../../../test/support/iam-world.ts";

describe("groups", () => {
  test("have members", async () => {
    const { iam } = await iamWorld();
    await iam("CreateUser", { UserName: "ada" });
    const { Group } = await iam("CreateGroup", { GroupName: "devs", Path: "/g/" });
    assert.match(Group!.GroupId, /^AGPA[A-Z2-7]{17}$/);
    assert.equal(Group!.Arn, "arn:aws:iam::000000000000:group/g/devs");
    await iam("AddUserToGroup", { GroupName: "devs", UserName: "ada" });
    await iam("AddUserToGroup", { GroupName: "devs", UserName: "ada" });
    assert.deepEqual((await iam("ListGroupsForUser", { UserName: "ada" })).Groups, [Group]);
    const inUse = isFault("DeleteConflictException", "Cannot delete entity, must remove users from group first.");
    await assert.rejects(iam("DeleteGroup", { GroupName: "devs" }), inUse);
    await iam("RemoveUserFromGroup", { GroupName: "devs", UserName: "ada" });
    await iam("DeleteGroup", { GroupName: "devs" });
    assert.deepEqual((await iam("ListGroups", {})).Groups, []);
  });

  test("keep their members when renamed", async () => {
    const { iam } = await iamWorld();
    await iam("CreateUser", { UserName: "ada" });
    await iam("CreateGroup", { GroupName: "devs" });
    await iam("AddUserToGroup", { GroupName: "devs", UserName: "ada" });
    await iam("UpdateGroup", { GroupName: "devs", NewGroupName: "ops" });
    const { Users } = await iam("GetGroup", { GroupName: "ops" });
    assert.deepEqual(
      Users.map((user) => user.UserName),
      ["ada"],
    );
  });

  test("are at most ten for a user", async () => {
    const { iam } = await iamWorld();
    await iam("CreateUser", { UserName: "ada" });
    for (let i = 0; i < 11; i++) await iam("CreateGroup", { GroupName: `g${i}` });
    for (let i = 0; i < 10; i++) await iam("AddUserToGroup", { GroupName: `g${i}`, UserName: "ada" });
    const full = isFault("LimitExceededException", "Cannot exceed quota for GroupsPerUser: 10");
    await assert.rejects(iam("AddUserToGroup", { GroupName: "g10", UserName: "ada" }), full);
  });

  for (const [number, joins] of [
    [1, true],
    [2, false],
  ] as const) {
    test(`joined before commit ${number} of their removal ${joins ? "stay" : "are gone"}`, async () => {
      const { iam, context } = await iamWorld();
      await iam("CreateUser", { UserName: "ada" });
      await iam("CreateGroup", { GroupName: "devs" });
      const join = () => iam("AddUserToGroup", { GroupName: "devs", UserName: "ada" });
      let joined: unknown;
      const store = interrupted(context().store, number, async () => {
        [joined] = await Promise.allSettled([join()]).then((results) => results.map(({ status }) => status));
      });
      const [removed] = await Promise.allSettled([iam("DeleteGroup", { GroupName: "devs" }, { store })]);
      assert.deepEqual([joined, removed.status], joins ? ["fulfilled", "rejected"] : ["rejected", "fulfilled"]);
      assert.equal((await iam("ListGroupsForUser", { UserName: "ada" })).Groups.length, joins ? 1 : 0);
      assert.equal((await iam("ListGroups", {})).Groups.length, joins ? 1 : 0);
    });
  }

  test("whose removal was cut off are not there, and are removed by asking again", async () => {
    const { iam, context } = await iamWorld();
    await iam("CreateGroup", { GroupName: "devs" });
    const cutOff = interrupted(context().store, 2, () => Promise.reject(new Error("killed")));
    await assert.rejects(iam("DeleteGroup", { GroupName: "devs" }, { store: cutOff }), /killed/);
    await assert.rejects(iam("GetGroup", { GroupName: "devs" }), isFault("NoSuchEntityException"));
    await iam("DeleteGroup", { GroupName: "devs" });
    await iam("CreateGroup", { GroupName: "devs" });
  });
});
