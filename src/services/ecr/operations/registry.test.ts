import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import { ecrWorld } from "../../../../test/support/ecr.ts";

const registry = "in the registry with id '000000000000'";
const allow = { Effect: "Allow", Principal: "*", Action: "ecr:ReplicateImage", Resource: "*" };
const policyOf = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });

test("a registry's policy is kept as it is, until it is deleted", async () => {
  const { ecr } = await ecrWorld();
  const none = isFault("RegistryPolicyNotFoundException", `Registry policy does not exist ${registry}`);
  await assert.rejects(ecr("GetRegistryPolicy", {}), none);
  await assert.rejects(ecr("DeleteRegistryPolicy", {}), none);
  const policyText = policyOf(allow);
  const told = { registryId: "000000000000", policyText };
  assert.deepEqual(await ecr("PutRegistryPolicy", { policyText }), told);
  assert.deepEqual(await ecr("GetRegistryPolicy", {}), told);
  await assert.rejects(
    ecr("GetRegistryPolicy", {}, { region: "eu-west-1" }),
    isFault("RegistryPolicyNotFoundException"),
  );
  assert.deepEqual(await ecr("DeleteRegistryPolicy", {}), told);
  await assert.rejects(ecr("GetRegistryPolicy", {}), none);
});

const refusedPolicies: readonly [what: string, text: string][] = [
  ["no JSON", "x"],
  ["no resources", policyOf({ ...allow, Resource: undefined })],
  ["an action of another service", policyOf({ ...allow, Action: ["ecr:*", "s3:GetObject"] })],
  ["all actions but some", policyOf({ ...allow, Action: undefined, NotAction: "ecr:PutImage" })],
];
for (const [what, policyText] of refusedPolicies) {
  test(`a registry's policy with ${what} is refused`, async () => {
    const { ecr } = await ecrWorld();
    const words = /Invalid parameter at 'PolicyText' .*'Invalid registry policy provided'/;
    await assert.rejects(ecr("PutRegistryPolicy", { policyText }), isFault("InvalidParameterException", words));
  });
}

test("account settings have AWS's names and values", async () => {
  const { ecr } = await ecrWorld();
  const get = async (name: string) => (await ecr("GetAccountSetting", { name })).value;
  const names = ["BASIC_SCAN_TYPE_VERSION", "REGISTRY_POLICY_SCOPE", "BLOB_MOUNTING"];
  assert.deepEqual(await Promise.all(names.map(get)), ["AWS_NATIVE", "V2", "ENABLED"]);
  await ecr("PutAccountSetting", { name: "BLOB_MOUNTING", value: "DISABLED" });
  assert.equal(await get("BLOB_MOUNTING"), "DISABLED");
  const refused = [
    ["REGISTRY_POLICY_SCOPE", "V1"],
    ["BASIC_SCAN_TYPE_VERSION", "CLAIR"],
    ["NONE", "ENABLED"],
    ["constructor", "ENABLED"],
  ] as const;
  for (const [name, value] of refused) {
    await assert.rejects(
      ecr("PutAccountSetting", { name, value }),
      isFault("InvalidParameterException", /enum value set/),
    );
  }
  await assert.rejects(get("NONE"), isFault("InvalidParameterException", /BLOB_MOUNTING/));
});

test("blobs are mounted unless that is turned off", async () => {
  const { ecr, catalog, caller } = await ecrWorld();
  assert.equal(await catalog.allowsMounts(caller), true);
  await ecr("PutAccountSetting", { name: "BLOB_MOUNTING", value: "DISABLED" });
  assert.equal(await catalog.allowsMounts(caller), false);
  assert.equal(await catalog.allowsMounts({ ...caller, region: "eu-west-1" }), true);
});

test("principals are excluded from the record of pulls once, and taken back", async () => {
  const { ecr } = await ecrWorld();
  const [a, b] = ["arn:aws:iam::000000000000:role/a", "arn:aws:iam::000000000000:user/b"];
  for (const principalArn of [b, a]) {
    assert.equal((await ecr("RegisterPullTimeUpdateExclusion", { principalArn })).principalArn, principalArn);
  }
  const again = ecr("RegisterPullTimeUpdateExclusion", { principalArn: a });
  await assert.rejects(again, isFault("ExclusionAlreadyExistsException"));
  const first = await ecr("ListPullTimeUpdateExclusions", { maxResults: 1 });
  const second = await ecr("ListPullTimeUpdateExclusions", { nextToken: first.nextToken! });
  assert.deepEqual(
    [first, second].map((page) => page.pullTimeUpdateExclusions),
    [[a], [b]],
  );
  await ecr("DeregisterPullTimeUpdateExclusion", { principalArn: a });
  assert.deepEqual((await ecr("ListPullTimeUpdateExclusions", {})).pullTimeUpdateExclusions, [b]);
  const gone = ecr("DeregisterPullTimeUpdateExclusion", { principalArn: a });
  await assert.rejects(gone, isFault("ExclusionNotFoundException"));
});

test("nothing is signed, and nobody is told that it is", async () => {
  const { ecr, push } = await ecrWorld();
  const signingProfileArn = "arn:aws:signer:us-east-1:000000000000:/signing-profiles/p1";
  const put = ecr("PutSigningConfiguration", { signingConfiguration: { rules: [{ signingProfileArn }] } });
  await assert.rejects(put, isFault("ValidationException", /Signer is not available/));
  for (const name of ["GetSigningConfiguration", "DeleteSigningConfiguration"] as const) {
    await assert.rejects(ecr(name, {}), isFault("SigningConfigurationNotFoundException"));
  }
  await ecr("CreateRepository", { repositoryName: "app" });
  const imageDigest = await push("app", "v1");
  const status = await ecr("DescribeImageSigningStatus", { repositoryName: "app", imageId: { imageTag: "v1" } });
  assert.deepEqual([status.imageId, status.signingStatuses], [{ imageDigest, imageTag: "v1" }, []]);
  const none = ecr("DescribeImageSigningStatus", { repositoryName: "app", imageId: { imageTag: "v2" } });
  await assert.rejects(none, isFault("ImageNotFoundException"));
});
