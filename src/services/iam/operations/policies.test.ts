import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import {
  type IamWorld,
  iamWorld,
  interrupted,
  policyDocument,
  policyOf,
  policyOfSize,
  trustPolicy,
} from "../../../../test/support/iam-world.ts";
import { policies } from "../model.ts";

const arn = "arn:aws:iam::000000000000:policy/p";

async function withPolicy(): Promise<IamWorld> {
  const world = await iamWorld();
  await world.iam("CreatePolicy", { PolicyName: "p", PolicyDocument: policyDocument });
  await world.iam("CreateRole", { RoleName: "r", AssumeRolePolicyDocument: trustPolicy });
  return world;
}

describe("managed policies", () => {
  test("are made, shown and listed", async () => {
    const { iam } = await iamWorld();
    const { Policy } = await iam("CreatePolicy", {
      PolicyName: "p",
      Path: "/team/",
      PolicyDocument: policyDocument,
      Description: "d",
      Tags: [{ Key: "a", Value: "b" }],
    });
    assert.equal(Policy?.Arn, "arn:aws:iam::000000000000:policy/team/p");
    assert.match(Policy?.PolicyId ?? "", /^ANPA/);
    assert.equal(Policy?.AttachmentCount, 0);
    const shown = (await iam("GetPolicy", { PolicyArn: Policy!.Arn! })).Policy;
    assert.deepEqual(shown, { ...Policy, Description: "d" });
    const { Tags: _, ...listed } = Policy!;
    assert.deepEqual((await iam("ListPolicies", { Scope: "Local" })).Policies, [listed]);
    assert.deepEqual((await iam("ListPolicies", { Scope: "Local", PathPrefix: "/other/" })).Policies, []);
    await assert.rejects(
      iam("CreatePolicy", { PolicyName: "P", PolicyDocument: policyDocument }),
      isFault("EntityAlreadyExistsException", "A policy called P already exists. Duplicate names are not allowed."),
    );
  });

  test("are found by their whole ARN", async () => {
    const { iam } = await withPolicy();
    for (const other of ["arn:aws:iam::000000000000:policy/x/p", "arn:aws:iam::111111111111:policy/p"]) {
      await assert.rejects(
        iam("GetPolicy", { PolicyArn: other }),
        isFault("NoSuchEntityException", `Policy ${other} was not found.`),
      );
    }
    const parse = isFault("ValidationError", "Invalid ARN:  Could not be parsed!");
    await assert.rejects(iam("GetPolicy", { PolicyArn: "just-some-name-of-policy" }), parse);
  });

  test("have up to five versions, whose numbers are not used again", async () => {
    const { iam } = await withPolicy();
    const next = (SetAsDefault = false) =>
      iam("CreatePolicyVersion", { PolicyArn: arn, PolicyDocument: policyDocument, SetAsDefault });
    const versions = async () => {
      const { Versions = [] } = await iam("ListPolicyVersions", { PolicyArn: arn });
      return Versions.map((version) => `${version.VersionId}${version.IsDefaultVersion ? "*" : ""}`);
    };
    for (let i = 0; i < 4; i++) await next(i === 3);
    assert.deepEqual(await versions(), ["v5*", "v4", "v3", "v2", "v1"]);
    await assert.rejects(next(), isFault("LimitExceededException", /^A managed policy can have up to 5 versions\./));
    await iam("DeletePolicyVersion", { PolicyArn: arn, VersionId: "v4" });
    await next();
    assert.deepEqual(await versions(), ["v6", "v5*", "v3", "v2", "v1"]);
    await iam("SetDefaultPolicyVersion", { PolicyArn: arn, VersionId: "v2" });
    assert.equal((await iam("GetPolicy", { PolicyArn: arn })).Policy?.DefaultVersionId, "v2");
    await assert.rejects(
      iam("DeletePolicyVersion", { PolicyArn: arn, VersionId: "v2" }),
      isFault("DeleteConflictException", "Cannot delete the default version of a policy."),
    );
    await assert.rejects(iam("DeletePolicy", { PolicyArn: arn }), isFault("DeleteConflictException", /more than one/));
    await assert.rejects(
      iam("GetPolicyVersion", { PolicyArn: arn, VersionId: "v4" }),
      isFault("NoSuchEntityException"),
    );
  });

  test("give their text back percent-encoded, as it was", async () => {
    const { iam } = await iamWorld();
    const text =
      '{ "Version" : "2012-10-17",\n "Statement":[{"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*"}]}';
    await iam("CreatePolicy", { PolicyName: "p", PolicyDocument: text });
    const { PolicyVersion } = await iam("GetPolicyVersion", { PolicyArn: arn, VersionId: "v1" });
    assert.match(PolicyVersion?.Document ?? "", /^[A-Za-z0-9\-._~%]+$/);
    assert.ok(PolicyVersion?.Document?.includes("s3%3A%2A"));
    assert.equal(decodeURIComponent(PolicyVersion?.Document ?? ""), text);
  });

  test("are attached, counted, and not removed meanwhile", async () => {
    const { iam } = await withPolicy();
    await iam("AttachRolePolicy", { RoleName: "r", PolicyArn: arn });
    await iam("AttachRolePolicy", { RoleName: "r", PolicyArn: arn });
    await iam("PutRolePermissionsBoundary", { RoleName: "r", PermissionsBoundary: arn });
    const { Policy } = await iam("GetPolicy", { PolicyArn: arn });
    assert.deepEqual([Policy?.AttachmentCount, Policy?.PermissionsBoundaryUsageCount], [1, 1]);
    const { PolicyRoles } = await iam("ListEntitiesForPolicy", { PolicyArn: arn });
    assert.deepEqual(
      PolicyRoles?.map((role) => role.RoleName),
      ["r"],
    );
    assert.deepEqual((await iam("ListEntitiesForPolicy", { PolicyArn: arn, EntityFilter: "User" })).PolicyRoles, []);
    const inUse = isFault("DeleteConflictException", "Cannot delete a policy attached to entities.");
    await assert.rejects(iam("DeletePolicy", { PolicyArn: arn }), inUse);
    await iam("DetachRolePolicy", { RoleName: "r", PolicyArn: arn });
    await assert.rejects(iam("DeletePolicy", { PolicyArn: arn }), inUse);
    await iam("DeleteRolePermissionsBoundary", { RoleName: "r" });
    await iam("DeletePolicy", { PolicyArn: arn });
    const gone = isFault("NoSuchEntityException", `Policy ${arn} does not exist or is not attachable.`);
    await assert.rejects(iam("AttachRolePolicy", { RoleName: "r", PolicyArn: arn }), gone);
    const noScope = isFault("NoSuchEntityException", `Scope ARN: ${arn} does not exist or is not attachable.`);
    await assert.rejects(iam("PutRolePermissionsBoundary", { RoleName: "r", PermissionsBoundary: arn }), noScope);
  });

  test("whose removal was cut off are not there, and are removed by asking again", async () => {
    const { iam, context } = await iamWorld();
    const make = () => iam("CreatePolicy", { PolicyName: "p", PolicyDocument: policyDocument });
    const { Arn: PolicyArn = "" } = (await make()).Policy!;
    const store = interrupted(context().store, 2, () => Promise.reject(new Error("killed")));
    await assert.rejects(iam("DeletePolicy", { PolicyArn }, { store }), /killed/);
    await assert.rejects(iam("GetPolicy", { PolicyArn }), isFault("NoSuchEntityException"));
    await iam("DeletePolicy", { PolicyArn });
    await make();
  });

  test("that go while they are being attached are not attached", async () => {
    const { iam, context } = await withPolicy();
    const store = interrupted(context().store, 1, () => iam("DeletePolicy", { PolicyArn: arn }));
    const gone = isFault("NoSuchEntityException", `Policy ${arn} does not exist or is not attachable.`);
    await assert.rejects(iam("AttachRolePolicy", { RoleName: "r", PolicyArn: arn }, { store }), gone);
    assert.deepEqual((await iam("ListAttachedRolePolicies", { RoleName: "r" })).AttachedPolicies, []);
  });

  // The first commit marks the policy, the second removes it.
  for (const [number, attaches] of [
    [1, true],
    [2, false],
  ] as const) {
    test(`attached before commit ${number} of their removal ${attaches ? "stay" : "are gone"}`, async () => {
      const { iam, context, store } = await withPolicy();
      let attached: boolean | undefined;
      const attach = () => iam("AttachRolePolicy", { RoleName: "r", PolicyArn: arn });
      const interruption = interrupted(context().store, number, async () => {
        attached = await attach().then(
          () => true,
          () => false,
        );
      });
      const removed = await iam("DeletePolicy", { PolicyArn: arn }, { store: interruption }).then(
        () => true,
        () => false,
      );
      assert.deepEqual([attached, removed], [attaches, !attaches]);
      assert.equal(store.view(policies).size, attaches ? 1 : 0);
      if (attaches) assert.equal((await iam("GetPolicy", { PolicyArn: arn })).Policy?.AttachmentCount, 1);
    });
  }

  test("are at most ten on a role", async () => {
    const { iam } = await iamWorld();
    await iam("CreateRole", { RoleName: "r", AssumeRolePolicyDocument: trustPolicy });
    for (let i = 0; i < 11; i++) await iam("CreatePolicy", { PolicyName: `p${i}`, PolicyDocument: policyDocument });
    const attach = (i: number) => iam("AttachRolePolicy", { RoleName: "r", PolicyArn: `${arn}${i}` });
    for (let i = 0; i < 10; i++) await attach(i);
    await assert.rejects(attach(10), isFault("LimitExceededException", "Cannot exceed quota for PoliciesPerRole: 10"));
  });

  test("of AWS can be attached, not changed", async () => {
    const { iam } = await withPolicy();
    const aws = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";
    await iam("AttachRolePolicy", { RoleName: "r", PolicyArn: aws });
    const { AttachedPolicies } = await iam("ListAttachedRolePolicies", { RoleName: "r" });
    assert.deepEqual(AttachedPolicies, [{ PolicyName: "AmazonECSTaskExecutionRolePolicy", PolicyArn: aws }]);
    const { Policies } = await iam("ListPolicies", { Scope: "AWS", OnlyAttached: true });
    assert.deepEqual(
      Policies?.map((policy) => policy.Arn),
      [aws],
    );
    await assert.rejects(iam("DeletePolicy", { PolicyArn: aws }), isFault("AccessDenied"));
    const linked = "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy";
    const refused = isFault("PolicyNotAttachableException", "Cannot attach a Service Role Policy to a Customer Role.");
    await assert.rejects(iam("AttachRolePolicy", { RoleName: "r", PolicyArn: linked }), refused);
    for (const other of [aws.replace("arn:aws:", "arn:aws-cn:"), aws.replace("iam::", "iam:us-east-1:")]) {
      const attach = iam("AttachRolePolicy", { RoleName: "r", PolicyArn: other });
      await assert.rejects(attach, isFault("NoSuchEntityException"), other);
    }
  });
});

describe("quotas of policy sizes", () => {
  test("count all but white space", async () => {
    const { iam } = await iamWorld();
    const spaced = `${policyOfSize(6144).replace("{", "{\n\t  ")}   `;
    await iam("CreatePolicy", { PolicyName: "p", PolicyDocument: spaced });
    await assert.rejects(
      iam("CreatePolicy", { PolicyName: "q", PolicyDocument: policyOfSize(6145) }),
      isFault("LimitExceededException", "Cannot exceed quota for PolicySize: 6144"),
    );
    const trust = trustPolicy.replace('"sts:AssumeRole"', `["sts:AssumeRole"${',"sts:AssumeRole"'.repeat(130)}]`);
    await assert.rejects(
      iam("CreateRole", { RoleName: "r", AssumeRolePolicyDocument: trust }),
      isFault("LimitExceededException", "Cannot exceed quota for ACLSizePerRole: 2048"),
    );
  });

  test("hold for all inline policies of one together", async () => {
    const { iam } = await iamWorld();
    await iam("CreateUser", { UserName: "ada" });
    await iam("CreateGroup", { GroupName: "g" });
    await iam("CreateRole", { RoleName: "r", AssumeRolePolicyDocument: trustPolicy });
    const put = {
      user: (n: string, PolicyDocument: string) =>
        iam("PutUserPolicy", { UserName: "ada", PolicyName: n, PolicyDocument }),
      group: (n: string, PolicyDocument: string) =>
        iam("PutGroupPolicy", { GroupName: "g", PolicyName: n, PolicyDocument }),
      role: (n: string, PolicyDocument: string) =>
        iam("PutRolePolicy", { RoleName: "r", PolicyName: n, PolicyDocument }),
    };
    for (const [kind, name, quota] of [
      ["user", "ada", 2048],
      ["group", "g", 5120],
      ["role", "r", 10240],
    ] as const) {
      await put[kind]("one", policyOfSize(quota - 500));
      await put[kind]("one", policyOfSize(quota - 200));
      await put[kind]("two", policyOfSize(200));
      await assert.rejects(
        put[kind]("two", policyOfSize(201)),
        isFault("LimitExceededException", `Maximum policy size of ${quota} bytes exceeded for ${kind} ${name}`),
      );
    }
  });
});

describe("inline policies", () => {
  test("are put, shown, listed and removed", async () => {
    const { iam } = await iamWorld();
    await iam("CreateRole", { RoleName: "r", AssumeRolePolicyDocument: trustPolicy });
    await iam("PutRolePolicy", { RoleName: "r", PolicyName: "b", PolicyDocument: policyDocument });
    await iam("PutRolePolicy", { RoleName: "r", PolicyName: "a", PolicyDocument: policyDocument });
    assert.deepEqual((await iam("ListRolePolicies", { RoleName: "r" })).PolicyNames, ["a", "b"]);
    const shown = await iam("GetRolePolicy", { RoleName: "R", PolicyName: "b" });
    assert.deepEqual([shown.RoleName, decodeURIComponent(shown.PolicyDocument)], ["r", policyDocument]);
    await iam("DeleteRolePolicy", { RoleName: "r", PolicyName: "b" });
    await assert.rejects(
      iam("GetRolePolicy", { RoleName: "r", PolicyName: "b" }),
      isFault("NoSuchEntityException", "The role policy with name b cannot be found."),
    );
  });

  test("must be policies", async () => {
    const { iam } = await iamWorld();
    await iam("CreateRole", { RoleName: "r", AssumeRolePolicyDocument: trustPolicy });
    const put = (PolicyDocument: string) => iam("PutRolePolicy", { RoleName: "r", PolicyName: "p", PolicyDocument });
    await assert.rejects(put("{"), isFault("MalformedPolicyDocumentException", "Syntax errors in policy."));
    const noVendor = policyOf({ Effect: "Allow", Action: "GetObject", Resource: "*" });
    await assert.rejects(put(noVendor), isFault("MalformedPolicyDocumentException", /must be prefaced by a vendor/));
    await assert.rejects(
      iam("UpdateAssumeRolePolicy", { RoleName: "r", PolicyDocument: policyDocument }),
      isFault("MalformedPolicyDocumentException", "Has prohibited field Resource"),
    );
  });
});
