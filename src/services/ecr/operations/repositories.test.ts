import assert from "node:assert/strict";
import { test } from "node:test";
import type { BlobStore } from "#kernel/blob-store.ts";
import { seededRandom } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { isFault, testWorld } from "../../../../test/support/context.ts";
import { noPorts } from "../../../../test/support/ecr.ts";
import { ecrCollections } from "../index.ts";
import { openToken } from "../model/token.ts";
import { createOperations } from "./index.ts";

const box = createSecretBox(new Uint8Array(32), seededRandom(7));
const policyFault = (text: string) => (text.startsWith("{") ? undefined : "no JSON");
// None of these operations touches content.
const operations = createOperations({ ...noPorts, box, policyFault, blobs: {} as BlobStore });
const newWorld = () => testWorld({ collections: ecrCollections, model: "ecr" });
const arn = "arn:aws:ecr:us-east-1:000000000000:repository/app";

test("a repository is made once, and found by its name in its own region", async () => {
  const world = await newWorld();
  const { repository } = await world.call(operations, "CreateRepository", { repositoryName: "app" });
  assert.deepEqual([repository!.repositoryArn, repository!.repositoryUri], [arn, "127.0.0.1:4566/app"]);
  const again = world.call(operations, "CreateRepository", { repositoryName: "app" });
  const exists = "The repository with name 'app' already exists in the registry with id '000000000000'";
  await assert.rejects(again, isFault("RepositoryAlreadyExistsException", exists));
  const { repositories } = await world.call(operations, "DescribeRepositories", { repositoryNames: ["app"] });
  assert.deepEqual(repositories, [repository]);
  const elsewhere = world.call(
    operations,
    "DescribeRepositories",
    { repositoryNames: ["app"] },
    { region: "eu-west-1" },
  );
  const none = "The repository with name 'app' does not exist in the registry with id '000000000000'";
  await assert.rejects(elsewhere, isFault("RepositoryNotFoundException", none));
  await world.call(operations, "DeleteRepository", { repositoryName: "app" });
  assert.deepEqual((await world.call(operations, "DescribeRepositories", {})).repositories, []);
});

test("repositories come in pages", async () => {
  const world = await newWorld();
  for (const repositoryName of ["c", "a", "b"]) await world.call(operations, "CreateRepository", { repositoryName });
  const first = await world.call(operations, "DescribeRepositories", { maxResults: 2 });
  const second = await world.call(operations, "DescribeRepositories", { nextToken: first.nextToken! });
  const names = [first, second].map(({ repositories }) => repositories!.map(({ repositoryName }) => repositoryName));
  assert.deepEqual(names, [["a", "b"], ["c"]]);
  const bad = world.call(operations, "DescribeRepositories", { nextToken: "none" });
  await assert.rejects(bad, isFault("InvalidParameterException"));
});

const refused: readonly [what: string, input: object, words: RegExp][] = [
  ["scanning without a scanner", { imageScanningConfiguration: { scanOnPush: true } }, /Scanning .* not available/],
  ["a key of KMS", { encryptionConfiguration: { encryptionType: "KMS" } }, /not available/],
  ["another account's registry", { registryId: "111111111111" }, /registryId/],
  ["exclusions of nothing", { imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" }, /must be given/],
];
for (const [what, input, words] of refused) {
  test(`CreateRepository refuses ${what}`, async () => {
    const world = await newWorld();
    const made = world.call(operations, "CreateRepository", { repositoryName: "app", ...input });
    await assert.rejects(made, isFault("InvalidParameterException", words));
  });
}

test("tags of repositories", async () => {
  const world = await newWorld();
  const first = { Key: "team", Value: "blue" };
  await world.call(operations, "CreateRepository", { repositoryName: "app", tags: [first] });
  await world.call(operations, "TagResource", { resourceArn: arn, tags: [{ Key: "cost", Value: "1" }] });
  await world.call(operations, "UntagResource", { resourceArn: arn, tagKeys: ["cost"] });
  assert.deepEqual((await world.call(operations, "ListTagsForResource", { resourceArn: arn })).tags, [first]);
  const reserved = world.call(operations, "TagResource", { resourceArn: arn, tags: [{ Key: "aws:x", Value: "" }] });
  await assert.rejects(reserved, isFault("InvalidTagParameterException"));
});

test("a repository's policy is kept as it is, and does not lock its owner out", async () => {
  const world = await newWorld();
  const repositoryName = "app";
  await world.call(operations, "CreateRepository", { repositoryName });
  const words = "Repository policy does not exist for the repository with name 'app' in the registry with id ";
  const get = () => world.call(operations, "GetRepositoryPolicy", { repositoryName });
  await assert.rejects(get(), isFault("RepositoryPolicyNotFoundException", `${words}'000000000000'`));
  const bad = world.call(operations, "SetRepositoryPolicy", { repositoryName, policyText: "x" });
  await assert.rejects(bad, isFault("InvalidParameterException", /Invalid repository policy provided/));
  const policyText = JSON.stringify({ Statement: { Effect: "Deny", Principal: "*", Action: "ecr:*" } });
  const locked = world.call(operations, "SetRepositoryPolicy", { repositoryName, policyText });
  await assert.rejects(locked, isFault("InvalidParameterException", /force/));
  await world.call(operations, "SetRepositoryPolicy", { repositoryName, policyText, force: true });
  assert.equal((await get()).policyText, policyText);
  assert.equal((await world.call(operations, "DeleteRepositoryPolicy", { repositoryName })).policyText, policyText);
});

test("an authorization token says whose it is, for twelve hours", async () => {
  const world = await newWorld();
  const { authorizationData } = await world.call(operations, "GetAuthorizationToken", {});
  const { authorizationToken, expiresAt, proxyEndpoint } = authorizationData![0]!;
  assert.equal(proxyEndpoint, "http://127.0.0.1:4566");
  assert.equal(expiresAt, world.clock.now() + 12 * 3_600_000);
  const [user, password] = Buffer.from(authorizationToken!, "base64").toString().split(":");
  assert.equal(user, "AWS");
  const token = openToken(box, password!)!;
  assert.deepEqual(
    [token.account, token.region, token.caller.arn],
    ["000000000000", "us-east-1", "arn:aws:iam::000000000000:root"],
  );
});
