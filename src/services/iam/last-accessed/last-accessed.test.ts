import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { silentLog } from "#kernel/controller.ts";
import type { Caller } from "#kernel/handler.ts";
import { isFault } from "../../../../test/support/context.ts";
import { iamWorld, policyOf, trustPolicy } from "../../../../test/support/iam-world.ts";
import { UsageLog } from "../usage.ts";
import { grantsAccess } from "./services.ts";

const account = "000000000000";
const userArn = `arn:aws:iam::${account}:user/ada`;
const policyArn = `arn:aws:iam::${account}:policy/read`;

async function ready() {
  const world = await iamWorld();
  const { iam, store, clock } = world;
  await iam("CreateUser", { UserName: "ada" });
  await iam("CreateGroup", { GroupName: "devs" });
  await iam("AddUserToGroup", { UserName: "ada", GroupName: "devs" });
  await iam("CreateRole", { RoleName: "app", AssumeRolePolicyDocument: trustPolicy });
  const allow = (...Action: string[]) => policyOf({ Effect: "Allow", Action, Resource: "*" });
  await iam("PutUserPolicy", { UserName: "ada", PolicyName: "inline", PolicyDocument: allow("ecs:*") });
  await iam("PutGroupPolicy", { GroupName: "devs", PolicyName: "logs", PolicyDocument: allow("logs:Get*") });
  await iam("CreatePolicy", { PolicyName: "read", PolicyDocument: allow("ecr:Describe*", "ECS:List*") });
  await iam("AttachRolePolicy", { RoleName: "app", PolicyArn: policyArn });
  await iam("AttachUserPolicy", { UserName: "ada", PolicyArn: policyArn });
  const usage = new UsageLog({ store: store.as("iam.usage"), clock, log: silentLog });
  const { User } = await iam("GetUser", { UserName: "ada" });
  const { Role } = await iam("GetRole", { RoleName: "app" });
  const user: Caller = { arn: userArn, userId: User.UserId, account, accessKeyId: "AKIA", type: "User" };
  const role: Caller = {
    ...{ arn: `arn:aws:sts::${account}:assumed-role/app/s`, userId: `${Role.RoleId}:s`, account },
    ...{ accessKeyId: "ASIA", type: "AssumedRole" },
    session: { issuedAt: 0, issuerArn: Role.Arn, issuerId: Role.RoleId, policies: [], tags: {} },
  };
  return { ...world, usage, user, role };
}

describe("service last accessed details", () => {
  it("tell of each service that is granted when it was used last, by whom and where", async () => {
    const { iam, usage, user, role, clock } = await ready();
    usage.note(user, "ecs", "us-east-1");
    await clock.advance(10_000);
    usage.note(role, "ecr", "eu-west-1");
    usage.note(user, "ecr", "us-east-1");
    usage.note(user, "s3", "us-east-1");
    await usage.close();
    const report = async (Arn: string) => {
      const { JobId = "" } = await iam("GenerateServiceLastAccessedDetails", { Arn });
      return { JobId, ...(await iam("GetServiceLastAccessedDetails", { JobId })) };
    };
    const { ServicesLastAccessed, JobStatus } = await report(userArn);
    assert.equal(JobStatus, "COMPLETED");
    assert.deepEqual(
      ServicesLastAccessed.map(({ ServiceNamespace, LastAuthenticatedRegion }) => [
        ServiceNamespace,
        LastAuthenticatedRegion,
      ]),
      [
        ["ecr", "us-east-1"],
        ["ecs", "us-east-1"],
        ["logs", undefined],
      ],
    );
    const [, ecs] = ServicesLastAccessed;
    assert.equal(ecs?.ServiceName, "Amazon Elastic Container Service");
    assert.equal(ecs.LastAuthenticatedEntity, userArn);
    const ofPolicy = await report(policyArn);
    assert.deepEqual(
      ofPolicy.ServicesLastAccessed.map(({ ServiceNamespace, TotalAuthenticatedEntities }) => [
        ServiceNamespace,
        TotalAuthenticatedEntities,
      ]),
      [
        ["ecr", 2],
        ["ecs", 1],
      ],
    );
    const entities = await iam("GetServiceLastAccessedDetailsWithEntities", {
      JobId: ofPolicy.JobId!,
      ServiceNamespace: "ecs",
    });
    assert.deepEqual(
      entities.EntityDetailsList.map(({ EntityInfo, LastAuthenticated }) => [
        EntityInfo.Name,
        LastAuthenticated !== undefined,
      ]),
      [
        ["app", false],
        ["ada", true],
      ],
    );
    const ofGroup = await report(`arn:aws:iam::${account}:group/devs`);
    assert.deepEqual(
      ofGroup.ServicesLastAccessed.map(({ ServiceNamespace }) => ServiceNamespace),
      ["logs"],
    );
  });

  it("are gone with whom they are about, and after seven days", async () => {
    const { iam, usage, role, clock, store } = await ready();
    usage.note(role, "ecr", "us-east-1");
    await usage.close();
    const { JobId } = await iam("GenerateServiceLastAccessedDetails", { Arn: policyArn });
    await iam("DetachRolePolicy", { RoleName: "app", PolicyArn: policyArn });
    assert.equal((await store.list("iam/service-use/")).length, 1);
    await iam("DeleteRole", { RoleName: "app" });
    assert.deepEqual(await store.list("iam/service-use/"), []);
    await clock.advance(7 * 86_400_000);
    const unknown = isFault("NoSuchEntityException", /^Job .* cannot be found\.$/);
    await assert.rejects(iam("GetServiceLastAccessedDetails", { JobId: JobId! }), unknown);
    await iam("GenerateServiceLastAccessedDetails", { Arn: policyArn });
    assert.equal((await store.list("iam/access-report/")).length, 1, "the old one went");
  });

  it("refuse what they cannot tell", async () => {
    const { iam } = await ready();
    const byAction = iam("GenerateServiceLastAccessedDetails", { Arn: userArn, Granularity: "ACTION_LEVEL" });
    await assert.rejects(byAction, isFault("InvalidInputException", /ACTION_LEVEL/));
    const nobody = iam("GenerateServiceLastAccessedDetails", { Arn: `${userArn}x` });
    await assert.rejects(nobody, isFault("NoSuchEntityException"));
    const { JobId = "" } = await iam("GenerateServiceLastAccessedDetails", { Arn: userArn });
    const elsewhere = iam("GetServiceLastAccessedDetails", { JobId }, { account: "111111111111" });
    await assert.rejects(elsewhere, isFault("NoSuchEntityException"));
  });
});

it("the policies that grant access to a service are listed with where they are", async () => {
  const { iam } = await ready();
  const { PoliciesGrantingServiceAccess: entries } = await iam("ListPoliciesGrantingServiceAccess", {
    Arn: userArn,
    ServiceNamespaces: ["ecs", "logs", "s3"],
  });
  const managed = { PolicyName: "read", PolicyType: "MANAGED", PolicyArn: policyArn };
  const inline = (PolicyName: string, EntityType: string, EntityName: string) => ({
    ...{ PolicyName, PolicyType: "INLINE", EntityType, EntityName },
  });
  assert.deepEqual(entries, [
    { ServiceNamespace: "ecs", Policies: [inline("inline", "USER", "ada"), managed] },
    { ServiceNamespace: "logs", Policies: [inline("logs", "GROUP", "devs")] },
    { ServiceNamespace: "s3", Policies: [] },
  ]);
  const unknown = iam("ListPoliciesGrantingServiceAccess", { Arn: userArn, ServiceNamespaces: ["nothing"] });
  await assert.rejects(unknown, isFault("InvalidInputException", /nothing/));
});

describe("whether a policy grants access to a service", () => {
  const cases: [Record<string, unknown>, string, boolean][] = [
    [{ Action: "*" }, "ecs", true],
    [{ Action: "ecs:RunTask" }, "ecs", true],
    [{ Action: "EC*:Describe*" }, "ecr", true],
    [{ Action: "ecs:RunTask" }, "ecr", false],
    [{ Effect: "Deny", Action: "ecs:*" }, "ecs", false],
    [{ Action: undefined, NotAction: "ecs:*" }, "ecs", false],
    [{ Action: undefined, NotAction: "ecs:RunTask" }, "ecs", true],
    [{ Action: undefined, NotAction: "*" }, "ecs", false],
  ];
  for (const [statement, namespace, wanted] of cases) {
    it(`${JSON.stringify(statement)} ${namespace}`, () => {
      const text = policyOf({ Effect: "Allow", Resource: "*", ...statement });
      assert.equal(grantsAccess(text)(namespace), wanted);
    });
  }
  it("a text that is none grants nothing", () => assert.equal(grantsAccess("{")("ecs"), false));
});
