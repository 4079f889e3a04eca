import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { iamCollections } from "#services/iam/index.ts";
import { roleKey, roles } from "#services/iam/model.ts";
import { isFault, testWorld } from "../../../test/support/context.ts";
import { organizationsCollections } from "./index.ts";
import { createOperations } from "./operations/index.ts";

const managementAccount = "000000000000";
const operations = createOperations({ managementAccount });

async function world() {
  const made = await testWorld({
    collections: [...iamCollections, ...organizationsCollections],
    model: "organizations",
  });
  const create = (AccountName: string, Email = `${AccountName}@example.com`) =>
    made.call(operations, "CreateAccount", { AccountName, Email });
  return { ...made, create };
}

describe("accounts", () => {
  test("are made with a role for the management account", async () => {
    const { create, call, store } = await world();
    const { CreateAccountStatus: status } = await create("dev");
    assert.equal(status?.State, "SUCCEEDED");
    assert.match(status?.AccountId ?? "", /^\d{12}$/);
    const role = store.view(roles).get(roleKey(status!.AccountId!, "OrganizationAccountAccessRole"))?.value;
    assert.deepEqual(JSON.parse(role!.assumeRolePolicyDocument).Statement, [
      { Effect: "Allow", Principal: { AWS: "arn:aws:iam::000000000000:root" }, Action: "sts:AssumeRole" },
    ]);
    assert.deepEqual(role?.attachedPolicies, ["arn:aws:iam::aws:policy/AdministratorAccess"]);
    const CreateAccountRequestId = status!.Id!;
    const asked = await call(operations, "DescribeCreateAccountStatus", { CreateAccountRequestId });
    assert.deepEqual(asked.CreateAccountStatus, status);
    const { Account } = await call(operations, "DescribeAccount", { AccountId: status!.AccountId! });
    assert.deepEqual([Account?.Name, Account?.Email, Account?.State], ["dev", "dev@example.com", "ACTIVE"]);
    const { Accounts } = await call(operations, "ListAccounts", {});
    assert.deepEqual(Accounts?.map(({ Id }) => Id).sort(), [managementAccount, status?.AccountId].sort());
  });

  test("have addresses of their own", async () => {
    const { create, call } = await world();
    const made = await Promise.all([create("a", "X@example.com"), create("b", "x@example.com")]);
    const states = made.map(({ CreateAccountStatus }) => CreateAccountStatus?.State);
    assert.deepEqual(states.sort(), ["FAILED", "SUCCEEDED"]);
    const failed = await call(operations, "ListCreateAccountStatus", { States: ["FAILED"] });
    assert.deepEqual(
      failed.CreateAccountStatuses?.map(({ FailureReason }) => FailureReason),
      ["EMAIL_ALREADY_EXISTS"],
    );
  });

  test("are seen by the management account alone", async () => {
    const { create, call } = await world();
    const { CreateAccountStatus } = await create("dev");
    const account = CreateAccountStatus!.AccountId!;
    const denied = isFault("AccessDeniedException", "You don't have permissions to access this resource.");
    await assert.rejects(call(operations, "ListAccounts", {}, { account }), denied);
    await assert.rejects(call(operations, "CreateAccount", { AccountName: "x", Email: "x@y.z" }, { account }), denied);
    const { Organization } = await call(operations, "DescribeOrganization", {}, { account });
    assert.equal(Organization?.MasterAccountId, managementAccount);
    assert.match(Organization?.Id ?? "", /^o-[a-z0-9]{10}$/);
    await assert.rejects(
      call(operations, "DescribeAccount", { AccountId: "999999999999" }),
      isFault("AccountNotFoundException"),
    );
  });

  test("are tagged, and stand below the root", async () => {
    const { create, call } = await world();
    const { CreateAccountStatus } = await create("dev");
    const ResourceId = CreateAccountStatus!.AccountId!;
    await call(operations, "TagResource", {
      ResourceId,
      Tags: [
        { Key: "a", Value: "b" },
        { Key: "c", Value: "d" },
      ],
    });
    await call(operations, "UntagResource", { ResourceId, TagKeys: ["a"] });
    const { Tags } = await call(operations, "ListTagsForResource", { ResourceId });
    assert.deepEqual(Tags, [{ Key: "c", Value: "d" }]);
    const { Roots } = await call(operations, "ListRoots", {});
    const { Parents } = await call(operations, "ListParents", { ChildId: ResourceId });
    assert.deepEqual(Parents, [{ Id: Roots?.[0]?.Id, Type: "ROOT" }]);
  });

  test("are listed in pages", async () => {
    const { create, call } = await world();
    for (const name of ["a", "b", "c"]) await create(name);
    const first = await call(operations, "ListAccounts", { MaxResults: 3 });
    const second = await call(operations, "ListAccounts", { MaxResults: 3, NextToken: first.NextToken! });
    assert.deepEqual([first.Accounts?.length, second.Accounts?.length, second.NextToken], [3, 1, undefined]);
    await assert.rejects(call(operations, "ListAccounts", { NextToken: "x" }), isFault("InvalidInputException"));
  });
});
