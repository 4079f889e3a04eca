import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import type { Caller } from "#kernel/handler.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { SecondFactor } from "#services/iam/index.ts";
import {
  accessKeys,
  mfaDeviceKey,
  mfaDevices,
  mfaSeedPurpose,
  type OidcProviderRecord,
  oidcProviderKey,
  oidcProviders,
  type RoleRecord,
  roleKey,
  roles,
} from "#services/iam/model.ts";
import { oneTimePassword } from "#services/iam/request/totp.ts";
import { isFault, testWorld } from "../../../test/support/context.ts";
import { createOperations } from "./operations/index.ts";
import type { StsParts } from "./parts.ts";
import { openSession } from "./sessions.ts";
import type { ProviderKey } from "./web-identity.ts";

const account = "000000000000";
const role: RoleRecord = {
  account,
  path: "/",
  arn: `arn:aws:iam::${account}:role/app`,
  createdAt: 0,
  inlinePolicies: [],
  attachedPolicies: [],
  roleName: "app",
  roleId: "AROAAPP",
  assumeRolePolicyDocument: "{}",
  maxSessionDuration: 7200,
  tags: [],
};
const provider: OidcProviderRecord = {
  account,
  arn: `arn:aws:iam::${account}:oidc-provider/idp.test`,
  url: "idp.test",
  clientIds: ["client"],
  thumbprints: [],
  tags: [],
  createdAt: 0,
};
const user: Caller = {
  arn: `arn:aws:iam::${account}:user/ada`,
  userId: "AIDAADA",
  account,
  accessKeyId: "AKIAADA",
  type: "User",
};
const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
const published = [{ ...pair.publicKey.export({ format: "jwk" }), kid: "k" }] as unknown as ProviderKey[];

async function ready(overrides: Partial<StsParts> = {}) {
  const world = await testWorld({ collections: [accessKeys, mfaDevices, oidcProviders, roles], model: "sts" });
  const secretBox = createSecretBox(world.random.bytes(32), world.random);
  const operations = createOperations({
    secretBox,
    random: world.random,
    providerKeys: { of: async () => published },
    findPolicy: (_, arn) => (arn.endsWith("/known") ? "{}" : undefined),
    policyFault: (document) => (document === "broken" ? "Syntax errors in policy." : undefined),
    trusts: () => true,
    secondFactor: new SecondFactor({ secretBox, clock: world.clock }),
    ...overrides,
  });
  await world.store.as("api").commit({
    put: [
      { key: roleKey(account, "app"), value: role },
      { key: oidcProviderKey(account, "idp.test"), value: provider },
    ],
  });
  return { world, secretBox, operations };
}

const assume = { RoleArn: role.arn, RoleSessionName: "s" };

test("AssumeRole gives a session of the role, whose token says all of it", async () => {
  const { world, secretBox, operations } = await ready();
  const input = { ...assume, DurationSeconds: 1800, Policy: "{}", Tags: [{ Key: "team", Value: "a" }] };
  const answer = await world.call(operations, "AssumeRole", input, { caller: user });
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials!;
  assert.equal(answer.AssumedRoleUser?.Arn, `arn:aws:sts::${account}:assumed-role/app/s`);
  assert.equal(answer.AssumedRoleUser?.AssumedRoleId, "AROAAPP:s");
  assert.equal(Expiration, world.clock.now() + 1_800_000);
  const holder = openSession(secretBox, AccessKeyId, SessionToken);
  assert.equal(holder?.secretAccessKey, SecretAccessKey);
  assert.equal(holder?.caller.type, "AssumedRole");
  assert.deepEqual(holder?.caller.session?.policies, ["{}"]);
  assert.deepEqual(holder?.caller.session?.tags, { team: "a" });
  assert.equal(openSession(secretBox, "ASIAOTHER", SessionToken), undefined, "with another key");
});

const session = { issuedAt: 0, issuerArn: role.arn, issuerId: role.roleId, policies: [], tags: { team: "a" } };
const chained: Caller = {
  ...user,
  type: "AssumedRole",
  session: { ...session, transitiveTagKeys: ["team"], sourceIdentity: "ada" },
};
const refused: readonly [string, Record<string, unknown>, Caller | undefined, string, RegExp][] = [
  ["the root", {}, undefined, "AccessDenied", /^Roles may not be assumed by root accounts\.$/],
  [
    "a role that is not there",
    { RoleArn: `${role.arn}x` },
    user,
    "AccessDenied",
    /not authorized to perform: sts:AssumeRole/,
  ],
  [
    "a malformed ARN",
    { RoleArn: "nothing-valid-in-here" },
    user,
    "ValidationError",
    /^nothing-valid-in-here is invalid$/,
  ],
  ["more than the role's maximum", { DurationSeconds: 7201 }, user, "ValidationError", /MaxSessionDuration/],
  ["chaining for more than an hour", { DurationSeconds: 3601 }, chained, "ValidationError", /role chaining/],
  ["another source identity in a chain", { SourceIdentity: "eve" }, chained, "AccessDenied", /source identity/],
  [
    "a device that is not the user's",
    { SerialNumber: "x".repeat(9), TokenCode: "123456" },
    user,
    "AccessDenied",
    /^MultiFactorAuthentication failed, unable to validate MFA code. {2}Please verify/,
  ],
  ["a device without a code", { SerialNumber: "x".repeat(9) }, user, "AccessDenied", /must provide both/],
  [
    "a policy that is not there",
    { PolicyArns: [{ arn: "arn:aws:iam::aws:policy/none" }] },
    user,
    "ValidationError",
    /none/,
  ],
  [
    "a policy of another account",
    { PolicyArns: [{ arn: "arn:aws:iam::111111111111:policy/known" }] },
    user,
    "ValidationError",
    /111111111111/,
  ],
  ["a policy that is none", { Policy: "broken" }, user, "MalformedPolicyDocument", /^Syntax errors in policy\.$/],
  ["a policy that is too long", { Policy: "x".repeat(2049) }, user, "PackedPolicyTooLarge", /2048/],
  [
    "tags that differ in case only",
    {
      Tags: [
        { Key: "a", Value: "" },
        { Key: "A", Value: "" },
      ],
    },
    user,
    "InvalidParameterValue",
    /^Duplicate tag keys found\. Please note that Tag keys are case insensitive\.$/,
  ],
  [
    "a transitive key without its tag",
    { TransitiveTagKeys: ["a"] },
    user,
    "InvalidParameterValue",
    /^The specified transitive tag key must be included in the requested tags\.$/,
  ],
  [
    "a tag that is passed on already",
    { Tags: [{ Key: "TEAM", Value: "b" }] },
    chained,
    "InvalidParameterValue",
    /calling session/,
  ],
];
for (const [name, fields, caller, code, message] of refused) {
  test(`AssumeRole refuses ${name}`, async () => {
    const { world, operations } = await ready();
    const input = { ...assume, ...fields };
    await assert.rejects(world.call(operations, "AssumeRole", input, caller && { caller }), (error: unknown) => {
      // InvalidParameterValue is a common error of AWS.
      return isFault(code, message)(error);
    });
  });
}

test("what a session passes on stays with it", async () => {
  const { world, secretBox, operations } = await ready();
  const { Credentials } = await world.call(operations, "AssumeRole", assume, { caller: chained });
  const { caller } = openSession(secretBox, Credentials!.AccessKeyId, Credentials!.SessionToken)!;
  assert.deepEqual(caller.session?.tags, { team: "a" });
  assert.deepEqual(caller.session?.transitiveTagKeys, ["team"]);
  assert.equal(caller.session?.sourceIdentity, "ada");
});

test("roles that take each other on in turn gain nothing by it: no time, no tags, no longer tokens", async () => {
  const { world, secretBox, operations } = await ready();
  const input = { ...assume, Tags: [{ Key: "team", Value: "a" }], TransitiveTagKeys: ["team"], SourceIdentity: "ada" };
  let given = await world.call(operations, "AssumeRole", input, { caller: user });
  const { length } = given.Credentials!.SessionToken;
  for (let round = 0; round < 10; round++) {
    const { caller } = openSession(secretBox, given.Credentials!.AccessKeyId, given.Credentials!.SessionToken)!;
    given = await world.call(operations, "AssumeRole", assume, { caller });
    const { expiresAt, caller: next } = openSession(
      secretBox,
      given.Credentials!.AccessKeyId,
      given.Credentials!.SessionToken,
    )!;
    assert.equal(expiresAt, world.clock.now() + 3_600_000);
    assert.deepEqual([next.session?.tags, next.session?.transitiveTagKeys], [{ team: "a" }, ["team"]]);
    assert.equal(next.session?.sourceIdentity, "ada");
    assert.equal(given.Credentials!.SessionToken.length, length);
  }
});

test("GetSessionToken and GetFederationToken are for long-term credentials; the root's last an hour", async () => {
  const { world, secretBox, operations } = await ready();
  for (const name of ["GetSessionToken", "GetFederationToken"] as const) {
    const input = { Name: "bob", DurationSeconds: 7200 };
    await assert.rejects(world.call(operations, name, input, { caller: chained }), isFault("AccessDenied"));
    const root = await world.call(operations, name, input);
    assert.equal(root.Credentials!.Expiration, world.clock.now() + 3_600_000);
    const users = await world.call(operations, name, input, { caller: user });
    const holder = openSession(secretBox, users.Credentials!.AccessKeyId, users.Credentials!.SessionToken)!;
    assert.equal(holder.expiresAt, world.clock.now() + 7_200_000);
    const expected = name === "GetSessionToken" ? user.arn : `arn:aws:sts::${account}:federated-user/bob`;
    assert.equal(holder.caller.arn, expected);
    assert.equal(
      (await world.call(operations, "GetAccessKeyInfo", { AccessKeyId: holder.caller.accessKeyId })).Account,
      account,
    );
  }
});

const serialNumber = `arn:aws:iam::${account}:mfa/phone`;
const seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
/** Of an authenticator so many steps ahead of the platform. */
const codeAt = (world: { readonly clock: { now(): number } }, ahead = 0) =>
  oneTimePassword(seed, Math.floor(world.clock.now() / 30_000) + ahead);

async function withDevice() {
  const { world, secretBox, operations } = await ready();
  const device = {
    ...{ account, path: "/", arn: serialNumber, createdAt: 0, serialNumber, name: "phone", tags: [] },
    ...{ sealedSeed: secretBox.seal(seed, mfaSeedPurpose), userId: user.userId, enabledAt: 0 },
  };
  await world.store.as("api").commit({ put: [{ key: mfaDeviceKey(account, serialNumber), value: device }] });
  const take = (TokenCode: string, caller = user) =>
    world.call(operations, "GetSessionToken", { SerialNumber: serialNumber, TokenCode }, { caller });
  return { world, secretBox, operations, take };
}

test("a second factor is checked, marks the session, and is taken once", async () => {
  const { world, secretBox, operations, take } = await withDevice();
  const code = codeAt(world);
  const { Credentials } = await take(code);
  const { caller } = openSession(secretBox, Credentials!.AccessKeyId, Credentials!.SessionToken)!;
  assert.equal(caller.session?.mfaAuthenticatedAt, world.clock.now());
  const invalid = isFault("AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code.");
  await assert.rejects(take(code), invalid, "used before");
  await world.clock.advance(30_000);
  const again = { ...assume, SerialNumber: serialNumber };
  await assert.rejects(world.call(operations, "AssumeRole", { ...again, TokenCode: code }, { caller: user }), invalid);
  const given = await world.call(operations, "AssumeRole", { ...again, TokenCode: codeAt(world) }, { caller: user });
  const session = openSession(secretBox, given.Credentials!.AccessKeyId, given.Credentials!.SessionToken)!;
  assert.equal(session.caller.session?.mfaAuthenticatedAt, undefined);
  await assert.rejects(take(codeAt(world, 1), { ...user, userId: "AIDAEVE" }), isFault("AccessDenied", /unable to/));
  await take(codeAt(world, 1));
});

test("a wrong code that is given again and again is one guess", async () => {
  const { world, take } = await withDevice();
  for (let i = 0; i < 20; i++) await assert.rejects(take(codeAt(world, 100)), isFault("AccessDenied"));
  await take(codeAt(world));
});

test("codes cannot be guessed: after ten wrong ones none is taken for five minutes", async () => {
  const { world, take } = await withDevice();
  await assert.rejects(take(codeAt(world, 2)), isFault("AccessDenied"), "too far ahead");
  for (let i = 0; i < 9; i++) await assert.rejects(take(codeAt(world, 100 + i)), isFault("AccessDenied"));
  await assert.rejects(take(codeAt(world)), isFault("AccessDenied"));
  await world.clock.advance(5 * 60_000);
  await take(codeAt(world));
});

function token(claims: Record<string, unknown>): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${encode({ alg: "RS256", kid: "k" })}.${encode(claims)}`;
  return `${text}.${sign("sha256", Buffer.from(text), pair.privateKey).toString("base64url")}`;
}

test("a token of a trusted provider gives a session; others are refused in AWS's words", async () => {
  const { world, operations } = await ready();
  const now = world.clock.now() / 1000;
  const claims = { iss: "https://idp.test", sub: "me", aud: "client", exp: now + 60 };
  const call = (changes: Record<string, unknown>, on = operations) =>
    world.call(on, "AssumeRoleWithWebIdentity", { ...assume, WebIdentityToken: token({ ...claims, ...changes }) });
  const answer = await call({});
  assert.equal(answer.SubjectFromWebIdentityToken, "me");
  assert.equal(answer.Provider, provider.arn);
  assert.equal(answer.Audience, "client");
  await assert.rejects(
    call({ iss: "https://other.test" }),
    isFault("InvalidIdentityToken", /No OpenIDConnect provider/),
  );
  await assert.rejects(call({ iss: "http://idp.test" }), isFault("InvalidIdentityToken", /No OpenIDConnect provider/));
  await assert.rejects(call({ aud: "other" }), isFault("InvalidIdentityToken", "Incorrect token audience"));
  await assert.rejects(call({ exp: now }), isFault("ExpiredTokenException"));
  const distrusted = await ready({ trusts: () => false });
  await assert.rejects(
    distrusted.world.call(distrusted.operations, "AssumeRoleWithWebIdentity", {
      ...assume,
      WebIdentityToken: token(claims),
    }),
    isFault("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
  );
  const other = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const strange = await ready({
    providerKeys: { of: async () => [other.publicKey.export({ format: "jwk" }) as ProviderKey] },
  });
  await assert.rejects(
    strange.world.call(strange.operations, "AssumeRoleWithWebIdentity", { ...assume, WebIdentityToken: token(claims) }),
    isFault("InvalidIdentityToken", /signature/),
  );
});

test("a token's tags and source identity are the session's, where the role lets them be set", async () => {
  const asked: [string, Record<string, unknown>][] = [];
  const trusts: StsParts["trusts"] = (_role, action, _principal, keys) => asked.push([action, keys]) > 0;
  const { world, secretBox, operations } = await ready({ trusts });
  const claims = { iss: "https://idp.test", sub: "me", aud: "client", azp: "app", exp: world.clock.now() / 1000 + 60 };
  const call = (more: Record<string, unknown>) =>
    world.call(operations, "AssumeRoleWithWebIdentity", { ...assume, WebIdentityToken: token({ ...claims, ...more }) });
  const nested = { principal_tags: { team: ["a"] }, transitive_tag_keys: ["team"] };
  const answer = await call({
    "https://aws.amazon.com/tags": nested,
    "https://aws.amazon.com/tags/principal_tags/cost": "7",
    "https://aws.amazon.com/source_identity": "ada",
    aud: "client",
  });
  const { AccessKeyId, SessionToken } = answer.Credentials!;
  const session = openSession(secretBox, AccessKeyId, SessionToken)?.caller.session;
  const { tags, transitiveTagKeys, sourceIdentity, federationKeys } = session!;
  assert.deepEqual({ tags, transitiveTagKeys }, { tags: { team: "a", cost: "7" }, transitiveTagKeys: ["team"] });
  assert.deepEqual([sourceIdentity, answer.SourceIdentity], ["ada", "ada"]);
  assert.deepEqual(federationKeys, { "idp.test:sub": "me", "idp.test:aud": "app" });
  const actions = ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"];
  assert.deepEqual(
    asked.map(([action]) => action),
    actions,
  );
  const { "idp.test:aud": aud, "idp.test:oaud": oaud, "sts:RoleSessionName": name } = asked[0]![1];
  assert.deepEqual([aud, oaud, name, asked[1]![1]["aws:RequestTag/cost"]], ["app", "client", "s", "7"]);
  for (const wrong of [{ team: ["a", "b"] }, { team: 1 }, { "aws:team": "a" }, { team: "x".repeat(257) }]) {
    const refused = call({ "https://aws.amazon.com/tags": { principal_tags: wrong } });
    await assert.rejects(refused, isFault("InvalidIdentityToken", /session tags/), JSON.stringify(wrong));
  }
});

test("a role's trust policy sees where a token comes from", async () => {
  const asked: Record<string, unknown>[] = [];
  const trusts: StsParts["trusts"] = (_role, _action, _principal, keys) => asked.push(keys) > 0;
  const { world, operations } = await ready({ trusts });
  const claims = { iss: "https://idp.test", sub: "me", aud: "client", exp: world.clock.now() / 1000 + 60 };
  const origin = { sourceIp: "203.0.113.7", userAgent: "ci/1" };
  const input = { ...assume, WebIdentityToken: token(claims) };
  await world.call(operations, "AssumeRoleWithWebIdentity", input, { origin });
  const { "aws:SourceIp": sourceIp, "aws:UserAgent": userAgent } = asked[0]!;
  assert.deepEqual({ sourceIp, userAgent }, origin);
});
