import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { Fault } from "#kernel/fault.ts";
import { linkedServices } from "#services/iam/service-linked/services.ts";
import { type IamWorld, iamWorld, policyDocument, trustPolicy } from "../../support/iam-world.ts";

/**
 * Answers recorded from AWS, which lie beside the checkout or where AWS_RECORDED says: what we answer in the same
 * situation has the same members, and errors have the same words.
 */
const folder = process.env.AWS_RECORDED ?? join(import.meta.dirname, "../../../../shared/aws-recorded");
const file = join(folder, "iam/test_iam.snapshot.json");
const skip = existsSync(file) ? false : "there are no recorded answers; AWS_RECORDED can name their folder";

type Content = Record<string, Record<string, unknown>>;
type Recorded = Record<string, { "recorded-content": Content }>;

const all: Recorded = skip ? {} : JSON.parse(readFileSync(file, "utf8"));

function recorded(test: string): Content {
  const name = Object.keys(all).find((each) => each.endsWith(`::${test}`));
  assert.ok(name, `no recorded test ${test}`);
  return all[name]!["recorded-content"];
}

/** The shape of an answer: members, without values and HTTP's metadata. Documents were decoded by the client. */
function shapeOf(value: unknown, name = ""): unknown {
  if (/Document$/.test(name)) return "document";
  if (name === "RoleLastUsed") return "none, or some";
  if (Array.isArray(value)) return value.slice(0, 1).map((item) => shapeOf(item));
  if (typeof value !== "object" || value === null) return "value";
  // Empty maps that the Query protocol has no way to tell from absent ones.
  const entries = Object.entries(value).filter(([key]) => key !== "ResponseMetadata" && key !== "EvalDecisionDetails");
  return Object.fromEntries(entries.map(([key, each]) => [key, shapeOf(each, key)]).sort());
}

async function faultOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => assert.fail("it was not refused"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof Fault);
  return error.message;
}

/** What was recorded of an error, with the account and the names of the test in their places. */
function words(content: Content, step: string, names: Readonly<Record<string, string>> = {}): string {
  const { Message } = content[step]!.Error as { Message: string };
  const values: Record<string, string> = { partition: "aws", ...names };
  const replaced = Message.replace(/<([^>:]+)(:\d+)?>/g, (_, name: string) => values[name] ?? `<${name}>`);
  return replaced.replaceAll("111111111111", "000000000000");
}

describe("answers recorded from AWS", { skip }, () => {
  it("about roles", async () => {
    const { iam } = await iamWorld();
    const tagged = recorded("test_role_with_tags");
    const Tags = [{ Key: "test", Value: "value" }];
    const made = await iam("CreateRole", { RoleName: "r", AssumeRolePolicyDocument: trustPolicy, Tags });
    assert.deepEqual(shapeOf(made), shapeOf(tagged["create-role-response"]));
    assert.deepEqual(shapeOf(await iam("GetRole", { RoleName: "r" })), shapeOf(tagged["get-role-response"]));
    assert.deepEqual(shapeOf(await iam("ListRoles", {})), shapeOf(tagged["list-role-response"]));
  });

  it("about roles with a boundary, in lists", async () => {
    const { iam } = await iamWorld();
    const { Policy } = await iam("CreatePolicy", { PolicyName: "b", PolicyDocument: policyDocument });
    const role = { RoleName: "r", AssumeRolePolicyDocument: trustPolicy };
    await iam("CreateRole", { ...role, PermissionsBoundary: Policy!.Arn! });
    const { list_roles_result: list } = recorded("test_list_roles_with_permission_boundary");
    assert.deepEqual(shapeOf(await iam("ListRoles", {})), shapeOf(list));
  });

  it("about documents that are no policies", async () => {
    const { iam } = await iamWorld();
    const content = recorded("test_create_role_with_malformed_assume_role_policy_document");
    const call = iam("CreateRole", { RoleName: "r", AssumeRolePolicyDocument: "{" });
    assert.equal(await faultOf(call), words(content, "invalid-json"));
  });

  for (const kind of ["role", "user"] as const) {
    it(`about policies attached to a ${kind}`, async () => {
      const { iam } = await iamWorld();
      const content = recorded(`test_${kind}_attach_policy`);
      const made = await iam("CreatePolicy", { PolicyName: "p", PolicyDocument: policyDocument });
      assert.deepEqual(shapeOf(made), shapeOf(content.create_policy_response));
      await iam("CreateRole", { RoleName: "x", AssumeRolePolicyDocument: trustPolicy });
      await iam("CreateUser", { UserName: "x" });
      const attach = (PolicyArn: string) =>
        kind === "role"
          ? iam("AttachRolePolicy", { RoleName: "x", PolicyArn })
          : iam("AttachUserPolicy", { UserName: "x", PolicyArn });
      assert.equal(
        await faultOf(attach("longpolicynamebutnoarn")),
        words(content, "non_existent_malformed_policy_arn"),
      );
      assert.equal(await faultOf(attach("p".repeat(20))), words(content, "existing_policy_name_provided"));
      const missing = await faultOf(attach("arn:aws:iam::000000000000:policy/p123"));
      assert.equal(missing, words(content, "valid_arn_not_existent", { "policy-name": "p" }));
      await attach(made.Policy!.Arn!);
    });
  }

  it("about a policy that does not exist", async () => {
    const { iam } = await iamWorld();
    const content = recorded("test_delete_non_existent_policy_returns_no_such_entity");
    const call = iam("DeletePolicy", { PolicyArn: "arn:aws:iam::000000000000:policy/non-existent-policy" });
    assert.equal(await faultOf(call), words(content, "delete-non-existent-policy-exc"));
  });

  it("about inline policies", async () => {
    const { iam } = await iamWorld();
    await iam("CreateUser", { UserName: "x" });
    await iam("PutUserPolicy", { UserName: "x", PolicyName: "p", PolicyDocument: policyDocument });
    const content = recorded("test_put_user_policy_encoding");
    const shown = await iam("GetUserPolicy", { UserName: "x", PolicyName: "p" });
    assert.deepEqual(shapeOf(shown), shapeOf(content["get-policy-response"]));
  });

  for (const kind of ["role", "group", "user"] as const) {
    it(`about what a ${kind} may`, async () => {
      const world = await iamWorld();
      const [put, get] = (await simulated(world, kind)).EvaluationResults!;
      const content = recorded(`test_simulate_principle_policy[${kind}]`).response as { EvaluationResults: unknown[] };
      assert.deepEqual(
        [put, get].map((result) => shapeOf(result)),
        content.EvaluationResults.map((each) => shapeOf(each)),
      );
      const [first] = content.EvaluationResults as {
        MatchedStatements: { StartPosition: object; EndPosition: object }[];
      }[];
      const { StartPosition, EndPosition } = first!.MatchedStatements[0]!;
      assert.deepEqual(put?.MatchedStatements?.[0]?.StartPosition, StartPosition);
      assert.deepEqual(put?.MatchedStatements?.[0]?.EndPosition, EndPosition);
    });
  }
});

describe("service specific credentials recorded from AWS", { skip }, () => {
  const content = (test: string) => recorded(test);
  const withUser = async () => {
    const world = await iamWorld();
    await world.iam("CreateUser", { UserName: "x" });
    return world.iam;
  };
  const ServiceName = "codecommit.amazonaws.com";

  for (const service of [ServiceName, "cassandra.amazonaws.com"]) {
    it(`of ${service}, from the first to the last`, async () => {
      const iam = await withUser();
      const steps = content(`test_service_specific_credential_lifecycle[${service}]`);
      const same = (given: unknown, step: string) => assert.deepEqual(shapeOf(given), shapeOf(steps[step]));
      const made = await iam("CreateServiceSpecificCredential", { UserName: "x", ServiceName: service });
      same(made, "create-service-specific-credential-response");
      const list = () => iam("ListServiceSpecificCredentials", { UserName: "x", ServiceName: service });
      same(await list(), "list-service-specific-credentials-response-before-update");
      const { ServiceSpecificCredentialId } = made.ServiceSpecificCredential!;
      const one = { UserName: "x", ServiceSpecificCredentialId };
      await iam("UpdateServiceSpecificCredential", { ...one, Status: "Inactive" });
      assert.equal((await list()).ServiceSpecificCredentials?.[0]?.Status, "Inactive");
      same(await iam("ResetServiceSpecificCredential", one), "reset-service-specific-credential-response");
      await iam("DeleteServiceSpecificCredential", one);
    });
  }

  it("are refused in the same words", async () => {
    const iam = await withUser();
    const invalid = content("test_create_service_specific_credential_invalid_service");
    const make = (service: string, UserName = "x") =>
      faultOf(iam("CreateServiceSpecificCredential", { UserName, ServiceName: service }));
    assert.equal(await make("nonexistentservice.amazonaws.com"), words(invalid, "invalid-service-exception"));
    const unsupported = words(invalid, "invalid-service-existing-but-unsupported-exception");
    assert.equal(await make("lambda.amazonaws.com"), unsupported);
    const nobody = content("test_create_service_specific_credential_invalid_user");
    assert.equal(await make(ServiceName, "non-existent-user"), words(nobody, "invalid-user-name-exception"));
    await iam("CreateServiceSpecificCredential", { UserName: "x", ServiceName });
    const id = "satisfiesregexbutstillinvalid";
    const mismatch = content(`test_user_match_id_mismatch[${id}]`);
    const wrong = iam("DeleteServiceSpecificCredential", { UserName: "x", ServiceSpecificCredentialId: id });
    assert.equal(await faultOf(wrong), words(mismatch, "delete-wrong-id"));
    const removal = content("test_delete_user_after_service_credential_created");
    const conflict = words(removal, "delete-user-existing-credential");
    assert.equal(await faultOf(iam("DeleteUser", { UserName: "x" })), conflict);
  });
});

async function simulated({ iam }: IamWorld, kind: "role" | "group" | "user") {
  const statement = '{"Sid": "", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}';
  const document = `{"Version": "2012-10-17", "Statement": ${statement}}`;
  const { Policy } = await iam("CreatePolicy", { PolicyName: "p", PolicyDocument: document });
  const PolicyArn = Policy!.Arn!;
  await iam("CreateRole", { RoleName: "x", AssumeRolePolicyDocument: trustPolicy });
  await iam("CreateUser", { UserName: "x" });
  await iam("CreateGroup", { GroupName: "x" });
  await iam("AttachRolePolicy", { RoleName: "x", PolicyArn });
  await iam("AttachUserPolicy", { UserName: "x", PolicyArn });
  await iam("AttachGroupPolicy", { GroupName: "x", PolicyArn });
  return iam("SimulatePrincipalPolicy", {
    PolicySourceArn: `arn:aws:iam::000000000000:${kind}/x`,
    ActionNames: ["s3:PutObject", "s3:GetObjectVersion"],
    ResourceArns: ["arn:aws:s3:::bucket"],
  });
}

describe("service-linked roles recorded from AWS", { skip }, () => {
  const lifecycles = Object.keys(all).flatMap((name) => /test_service_role_lifecycle\[(.+)\]$/.exec(name)?.[1] ?? []);
  const known = new Set(linkedServices());

  for (const AWSServiceName of lifecycles.filter((service) => known.has(service))) {
    it(AWSServiceName, async () => {
      const { iam } = await iamWorld();
      const content = recorded(`test_service_role_lifecycle[${AWSServiceName}]`);
      const { Role } = await iam("CreateServiceLinkedRole", { AWSServiceName });
      const shown = (await iam("GetRole", { RoleName: Role!.RoleName })).Role;
      const expected = content["describe-response"]!.Role as typeof shown;
      assert.deepEqual(shapeOf(shown), shapeOf(expected));
      assert.deepEqual(
        [shown.RoleName, shown.Path, shown.Description],
        [expected.RoleName, expected.Path, expected.Description],
      );
      const { AttachedPolicies } = await iam("ListAttachedRolePolicies", { RoleName: shown.RoleName });
      const attached = content["attached-role-policies"]!.AttachedPolicies as { PolicyArn: string }[];
      const arns = attached.map(({ PolicyArn }) => PolicyArn.replace("<partition>", "aws"));
      assert.deepEqual(
        AttachedPolicies?.map(({ PolicyArn }) => PolicyArn),
        arns,
      );
    });
  }

  it("with a suffix, a second time, and removed", async () => {
    const { iam } = await iamWorld();
    const AWSServiceName = "ecs.amazonaws.com";
    const suffixed = recorded(`test_service_role_lifecycle_custom_suffix_not_allowed[${AWSServiceName}]`);
    const withSuffix = iam("CreateServiceLinkedRole", { AWSServiceName, CustomSuffix: "x" });
    assert.equal(await faultOf(withSuffix), words(suffixed, "custom-suffix-not-allowed"));
    const batch = { AWSServiceName: "batch.amazonaws.com" };
    await iam("CreateServiceLinkedRole", batch);
    const again = await faultOf(iam("CreateServiceLinkedRole", batch));
    assert.equal(again, words(recorded("test_service_role_already_exists"), "role-already-exists-error"));
    const deletion = recorded("test_service_role_deletion");
    const removed = await iam("DeleteServiceLinkedRole", { RoleName: "AWSServiceRoleForBatch" });
    assert.deepEqual(shapeOf(removed), shapeOf(deletion["service-linked-role-deletion-response"]));
  });
});
