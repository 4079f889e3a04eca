import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { keyOf } from "#kernel/store.ts";
import { isFault } from "../../../../test/support/context.ts";
import { iamWorld, interrupted, policyDocument, trustPolicy } from "../../../../test/support/iam-world.ts";
import { type PolicyRecord, policies } from "../model.ts";
import { linkedRoleUse } from "../service-linked/uses.ts";

describe("roles", () => {
  test("are made, shown, changed and removed", async () => {
    const { iam } = await iamWorld();
    const { Role } = await iam("CreateRole", {
      RoleName: "task",
      Path: "/svc/",
      AssumeRolePolicyDocument: trustPolicy,
      Description: "d",
      Tags: [{ Key: "a", Value: "b" }],
    });
    assert.deepEqual(Object.keys(Role), [
      ...["Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument", "Tags"],
    ]);
    assert.equal(decodeURIComponent(Role.AssumeRolePolicyDocument!), trustPolicy);
    const shown = (await iam("GetRole", { RoleName: "task" })).Role;
    assert.deepEqual(shown, { ...Role, Description: "d", MaxSessionDuration: 3600, RoleLastUsed: {} });
    const { Tags: _, RoleLastUsed: __, ...listed } = shown;
    assert.deepEqual((await iam("ListRoles", {})).Roles, [listed]);
    await iam("UpdateRole", { RoleName: "task", Description: "e", MaxSessionDuration: 7200 });
    const updated = (await iam("GetRole", { RoleName: "task" })).Role;
    assert.deepEqual([updated.Description, updated.MaxSessionDuration], ["e", 7200]);
    await iam("DeleteRole", { RoleName: "task" });
    await assert.rejects(
      iam("GetRole", { RoleName: "task" }),
      isFault("NoSuchEntityException", "The role with name task cannot be found."),
    );
  });

  test("may not be made where those of services are", async () => {
    const { iam } = await iamWorld();
    const Path = "/aws-service-role/ecs.amazonaws.com/";
    await assert.rejects(
      iam("CreateRole", { RoleName: "x", Path, AssumeRolePolicyDocument: trustPolicy }),
      isFault("InvalidInputException"),
    );
  });

  test("have a permissions boundary", async () => {
    const { iam } = await iamWorld();
    const { Policy } = await iam("CreatePolicy", { PolicyName: "b", PolicyDocument: policyDocument });
    const PermissionsBoundary = Policy!.Arn!;
    const made = await iam("CreateRole", { RoleName: "r", AssumeRolePolicyDocument: trustPolicy, PermissionsBoundary });
    const boundary = { PermissionsBoundaryType: "Policy", PermissionsBoundaryArn: PermissionsBoundary };
    assert.deepEqual(made.Role.PermissionsBoundary, boundary);
    assert.deepEqual((await iam("GetRole", { RoleName: "r" })).Role.PermissionsBoundary, boundary);
    await iam("DeleteRolePermissionsBoundary", { RoleName: "r" });
    assert.equal((await iam("GetRole", { RoleName: "r" })).Role.PermissionsBoundary, undefined);
    await assert.rejects(iam("DeleteRolePermissionsBoundary", { RoleName: "r" }), isFault("NoSuchEntityException"));
  });
});

describe("instance profiles", () => {
  test("hold one role, which stays as long", async () => {
    const { iam } = await iamWorld();
    await iam("CreateRole", { RoleName: "r", AssumeRolePolicyDocument: trustPolicy });
    await iam("CreateInstanceProfile", { InstanceProfileName: "ip" });
    await iam("AddRoleToInstanceProfile", { InstanceProfileName: "ip", RoleName: "R" });
    await assert.rejects(
      iam("AddRoleToInstanceProfile", { InstanceProfileName: "ip", RoleName: "r" }),
      isFault("LimitExceededException", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"),
    );
    const inUse = isFault(
      "DeleteConflictException",
      "Cannot delete entity, must remove roles from instance profile first.",
    );
    await assert.rejects(iam("DeleteRole", { RoleName: "r" }), inUse);
    await assert.rejects(iam("DeleteInstanceProfile", { InstanceProfileName: "ip" }), inUse);
    const { InstanceProfiles } = await iam("ListInstanceProfilesForRole", { RoleName: "r" });
    assert.deepEqual(
      InstanceProfiles.map((profile) => profile.Roles.map((role) => role.RoleName)),
      [["r"]],
    );
    await iam("RemoveRoleFromInstanceProfile", { InstanceProfileName: "ip", RoleName: "r" });
    await iam("DeleteRole", { RoleName: "r" });
    assert.deepEqual((await iam("GetInstanceProfile", { InstanceProfileName: "ip" })).InstanceProfile.Roles, []);
  });

  test("take in a role that is about to be removed, which then stays", async () => {
    const { iam, context } = await iamWorld();
    await iam("CreateRole", { RoleName: "r", AssumeRolePolicyDocument: trustPolicy });
    await iam("CreateInstanceProfile", { InstanceProfileName: "ip" });
    const add = () => iam("AddRoleToInstanceProfile", { InstanceProfileName: "ip", RoleName: "r" });
    const store = interrupted(context().store, 1, add);
    await assert.rejects(iam("DeleteRole", { RoleName: "r" }, { store }), isFault("DeleteConflictException"));
  });

  test("do not take in a role that has just been removed", async () => {
    const { iam, context } = await iamWorld();
    await iam("CreateRole", { RoleName: "r", AssumeRolePolicyDocument: trustPolicy });
    await iam("CreateInstanceProfile", { InstanceProfileName: "ip" });
    const store = interrupted(context().store, 1, () => iam("DeleteRole", { RoleName: "r" }));
    const input = { InstanceProfileName: "ip", RoleName: "r" };
    await assert.rejects(iam("AddRoleToInstanceProfile", input, { store }), isFault("NoSuchEntityException"));
  });
});

describe("service-linked roles", () => {
  test("are made for a service, and change through it alone", async () => {
    const { iam } = await iamWorld();
    const { Role } = await iam("CreateServiceLinkedRole", { AWSServiceName: "ecs.amazonaws.com" });
    assert.equal(Role?.Arn, "arn:aws:iam::000000000000:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS");
    const RoleName = "AWSServiceRoleForECS";
    const message =
      "Cannot perform the operation on the protected role 'AWSServiceRoleForECS' - this role is only modifiable by AWS";
    const isProtected = isFault("UnmodifiableEntityException", message);
    await assert.rejects(iam("DeleteRole", { RoleName }), isProtected);
    await assert.rejects(iam("UpdateRole", { RoleName, MaxSessionDuration: 7200 }), isProtected);
    const put = { RoleName, PolicyName: "p", PolicyDocument: policyDocument };
    await assert.rejects(iam("PutRolePolicy", put), isProtected);
    await iam("UpdateRoleDescription", { RoleName, Description: "mine" });
    await iam("TagRole", { RoleName, Tags: [{ Key: "a", Value: "b" }] });
    const { DeletionTaskId } = await iam("DeleteServiceLinkedRole", { RoleName });
    assert.match(DeletionTaskId, /^task\/aws-service-role\/ecs\.amazonaws\.com\/AWSServiceRoleForECS\/[0-9a-f-]{36}$/);
    assert.deepEqual(await iam("GetServiceLinkedRoleDeletionStatus", { DeletionTaskId }), { Status: "SUCCEEDED" });
    await assert.rejects(iam("GetRole", { RoleName }), isFault("NoSuchEntityException"));
  });

  test("are not deleted while their service uses them in the account, in any region", async () => {
    // A policy stands for what the service has made.
    const resource = ({ description }: PolicyRecord) => description;
    const { iam, store } = await iamWorld([linkedRoleUse(policies, "ecs.amazonaws.com", resource)]);
    await iam("CreateServiceLinkedRole", { AWSServiceName: "ecs.amazonaws.com" });
    const remove = async () => {
      const { DeletionTaskId } = await iam("DeleteServiceLinkedRole", { RoleName: "AWSServiceRoleForECS" });
      return iam("GetServiceLinkedRoleDeletionStatus", { DeletionTaskId });
    };
    const records = [
      ["000000000000", "us-east-1", "web"],
      ["000000000000", "us-east-1", "api"],
      ["000000000000", "eu-west-1", "app"],
      ["000000000000", "eu-west-1", undefined],
      ["111111111111", "us-east-1", "other"],
    ].map(([account = "", region = "", description], i) => ({
      key: keyOf(policies, account, region, String(i)),
      value: { account, description, versions: [] } as unknown as PolicyRecord,
    }));
    await store.commit({ put: records });
    const Reason = {
      Reason: "The role is in use by resources of its service.",
      RoleUsageList: [
        { Region: "eu-west-1", Resources: ["app"] },
        { Region: "us-east-1", Resources: ["api", "web"] },
      ],
    };
    assert.deepEqual(await remove(), { Status: "FAILED", Reason });
    await iam("GetRole", { RoleName: "AWSServiceRoleForECS" });
    await store.commit({ remove: records.slice(0, 3).map(({ key }) => key) });
    assert.deepEqual(await remove(), { Status: "SUCCEEDED" });
  });

  test("of services that do not exist are refused", async () => {
    const { iam } = await iamWorld();
    const AWSServiceName = "nothing.amazonaws.com";
    await assert.rejects(iam("CreateServiceLinkedRole", { AWSServiceName }), isFault("InvalidInputException"));
  });
});
