import { textsOf } from "#cli/client.ts";
import type { Credentials } from "#wire/sigv4/sign.ts";
import { type Play, replay } from "./replay.ts";
import { Refused } from "./world.ts";

const account = "000000000000";
const arnOf = (name: string) => `arn:aws:iam::${account}:role/${name}`;
const document = (statement: object) =>
  JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", ...statement } });

/** A user who may assume every role, and the roles, which trust the account. */
async function ready({ iam }: Play, ...roles: readonly string[]): Promise<Credentials> {
  await iam("CreateUser", { UserName: "u" });
  const PolicyDocument = document({ Action: "sts:*", Resource: "*" });
  await iam("PutUserPolicy", { UserName: "u", PolicyName: "p", PolicyDocument });
  const AssumeRolePolicyDocument = document({
    Principal: { AWS: account },
    Action: ["sts:AssumeRole", "sts:TagSession"],
  });
  for (const RoleName of roles) {
    await iam("CreateRole", { RoleName, AssumeRolePolicyDocument });
    await iam("PutRolePolicy", { RoleName, PolicyName: "p", PolicyDocument });
  }
  const xml = await iam("CreateAccessKey", { UserName: "u" });
  return { accessKeyId: textsOf(xml, "AccessKeyId")[0]!, secretAccessKey: textsOf(xml, "SecretAccessKey")[0]! };
}

/** As somebody else than the root, who may assume no role. */
async function as(play: Play, credentials: Credentials, name: string, input: object): Promise<void> {
  const answer = await play.call("sts.AssumeRole", input, { credentials }).catch((error: unknown) => {
    if (error instanceof Refused) return error.answer;
    throw error;
  });
  play.is(name, answer);
}

replay("sts/test_sts.snapshot.json", {
  test_get_federation_token: ({ step }) => step("get-federation-token", "sts.GetFederationToken", { Name: "name" }),
  test_assume_role: async (play) => {
    const credentials = await ready(play, "r");
    play.is("role-session-name", { RoleSessionName: "session" });
    play.skip("create-role");
    await as(play, credentials, "assume-role", { RoleArn: arnOf("r"), RoleSessionName: "session" });
  },
  test_assume_role_tag_validation: async (play) => {
    const credentials = await ready(play, "r");
    play.skip("role-1");
    const input = { RoleArn: arnOf("r"), RoleSessionName: "session" };
    const Tags = [{ Key: "key", Value: "value" }];
    await as(play, credentials, "invalid-transitive-tag-keys", { ...input, Tags, TransitiveTagKeys: ["other"] });
    const twice = [...Tags, { Key: "KEY", Value: "value" }];
    await as(play, credentials, "duplicate-tag-keys-different-casing", { ...input, Tags: twice });
  },
  test_iam_role_chaining_override_transitive_tags: async (play) => {
    const credentials = await ready(play, "one", "two");
    play.skip("role-1", "role-2");
    const Tags = [{ Key: "SessionTag", Value: "one" }];
    const first = { RoleArn: arnOf("one"), RoleSessionName: "session", Tags, TransitiveTagKeys: ["SessionTag"] };
    const { Credentials: given } = await play.call<{ Credentials: Record<string, string> }>("sts.AssumeRole", first, {
      credentials,
    });
    const session = {
      accessKeyId: given.AccessKeyId!,
      secretAccessKey: given.SecretAccessKey!,
      sessionToken: given.SessionToken!,
    };
    const second = { RoleArn: arnOf("two"), RoleSessionName: "session" };
    await as(play, session, "override-transitive-tag-error", { ...second, Tags });
    const inCapitals = [{ Key: "SESSIONTAG", Value: "two" }];
    await as(play, session, "override-transitive-tag-case-ignore-error", { ...second, Tags: inCapitals });
  },
  test_sts_invalid_parameters: async (play) => {
    const RoleSessionName = "session";
    const arns = {
      "malformed-arn": "nothing-valid-in-here",
      "no-partition": "arn::b:::something/test-role",
      "no-service": "arn:a::::something/test-role",
      "not-enough-colons": "arn:a:::something/test-role",
      "no-resource": "arn:a:a::aaaaaaaaaa:",
    };
    for (const [name, RoleArn] of Object.entries(arns)) {
      await play.step(name, "sts.AssumeRole", { RoleArn, RoleSessionName });
    }
    const input = { RoleArn: arnOf("r"), RoleSessionName: "Session1:2" };
    await play.step("invalid-session-name", "sts.AssumeRole", input);
  },
});
