import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { whyNoAwsCli } from "../../support/aws-cli.ts";
import { type IdentityPlatform, identityPlatform } from "./world.ts";

const run = promisify(execFile);
const policyOf = (statement: object) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
const trust = policyOf({ Principal: { AWS: "000000000000" }, Action: "sts:AssumeRole" });
const assume = policyOf({ Action: "sts:AssumeRole", Resource: "*" });
const readUsers = policyOf({ Action: "iam:GetUser", Resource: "arn:aws:iam::*:user/*" });

/** What users do with the AWS CLI, and what they see. */
describe("the AWS CLI", { skip: whyNoAwsCli() ?? false }, () => {
  let platform: IdentityPlatform;
  before(async () => {
    platform = await identityPlatform();
  });
  after(() => platform.close());

  const aws = async (args: string, env: NodeJS.ProcessEnv = {}, ...more: string[]) => {
    const { stdout } = await run("aws", [...args.split(" "), ...more], { env: { ...platform.env, ...env } });
    return stdout === "" ? {} : JSON.parse(stdout);
  };

  it("makes a user whose key works as far as its policy goes", async () => {
    await aws("iam create-user --user-name ada");
    await aws("iam put-user-policy --user-name ada --policy-name read --policy-document", {}, readUsers);
    const { AccessKey } = await aws("iam create-access-key --user-name ada");
    const ada = { AWS_ACCESS_KEY_ID: AccessKey.AccessKeyId, AWS_SECRET_ACCESS_KEY: AccessKey.SecretAccessKey };
    assert.equal((await aws("sts get-caller-identity", ada)).Arn, "arn:aws:iam::000000000000:user/ada");
    assert.equal((await aws("iam get-user", ada)).User.UserName, "ada");
    await assert.rejects(aws("iam list-users", ada), (error: { stderr: string }) => {
      assert.match(
        error.stderr,
        /\(AccessDenied\) when calling the ListUsers operation: User: arn:aws:iam::000000000000:/,
      );
      assert.match(
        error.stderr,
        /perform: iam:ListUsers on resource: arn:aws:iam::000000000000:user\/ because no identity/,
      );
      return true;
    });
    await aws(`iam update-access-key --user-name ada --access-key-id ${AccessKey.AccessKeyId} --status Inactive`);
    await assert.rejects(aws("sts get-caller-identity", ada), /InvalidClientTokenId/);
  });

  it("shows documents as JSON, and takes on a role", async () => {
    const { Role } = await aws("iam create-role --role-name r --assume-role-policy-document", {}, trust);
    assert.deepEqual(Role.AssumeRolePolicyDocument, JSON.parse(trust));
    const policyArn = "arn:aws:iam::aws:policy/IAMReadOnlyAccess";
    await aws(`iam attach-role-policy --role-name r --policy-arn ${policyArn}`);
    await aws("iam create-user --user-name bob");
    await aws("iam put-user-policy --user-name bob --policy-name assume --policy-document", {}, assume);
    const { AccessKey } = await aws("iam create-access-key --user-name bob");
    const bob = { AWS_ACCESS_KEY_ID: AccessKey.AccessKeyId, AWS_SECRET_ACCESS_KEY: AccessKey.SecretAccessKey };
    const { Credentials } = await aws(`sts assume-role --role-arn ${Role.Arn} --role-session-name session`, bob);
    const session = {
      AWS_ACCESS_KEY_ID: Credentials.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: Credentials.SecretAccessKey,
      AWS_SESSION_TOKEN: Credentials.SessionToken,
    };
    assert.equal((await aws("iam list-roles", session)).Roles.length, 1);
    await assert.rejects(aws("iam delete-role --role-name r", session), /AccessDenied/);
  });

  it("reaches an account that it made through that account's role", async () => {
    const made = await aws("organizations create-account --account-name dev --email dev@example.com");
    const { AccountId } = made.CreateAccountStatus;
    await aws("iam create-user --user-name carol");
    await aws("iam put-user-policy --user-name carol --policy-name assume --policy-document", {}, assume);
    const { AccessKey } = await aws("iam create-access-key --user-name carol");
    const carol = { AWS_ACCESS_KEY_ID: AccessKey.AccessKeyId, AWS_SECRET_ACCESS_KEY: AccessKey.SecretAccessKey };
    const roleArn = `arn:aws:iam::${AccountId}:role/OrganizationAccountAccessRole`;
    const { Credentials } = await aws(`sts assume-role --role-arn ${roleArn} --role-session-name carol`, carol);
    const inside = {
      AWS_ACCESS_KEY_ID: Credentials.AccessKeyId,
      AWS_SECRET_ACCESS_KEY: Credentials.SecretAccessKey,
      AWS_SESSION_TOKEN: Credentials.SessionToken,
    };
    assert.equal((await aws("sts get-caller-identity", inside)).Account, AccountId);
    assert.deepEqual((await aws("iam list-users", inside)).Users, []);
    await aws("iam create-user --user-name carol", inside);
    await assert.rejects(aws("organizations list-accounts", inside), /AccessDeniedException/);
  });
});
