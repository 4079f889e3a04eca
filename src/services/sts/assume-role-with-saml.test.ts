import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { createSecretBox } from "#kernel/secret-box.ts";
import { type RoleRecord, roleKey, roles, samlProviderKey, samlProviders } from "#services/iam/model.ts";
import { isFault, testWorld } from "../../../test/support/context.ts";
import { createOperations } from "./operations/index.ts";
import type { StsParts } from "./parts.ts";
import { openSession } from "./sessions.ts";

const account = "000000000000";
const providerArn = `arn:aws:iam::${account}:saml-provider/idp`;
const read = (name: string) => readFile(new URL(`saml/testing/${name}.xml`, import.meta.url), "utf8");
const input = {
  RoleArn: `arn:aws:iam::${account}:role/app`,
  PrincipalArn: providerArn,
  SAMLAssertion: Buffer.from(await read("assertion")).toString("base64"),
};
const role: RoleRecord = {
  ...{ account, path: "/", arn: input.RoleArn, createdAt: 0, inlinePolicies: [], attachedPolicies: [], tags: [] },
  ...{ roleName: "app", roleId: "AROAAPP", assumeRolePolicyDocument: "{}", maxSessionDuration: 7200 },
};

async function ready(overrides: Partial<StsParts> = {}, metadataDocument?: string) {
  const world = await testWorld({ collections: [roles, samlProviders], model: "sts" });
  const secretBox = createSecretBox(world.random.bytes(32), world.random);
  const parts = { secretBox, random: world.random, trusts: () => true, ...overrides } as StsParts;
  const provider = { account, arn: providerArn, name: "idp", uuid: "u", createdAt: 0, tags: [] };
  const other = { ...role, roleName: "other", arn: `arn:aws:iam::${account}:role/other` };
  await world.store.as("api").commit({
    put: [
      { key: roleKey(account, "app"), value: role },
      { key: roleKey(account, "other"), value: other },
      {
        key: samlProviderKey(account, "idp"),
        value: { ...provider, metadataDocument: metadataDocument ?? (await read("metadata")) },
      },
    ],
  });
  const assume = (fields = {}) => world.call(createOperations(parts), "AssumeRoleWithSAML", { ...input, ...fields });
  return { world, secretBox, assume };
}

test("whoever a trusted provider vouches for gets a session as its assertion says", async () => {
  const asked: unknown[] = [];
  const { world, secretBox, assume } = await ready({
    trusts: (_, action, principal, keys) => {
      asked.push([action, principal, keys["saml:sub"], keys["saml:sub_type"], keys["saml:doc"]]);
      return true;
    },
  });
  const answer = await assume();
  const { AccessKeyId, SessionToken, Expiration } = answer.Credentials!;
  assert.equal(answer.AssumedRoleUser?.Arn, `arn:aws:sts::${account}:assumed-role/app/ada@example.com`);
  assert.equal(Expiration, world.clock.now() + 1_800_000);
  const { SubjectType, Issuer, Audience, SourceIdentity } = answer;
  const audience = "https://signin.aws.amazon.com/saml";
  assert.deepEqual([SubjectType, Issuer, Audience], ["persistent", "https://idp.example.com", audience]);
  assert.equal(SourceIdentity, "ada");
  const { session } = openSession(secretBox, AccessKeyId, SessionToken)!.caller;
  assert.deepEqual(session?.tags, { team: "blue" });
  assert.deepEqual(session?.transitiveTagKeys, ["team"]);
  assert.equal(session?.federatedProvider, providerArn);
  const rest = [{ provider: providerArn }, "ada & co", "persistent", `${account}/idp`];
  const actions = ["sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"];
  assert.deepEqual(
    asked,
    actions.map((action) => [action, ...rest]),
  );
});

test("the request may shorten the session, not lengthen it", async () => {
  const { world, assume } = await ready();
  const seconds = async (DurationSeconds: number) =>
    ((await assume({ DurationSeconds })).Credentials!.Expiration - world.clock.now()) / 1000;
  assert.equal(await seconds(900), 900);
  assert.equal(await seconds(3600), 1800);
});

for (const [what, fields, code, message] of [
  ["a role that it does not name", { RoleArn: `arn:aws:iam::${account}:role/other` }, "AccessDenied", /^Not auth/],
  ["a role that is not there", { RoleArn: `arn:aws:iam::${account}:role/none` }, "AccessDenied", /^Not authorized/],
  ["a provider that is not there", { PrincipalArn: `${providerArn}x` }, "AccessDenied", /^Not authorized/],
  ["no assertion", { SAMLAssertion: "bm9uZQ==" }, "InvalidIdentityToken", /could not be parsed/],
  ["a token of some size", { MinimumSessionTokenSize: 100 }, "ValidationError", /not supported/],
] as const) {
  test(`refused: ${what}`, async () => {
    const { assume } = await ready();
    await assert.rejects(assume(fields), isFault(code, message));
  });
}

test("refused: a role that does not trust it, an assertion that is over, metadata that cannot be read", async () => {
  const distrusted = await ready({ trusts: (_, action) => action !== "sts:TagSession" });
  await assert.rejects(distrusted.assume(), isFault("AccessDenied", /^Not authorized/));
  const late = await ready();
  await late.world.clock.advance(300_000);
  await assert.rejects(late.assume(), isFault("ExpiredTokenException"));
  const unread = await ready({}, "<EntityDescriptor");
  await assert.rejects(unread.assume(), isFault("InvalidIdentityToken", /metadata/));
});
