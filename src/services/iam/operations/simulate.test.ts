import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import { iamWorld, policyOf, trustPolicy } from "../../../../test/support/iam-world.ts";

const allowPut = policyOf({ Sid: "A", Effect: "Allow", Action: "s3:PutObject", Resource: "*" });
const denyPut = policyOf({ Sid: "D", Effect: "Deny", Action: "s3:Put*", Resource: "arn:aws:s3:::b/*" });

describe("SimulateCustomPolicy", () => {
  test("asks for each action on each resource", async () => {
    const { iam } = await iamWorld();
    const { EvaluationResults } = await iam("SimulateCustomPolicy", {
      PolicyInputList: [allowPut, denyPut],
      ActionNames: ["s3:PutObject", "s3:GetObject"],
      ResourceArns: ["arn:aws:s3:::a/x", "arn:aws:s3:::b/x"],
    });
    const told = EvaluationResults?.map((result) => [
      ...[result.EvalActionName, result.EvalResourceName, result.EvalDecision],
      result.MatchedStatements?.map((statement) => statement.SourcePolicyId).join(),
    ]);
    assert.deepEqual(told, [
      ["s3:PutObject", "arn:aws:s3:::a/x", "allowed", "PolicyInputList.1"],
      ["s3:PutObject", "arn:aws:s3:::b/x", "explicitDeny", "PolicyInputList.2"],
      ["s3:GetObject", "arn:aws:s3:::a/x", "implicitDeny", ""],
      ["s3:GetObject", "arn:aws:s3:::b/x", "implicitDeny", ""],
    ]);
  });

  test("answers page by page, and lets others have their turn between two questions", async () => {
    const { iam } = await iamWorld();
    const ActionNames = Array.from({ length: 150 }, (_, i) => `s3:A${i}`);
    let turns = 0;
    const count = () => {
      turns++;
      timer = setImmediate(count);
    };
    let timer = setImmediate(count);
    const first = await iam("SimulateCustomPolicy", { PolicyInputList: [allowPut], ActionNames });
    clearImmediate(timer);
    assert.ok(turns >= 100, `${turns} turns`);
    assert.equal(first.EvaluationResults!.length, 100);
    const input = { PolicyInputList: [allowPut], ActionNames, Marker: first.Marker! };
    const second = await iam("SimulateCustomPolicy", input);
    assert.deepEqual(
      [second.IsTruncated, second.EvaluationResults!.map(({ EvalActionName: name }) => name)],
      [false, ActionNames.slice(100)],
    );
    const ResourceArns = Array.from({ length: 667 }, (_, i) => `arn:aws:s3:::${i}`);
    const tooMany = iam("SimulateCustomPolicy", { PolicyInputList: [allowPut], ActionNames, ResourceArns });
    await assert.rejects(tooMany, isFault("InvalidInputException", /^At most 100000 /));
  });

  test("tells of context that is missing, and uses what is given", async () => {
    const { iam } = await iamWorld();
    const PolicyInputList = [
      policyOf({
        ...{ Effect: "Allow", Action: "s3:*", Resource: "*" },
        Condition: { StringEquals: { "aws:PrincipalTag/Team": "a" }, Bool: { "aws:SecureTransport": "true" } },
      }),
    ];
    const ask = (ContextEntries: { ContextKeyName: string; ContextKeyValues: string[] }[]) =>
      iam("SimulateCustomPolicy", { PolicyInputList, ActionNames: ["s3:GetObject"], ContextEntries });
    const team = { ContextKeyName: "aws:PrincipalTag/team", ContextKeyValues: ["a"] };
    const [without] = (await ask([team])).EvaluationResults!;
    assert.deepEqual([without?.EvalDecision, without?.MissingContextValues], ["implicitDeny", ["aws:SecureTransport"]]);
    const secure = { ContextKeyName: "aws:SecureTransport", ContextKeyValues: ["true"] };
    const [all] = (await ask([team, secure])).EvaluationResults!;
    assert.deepEqual([all?.EvalDecision, all?.MissingContextValues], ["allowed", []]);
    const names = await iam("GetContextKeysForCustomPolicy", { PolicyInputList });
    assert.deepEqual(names.ContextKeyNames, ["aws:PrincipalTag/Team", "aws:SecureTransport"]);
  });

  test("keeps within a boundary", async () => {
    const { iam } = await iamWorld();
    const { EvaluationResults } = await iam("SimulateCustomPolicy", {
      PolicyInputList: [allowPut],
      PermissionsBoundaryPolicyInputList: [policyOf({ Effect: "Allow", Action: "ecs:*", Resource: "*" })],
      ActionNames: ["s3:PutObject"],
    });
    const [result] = EvaluationResults!;
    assert.equal(result?.EvalDecision, "implicitDeny");
    assert.deepEqual(result?.PermissionsBoundaryDecisionDetail, { AllowedByPermissionsBoundary: false });
  });

  test("refuses what is no policy, and organizations'", async () => {
    const { iam } = await iamWorld();
    const ask = { PolicyInputList: [allowPut], ActionNames: ["s3:PutObject"] };
    const broken = { PolicyInputList: ["{"] };
    await assert.rejects(iam("SimulateCustomPolicy", { ...ask, ...broken }), isFault("InvalidInputException"));
    await assert.rejects(iam("GetContextKeysForCustomPolicy", broken), isFault("InvalidInputException"));
    const scenario = { ...ask, ResourceHandlingOption: "EC2-VPC-EBS" };
    await assert.rejects(iam("SimulateCustomPolicy", scenario), isFault("InvalidInputException", /name all resources/));
    await assert.rejects(
      iam("SimulateCustomPolicy", { ...ask, OrderedOrganizationPolicyInputList: [] }),
      isFault("InvalidInputException"),
    );
    await assert.rejects(
      iam("SimulateCustomPolicy", { ...ask, ResourcePolicy: allowPut }),
      isFault("InvalidInputException", "CallerArn is required when a resource policy is given."),
    );
  });

  test("gives pages", async () => {
    const { iam } = await iamWorld();
    const ask = { PolicyInputList: [allowPut], ActionNames: Array.from({ length: 12 }, (_, i) => `s3:Put${i}`) };
    const first = await iam("SimulateCustomPolicy", { ...ask, MaxItems: 10 });
    const second = await iam("SimulateCustomPolicy", { ...ask, MaxItems: 10, Marker: first.Marker! });
    const names = [...first.EvaluationResults!, ...second.EvaluationResults!].map((result) => result.EvalActionName);
    assert.deepEqual(names, ask.ActionNames);
  });
});

describe("SimulatePrincipalPolicy", () => {
  test("counts what a user has of itself, of its groups, and its boundary", async () => {
    const { iam } = await iamWorld();
    const { User } = await iam("CreateUser", { UserName: "ada" });
    await iam("CreateGroup", { GroupName: "g" });
    await iam("AddUserToGroup", { UserName: "ada", GroupName: "g" });
    await iam("PutGroupPolicy", { GroupName: "g", PolicyName: "in", PolicyDocument: allowPut });
    const ask = async () => {
      const input = { PolicySourceArn: User!.Arn, ActionNames: ["s3:PutObject"] };
      const [result] = (await iam("SimulatePrincipalPolicy", input)).EvaluationResults!;
      return [result?.EvalDecision, result?.MatchedStatements?.map((statement) => statement.SourcePolicyId)];
    };
    assert.deepEqual(await ask(), ["allowed", ["group_g_in"]]);
    const { Policy } = await iam("CreatePolicy", { PolicyName: "deny", PolicyDocument: denyPut });
    await iam("PutUserPermissionsBoundary", { UserName: "ada", PermissionsBoundary: Policy!.Arn! });
    assert.deepEqual(await ask(), ["implicitDeny", []]);
    const excluded = await iam("SimulatePrincipalPolicy", {
      PolicySourceArn: User!.Arn,
      ActionNames: ["s3:PutObject"],
      PolicyExclusionList: [{ PolicyType: "permission-boundary", PolicyArn: Policy!.Arn! }],
    });
    assert.equal(excluded.EvaluationResults?.[0]?.EvalDecision, "allowed");
  });

  test("knows users, groups and roles only", async () => {
    const { iam } = await iamWorld();
    await iam("CreateRole", { RoleName: "r", AssumeRolePolicyDocument: trustPolicy });
    const ask = (PolicySourceArn: string) => iam("SimulatePrincipalPolicy", { PolicySourceArn, ActionNames: ["s3:x"] });
    await ask("arn:aws:iam::000000000000:role/r");
    await assert.rejects(ask("arn:aws:iam::000000000000:role/x/r"), isFault("NoSuchEntityException"));
    await assert.rejects(ask("arn:aws:iam::111111111111:role/r"), isFault("NoSuchEntityException"));
    await assert.rejects(ask("arn:aws:iam::000000000000:policy/r"), isFault("InvalidInputException"));
  });
});
