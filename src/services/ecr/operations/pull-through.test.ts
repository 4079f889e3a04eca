import assert from "node:assert/strict";
import { test } from "node:test";
import { DriverError, Fault } from "#kernel/fault.ts";
import { isFault } from "../../../../test/support/context.ts";
import { ecrWorld } from "../../../../test/support/ecr.ts";

const secret = "arn:aws:secretsmanager:us-east-1:000000000000:secret:ecr-pullthroughcache/hub-a1B2c3";
const good = JSON.stringify({ username: "me", accessToken: "s3cret" });
const world = (readSecret: () => Promise<string> = async () => good, more = {}) => ecrWorld({ readSecret, ...more });
const rule = { ecrRepositoryPrefix: "quay", upstreamRegistryUrl: "quay.io" };

test("a rule is made once, told, given another secret, and deleted", async () => {
  const { ecr, clock } = await world();
  const told = {
    ...{ ...rule, registryId: "000000000000", upstreamRegistry: "quay" },
    createdAt: clock.now(),
  };
  assert.deepEqual(await ecr("CreatePullThroughCacheRule", rule), told);
  for (const ecrRepositoryPrefix of ["quay", "quay/"]) {
    const again = ecr("CreatePullThroughCacheRule", { ...rule, ecrRepositoryPrefix });
    await assert.rejects(again, isFault("PullThroughCacheRuleAlreadyExistsException"));
  }
  await clock.advance(1000);
  const input = { ecrRepositoryPrefix: "quay", credentialArn: secret };
  const { credentialArn, updatedAt } = await ecr("UpdatePullThroughCacheRule", input);
  assert.deepEqual([credentialArn, updatedAt], [secret, clock.now()]);
  const { pullThroughCacheRules } = await ecr("DescribePullThroughCacheRules", { ecrRepositoryPrefixes: ["quay"] });
  assert.deepEqual(pullThroughCacheRules, [{ ...told, credentialArn: secret, updatedAt }]);
  const none = ecr("DescribePullThroughCacheRules", { ecrRepositoryPrefixes: ["quay", "none"] });
  await assert.rejects(none, isFault("PullThroughCacheRuleNotFoundException", /'none'/));
  assert.equal((await ecr("DeletePullThroughCacheRule", { ecrRepositoryPrefix: "quay" })).credentialArn, secret);
  const gone = ecr("DeletePullThroughCacheRule", { ecrRepositoryPrefix: "quay" });
  await assert.rejects(gone, isFault("PullThroughCacheRuleNotFoundException"));
});

test("a prefix upstream is told as it was given", async () => {
  const { ecr } = await world();
  for (const upstreamRepositoryPrefix of ["ROOT", "library"]) {
    const given = { ...rule, ecrRepositoryPrefix: upstreamRepositoryPrefix.toLowerCase(), upstreamRepositoryPrefix };
    await ecr("CreatePullThroughCacheRule", given);
    const { pullThroughCacheRules: [told] = [] } = await ecr("DescribePullThroughCacheRules", {
      ecrRepositoryPrefixes: [given.ecrRepositoryPrefix],
    });
    assert.equal(told!.upstreamRepositoryPrefix, upstreamRepositoryPrefix);
  }
});

test("rules come in pages, each in its own region", async () => {
  const { ecr } = await world();
  for (const ecrRepositoryPrefix of ["cc", "aa", "bb"]) {
    await ecr("CreatePullThroughCacheRule", { ...rule, ecrRepositoryPrefix });
  }
  const first = await ecr("DescribePullThroughCacheRules", { maxResults: 2 });
  const second = await ecr("DescribePullThroughCacheRules", { nextToken: first.nextToken! });
  const prefixes = [first, second].map((page) => page.pullThroughCacheRules!.map((each) => each.ecrRepositoryPrefix));
  assert.deepEqual(prefixes, [["aa", "bb"], ["cc"]]);
  const elsewhere = await ecr("DescribePullThroughCacheRules", {}, { region: "eu-west-1" });
  assert.deepEqual(elsewhere.pullThroughCacheRules, []);
});

const refused: readonly [what: string, input: object, code: string, words: RegExp][] = [
  ["what is no registry", { upstreamRegistryUrl: "a b" }, "UnsupportedUpstreamRegistryException", /URL a b is invalid/],
  [
    "another registry than it says",
    { upstreamRegistry: "docker-hub" },
    "UnsupportedUpstreamRegistryException",
    /quay.io is invalid/,
  ],
  [
    "Docker Hub without credentials",
    { upstreamRegistryUrl: "registry-1.docker.io" },
    "UnsupportedUpstreamRegistryException",
    /requires authentication. Specify a valid Secrets Manager ARN/,
  ],
  [
    "a registry of AWS's",
    { upstreamRegistryUrl: "111122223333.dkr.ecr.us-east-1.amazonaws.com" },
    "UnsupportedUpstreamRegistryException",
    /credentials of AWS/,
  ],
  [
    "credentials in clear",
    { upstreamRegistryUrl: "http://registry.example.com", credentialArn: secret },
    "ValidationException",
    /in clear/,
  ],
  ["a role", { customRoleArn: "arn:aws:iam::000000000000:role/r" }, "ValidationException", /customRoleArn/],
  ["another account's registry", { registryId: "111111111111" }, "InvalidParameterException", /registryId/],
  [
    "a prefix upstream for all names",
    { ecrRepositoryPrefix: "ROOT", upstreamRepositoryPrefix: "library" },
    "ValidationException",
    /must be ROOT/,
  ],
  [
    "a secret of another region",
    { credentialArn: secret.replace("us-east-1", "eu-west-1") },
    "SecretNotFoundException",
    /secret specified in the pull through cache rule was not found/,
  ],
];
for (const [what, input, code, words] of refused) {
  test(`CreatePullThroughCacheRule refuses ${what}`, async () => {
    const { ecr } = await world();
    await assert.rejects(ecr("CreatePullThroughCacheRule", { ...rule, ...input }), isFault(code, words));
  });
}

const secrets: readonly [code: string, told: string][] = [
  ["ResourceNotFoundException", "SecretNotFoundException"],
  ["DecryptionFailure", "UnableToDecryptSecretValueException"],
  ["AccessDeniedException", "UnableToAccessSecretException"],
];
for (const [code, told] of secrets) {
  test(`a secret that is refused with ${code} is told as ${told}`, async () => {
    const { ecr } = await world(async () => {
      throw new Fault(code, "no");
    });
    await assert.rejects(ecr("CreatePullThroughCacheRule", { ...rule, credentialArn: secret }), isFault(told));
  });
}

test("a secret of another form is refused, and not quoted", async () => {
  for (const text of ["hunter2", "[]", "null", '{"username":"hunter2"}']) {
    const { ecr } = await world(async () => text);
    const made = ecr("CreatePullThroughCacheRule", { ...rule, credentialArn: secret });
    await assert.rejects(made, (error: Fault) => {
      assert.equal(error.code, "UnableToAccessSecretException");
      assert.match(error.message, /accessToken/);
      return !error.message.includes("hunter2");
    });
  }
});

test("validation signs in upstream, and says why it cannot", async () => {
  const seen: unknown[] = [];
  let failure: Error | undefined;
  const probe = async (place: unknown) => {
    seen.push(place);
    if (failure) throw failure;
  };
  const { ecr } = await world(async () => good, { probe });
  await ecr("CreatePullThroughCacheRule", { ...rule, credentialArn: secret });
  const validate = () => ecr("ValidatePullThroughCacheRule", { ecrRepositoryPrefix: "quay" });
  const valid = await validate();
  assert.deepEqual([valid.isValid, valid.failure, valid.credentialArn], [true, undefined, secret]);
  assert.deepEqual(seen, [{ endpoint: "https://quay.io", credentials: { username: "me", password: "s3cret" } }]);
  failure = new DriverError("Unavailable", "quay.io cannot be reached.");
  const invalid = await validate();
  assert.deepEqual([invalid.isValid, invalid.failure], [false, "quay.io cannot be reached."]);
});
