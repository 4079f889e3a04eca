import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { request } from "node:http";
import { before, describe, test } from "node:test";
import { textsOf } from "#cli/client.ts";
import { pushImage } from "../conformance/registry/images.ts";
import { type Api, apiOf } from "../support/api.ts";
import { runEstiva } from "../support/estiva.ts";
import type { TestRegistry } from "../support/registry.ts";
import { sharePlatform } from "../support/shared-platform.ts";

/** Several accounts on one platform: how they are made and entered, that they are apart, and how they share. */

const shared = await sharePlatform();
const region = "us-east-1";
const estiva = (...words: string[]) => runEstiva(shared.platform, words);

/** An account as an administrator in it sees the platform. */
interface Account {
  readonly id: string;
  readonly api: Api;
}

function apiWith(env: NodeJS.ProcessEnv): Api {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: token } = env;
  const keys = { accessKeyId: accessKeyId!, secretAccessKey: secretAccessKey!, ...(token && { sessionToken: token }) };
  return apiOf({ endpoint: shared.platform.endpoint, region, ...keys });
}

async function enter(identifier: string): Promise<Api> {
  const { code, out, err } = await estiva("env", "--account", identifier, "--json");
  assert.equal(code, 0, err);
  return apiWith(JSON.parse(out));
}

const root = () => apiWith(shared.platform.env);

/** IAM's own words: nothing that is there is told to who may not. */
function refused(work: Promise<unknown>, action: string): Promise<void> {
  return assert.rejects(
    work,
    new RegExp(`AccessDenied.*: User: .* is not authorized to perform: ${action} on resource: `),
  );
}

function allow(principal: string | undefined, action: string | readonly string[], resource?: string): string {
  const to = principal === undefined ? {} : { Principal: { AWS: principal } };
  const on = resource === undefined ? {} : { Resource: resource };
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...to, Action: action, ...on }] });
}

/** The platform's registry as somebody with a token for the registry of `owner` sees it. */
async function registryOf({ api }: Account, owner: Account): Promise<Pick<TestRegistry, "send">> {
  const { authorizationData } = await api.call("ecr", "GetAuthorizationToken", { registryIds: [owner.id] });
  const authorization = `Basic ${authorizationData[0].authorizationToken}`;
  return {
    send: (method, path, { headers = {}, body } = {}) =>
      fetch(new URL(path, shared.platform.endpoint), {
        ...{ method, headers: { authorization, ...headers } },
        ...(body !== undefined && { body: body as string }),
      }),
  };
}

describe("accounts", { skip: shared.skip }, () => {
  let [dev, prod] = [] as unknown as [Account, Account];
  before(async () => {
    const make = async (name: string): Promise<Account> => {
      const { code, out, err } = await estiva("account", "create", name);
      assert.equal(code, 0, err);
      return { id: out.trim(), api: await enter(name) };
    };
    [dev, prod] = [await make("dev"), await make("prod")];
  });

  const noUserIsLeft = async () => assert.deepEqual(textsOf(await root().iam("ListUsers", {}), "UserName"), []);

  test("are made, listed and entered, by name or number", async () => {
    assert.match(dev.id, /^\d{12}$/);
    const { out } = await estiva("account", "list");
    assert.match(out, new RegExp(`^${dev.id} +dev +dev@accounts\\.estiva\\.internal`, "m"));
    const listed = JSON.parse((await estiva("account", "list", "--json")).out) as { Id: string }[];
    assert.deepEqual(new Set(listed.map(({ Id }) => Id)), new Set(["000000000000", dev.id, prod.id]));
    const arns = textsOf(await (await enter(dev.id)).sts("GetCallerIdentity", {}), "Arn");
    assert.deepEqual(arns, [`arn:aws:sts::${dev.id}:assumed-role/OrganizationAccountAccessRole/estiva`]);
    await noUserIsLeft();
    assert.match((await estiva("env", "--account", "dev")).out, /^export AWS_SESSION_TOKEN='[^']+'$/m);
    assert.match((await estiva("env")).out, /^unset AWS_SESSION_TOKEN$/m);
  });

  test("that are not there, or would be like another, are refused", async () => {
    const cases: [words: string[], code: number, err: RegExp][] = [
      [["account", "create", "dev"], 1, /There is an account with the address dev@accounts\.estiva\.internal: choose/],
      [["env", "--account", "none"], 1, /^estiva: No account is called none\. Look with: estiva account list\n$/],
      [["env", "--account", "999999999999"], 1, /^estiva: AccessDenied: .*not authorized to perform: sts:AssumeRole/],
      [["account", "create"], 64, /^estiva: Usage: estiva account create NAME/],
      [["account", "drop", "dev"], 64, /^estiva: Usage: estiva account create NAME/],
    ];
    for (const [words, code, err] of cases) {
      const outcome = await estiva(...words);
      assert.match(outcome.err, err);
      assert.deepEqual({ code: outcome.code, out: outcome.out }, { code, out: "" });
    }
    await noUserIsLeft();
    // Accounts are the management account's to make.
    await assert.rejects(dev.api.call("organizations", "ListAccounts"), /AccessDeniedException/);
  });

  test("see nothing of each other, and may use the same names", async () => {
    for (const { id, api } of [dev, prod]) {
      await api.call("ecs", "CreateCluster", { clusterName: "web" });
      const secret = { Name: "password", SecretString: `of ${id}`, ClientRequestToken: randomUUID() };
      await api.call("secretsmanager", "CreateSecret", secret);
      const { repository } = await api.call("ecr", "CreateRepository", { repositoryName: "app" });
      assert.equal(repository.registryId, id);
    }
    await dev.api.call("ecs", "CreateCluster", { clusterName: "only-dev" });
    await pushImage(await registryOf(dev, dev), "app", "v1");
    const { clusterArns } = await prod.api.call("ecs", "ListClusters");
    assert.deepEqual(clusterArns, [`arn:aws:ecs:${region}:${prod.id}:cluster/web`]);
    const { SecretList } = await prod.api.call("secretsmanager", "ListSecrets");
    assert.deepEqual(
      SecretList.map(({ ARN }: { ARN: string }) => ARN.split(":")[4]),
      [prod.id],
    );
    const { SecretString } = await prod.api.call("secretsmanager", "GetSecretValue", { SecretId: "password" });
    assert.equal(SecretString, `of ${prod.id}`);
    assert.deepEqual((await prod.api.call("ecr", "ListImages", { repositoryName: "app" })).imageIds, []);
    const registry = await registryOf(prod, prod);
    assert.equal((await registry.send("GET", "/v2/app/manifests/v1")).status, 404);
    assert.deepEqual((await root().call("ecs", "ListClusters")).clusterArns, []);
  });

  test("let nobody else in by an ARN, a registry's id or its host name", async () => {
    const { call } = prod.api;
    const cluster = `arn:aws:ecs:${region}:${dev.id}:cluster/only-dev`;
    await refused(call("ecs", "DescribeClusters", { clusters: [cluster] }), "ecs:DescribeClusters");
    const { ARN } = await dev.api.call("secretsmanager", "DescribeSecret", { SecretId: "password" });
    await refused(call("secretsmanager", "GetSecretValue", { SecretId: ARN }), "secretsmanager:GetSecretValue");
    await refused(call("ecr", "ListImages", { registryId: dev.id, repositoryName: "app" }), "ecr:ListImages");
    const byToken = await registryOf(prod, dev);
    const manifest = await byToken.send("GET", "/v2/app/manifests/v1");
    assert.match(await manifest.text(), /"code":"DENIED".*not authorized to perform: ecr:BatchGetImage/);
    const { authorizationData } = await call("ecr", "GetAuthorizationToken");
    const { hostname, port } = new URL(shared.platform.endpoint);
    const headers = {
      authorization: `Basic ${authorizationData[0].authorizationToken}`,
      host: `${dev.id}.dkr.ecr.${region}.localhost:${port}`,
    };
    const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
    request({ hostname, port, path: "/v2/app/manifests/v1", headers }, (answer) => resolve(answer.resume().statusCode))
      .on("error", reject)
      .end();
    assert.equal(await promise, 403);
  });

  test("share through a role that trusts another account", async () => {
    const RoleName = "reader";
    const AssumeRolePolicyDocument = allow(`arn:aws:iam::${prod.id}:root`, "sts:AssumeRole");
    await dev.api.iam("CreateRole", { RoleName, AssumeRolePolicyDocument });
    const PolicyDocument = allow(undefined, "ecs:ListClusters", "*");
    await dev.api.iam("PutRolePolicy", { RoleName, PolicyName: "p", PolicyDocument });
    const parameters = { RoleArn: `arn:aws:iam::${dev.id}:role/${RoleName}`, RoleSessionName: "visitor" };
    const xml = await prod.api.sts("AssumeRole", parameters);
    const text = (element: string) => textsOf(xml, element)[0];
    const visitor = apiWith({
      AWS_ACCESS_KEY_ID: text("AccessKeyId"),
      AWS_SECRET_ACCESS_KEY: text("SecretAccessKey"),
      AWS_SESSION_TOKEN: text("SessionToken"),
    });
    const { clusterArns } = await visitor.call("ecs", "ListClusters");
    assert.deepEqual(clusterArns.map((each: string) => each.split("/")[1]).sort(), ["only-dev", "web"]);
    await refused(visitor.call("ecr", "DescribeRepositories"), "ecr:DescribeRepositories");
    const other = { RoleName, PolicyDocument: allow(`arn:aws:iam::${dev.id}:root`, "sts:AssumeRole") };
    await dev.api.iam("UpdateAssumeRolePolicy", other);
    await refused(prod.api.sts("AssumeRole", parameters), "sts:AssumeRole");
  });

  test("share a repository through its policy, for what it allows", async () => {
    const policyText = allow(`arn:aws:iam::${prod.id}:root`, ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]);
    await dev.api.call("ecr", "SetRepositoryPolicy", { repositoryName: "app", policyText });
    const registry = await registryOf(prod, dev);
    const manifest = await registry.send("GET", "/v2/app/manifests/v1");
    assert.equal(manifest.status, 200);
    const { config } = (await manifest.json()) as { config: { digest: string } };
    assert.equal((await registry.send("GET", `/v2/app/blobs/${config.digest}`)).status, 200);
    assert.equal((await registry.send("POST", "/v2/app/blobs/uploads/")).status, 403);
    const images = { registryId: dev.id, repositoryName: "app", imageIds: [{ imageTag: "v1" }] };
    assert.equal((await prod.api.call("ecr", "BatchGetImage", images)).images.length, 1);
    await refused(prod.api.call("ecr", "BatchDeleteImage", images), "ecr:BatchDeleteImage");
  });

  test("share a secret through its policy and its key's", async () => {
    const { KeyMetadata } = await dev.api.call("kms", "CreateKey");
    const KeyId = KeyMetadata.Arn;
    const secret = { Name: "shared", SecretString: "told", KmsKeyId: KeyId, ClientRequestToken: randomUUID() };
    const { ARN: SecretId } = await dev.api.call("secretsmanager", "CreateSecret", secret);
    const read = () => prod.api.call("secretsmanager", "GetSecretValue", { SecretId });
    await refused(read(), "secretsmanager:GetSecretValue");
    const principal = `arn:aws:iam::${prod.id}:root`;
    const ResourcePolicy = allow(principal, "secretsmanager:GetSecretValue", "*");
    await dev.api.call("secretsmanager", "PutResourcePolicy", { SecretId, ResourcePolicy });
    await assert.rejects(read(), /AccessDeniedException: .*(kms:Decrypt|KMS)/);
    const encrypt = () => prod.api.call("kms", "Encrypt", { KeyId, Plaintext: "c2VjcmV0" });
    await refused(encrypt(), "kms:Encrypt");
    const own = JSON.parse(allow(`arn:aws:iam::${dev.id}:root`, "kms:*", "*")).Statement;
    const theirs = JSON.parse(allow(principal, ["kms:Decrypt", "kms:Encrypt"], "*")).Statement;
    const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [...own, ...theirs] });
    await dev.api.call("kms", "PutKeyPolicy", { KeyId, PolicyName: "default", Policy });
    assert.equal((await read()).SecretString, "told");
    assert.equal((await encrypt()).KeyId, KeyId);
    await refused(prod.api.call("kms", "DisableKey", { KeyId }), "kms:DisableKey");
  });
});
