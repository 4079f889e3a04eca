import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AuthorizationScope } from "#kernel/authorization.ts";
import { type IamWorld, iamWorld, policyDocument, trustPolicy } from "../../../test/support/iam-world.ts";
import { iamAuthorization } from "./authorization.ts";

const account = "000000000000";
const arn = (resource: string) => `arn:aws:iam::${account}:${resource}`;

async function world(): Promise<IamWorld & { scope: AuthorizationScope }> {
  const made = await iamWorld();
  await made.iam("CreatePolicy", { PolicyName: "boundary", PolicyDocument: policyDocument });
  const PermissionsBoundary = arn("policy/boundary");
  const Tags = [{ Key: "Team", Value: "a" }];
  await made.iam("CreateUser", { UserName: "ada", Path: "/eng/", PermissionsBoundary, Tags });
  await made.iam("CreateRole", { RoleName: "r", Path: "/svc/", AssumeRolePolicyDocument: trustPolicy, Tags });
  await made.iam("CreateInstanceProfile", { InstanceProfileName: "ip" });
  const { caller, region, partition } = made.context();
  return { ...made, scope: { store: made.store, account, caller, region, partition } };
}

/** Operation, input -> the resources, the condition keys of the first, and what else it takes. */
const cases: readonly [string, object, string[], object?, [string, string][]?][] = [
  ["GetUser", { UserName: "ADA" }, [arn("user/eng/ada")]],
  ["GetUser", { UserName: "nobody" }, [arn("user/nobody")]],
  ["GetUser", {}, []],
  ["ListUsers", {}, [arn("user/")]],
  ["ListRoles", { PathPrefix: "/svc/" }, [arn("role/svc/")]],
  ["CreateUser", { UserName: "bob", Path: "/x/" }, [arn("user/x/bob")], { "iam:PermissionsBoundary": undefined }],
  [
    "CreateUser",
    { UserName: "bob", Tags: [{ Key: "a", Value: "b" }], PermissionsBoundary: arn("policy/boundary") },
    [arn("user/bob")],
    { "iam:PermissionsBoundary": arn("policy/boundary") },
    [["iam:TagUser", arn("user/bob")]],
  ],
  ["UpdateUser", { UserName: "ada", NewUserName: "bob" }, [arn("user/eng/ada"), arn("user/eng/bob")]],
  ["UpdateUser", { UserName: "ada", NewPath: "/ops/a/" }, [arn("user/eng/ada"), arn("user/ops/a/ada")]],
  ["UpdateUser", { UserName: "ada", NewPath: "/", NewUserName: "bob" }, [arn("user/eng/ada"), arn("user/bob")]],
  ["UpdateUser", { UserName: "ada", NewPath: "/eng/" }, [arn("user/eng/ada")]],
  ["UpdateGroup", { GroupName: "none", NewPath: "/ops/" }, [arn("group/none"), arn("group/ops/none")]],
  [
    "AttachUserPolicy",
    { UserName: "ada", PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" },
    [arn("user/eng/ada")],
    {
      "iam:PermissionsBoundary": arn("policy/boundary"),
      "iam:PolicyARN": "arn:aws:iam::aws:policy/AdministratorAccess",
    },
  ],
  ["PutUserPolicy", { UserName: "ada" }, [arn("user/eng/ada")], { "iam:PermissionsBoundary": arn("policy/boundary") }],
  [
    "PutRolePermissionsBoundary",
    { RoleName: "r", PermissionsBoundary: arn("policy/x") },
    [arn("role/svc/r")],
    { "iam:PermissionsBoundary": arn("policy/x") },
  ],
  [
    "AddRoleToInstanceProfile",
    { InstanceProfileName: "ip", RoleName: "r" },
    [arn("instance-profile/ip")],
    undefined,
    [["iam:PassRole", arn("role/svc/r")]],
  ],
  [
    "CreateServiceLinkedRole",
    { AWSServiceName: "ecs.amazonaws.com" },
    [arn("role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS")],
    { "iam:AWSServiceName": "ecs.amazonaws.com" },
  ],
  ["ListPolicies", {}, ["policy path /"]],
  ["SimulatePrincipalPolicy", { PolicySourceArn: arn("user/eng/ada") }, [arn("user/eng/ada")]],
];

describe("what IAM's operations need", () => {
  for (const [operation, input, resources, keys, also = []] of cases) {
    test(`${operation} ${JSON.stringify(input)}`, async () => {
      const { scope } = await world();
      const entry = iamAuthorization.operations[operation]!;
      const found = entry.resources?.(input, scope) ?? [];
      assert.deepEqual(found, resources);
      assert.deepEqual(entry.conditionKeys?.(input, scope, found[0]!), keys);
      const further = entry.also?.(input, scope) ?? [];
      assert.deepEqual(
        further.map(({ action, resource }) => [action, resource]),
        also,
      );
    });
  }

  test("the tags of resources, by their whole ARN", async () => {
    const { scope } = await world();
    const tags = (text: string) => iamAuthorization.resourceTags?.(text, scope);
    assert.deepEqual(tags(arn("user/eng/ada")), { Team: "a" });
    assert.deepEqual(tags(arn("role/svc/r")), { Team: "a" });
    assert.deepEqual(tags(arn("policy/boundary")), {});
    assert.equal(tags(arn("user/ada")), undefined);
    assert.equal(tags("arn:aws:iam::111111111111:role/svc/r"), undefined);
    assert.equal(tags(arn("root")), undefined);
  });
});
