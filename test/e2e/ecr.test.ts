import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { busyboxReference } from "../images/busybox.ts";
import { whyNoAwsCli } from "../support/aws-cli.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { until } from "../support/until.ts";

/** The registry as users meet it: the AWS CLI, and the engine's own login, push and pull, without any set-up of it. */

/** A scanner that finds one thing in everything. */
const bin = mkdtempSync(join(tmpdir(), "estiva-bin-"));
const found = { VulnerabilityID: "CVE-2030-1", PkgName: "busybox", Severity: "HIGH" };
const report = JSON.stringify({ Results: [{ Vulnerabilities: [found] }] });
writeFileSync(join(bin, "trivy"), `#!/bin/sh\ntest -f "$3/oci-layout" && echo '${report}'\n`, { mode: 0o755 });
after(() => rmSync(bin, { recursive: true }));

const shared = await sharePlatform({ env: { PATH: `${bin}:${process.env.PATH}` } });

function whyNoDocker(): string | undefined {
  const { error, status } = spawnSync("docker", ["version"], { stdio: "ignore" });
  if (error !== undefined) return `the docker command does not run here: ${error.message}`;
  return status === 0 ? undefined : "the docker command does not reach its engine";
}

const skip = shared.skip ?? whyNoAwsCli() ?? whyNoDocker();
const made: string[] = [];
after(() => {
  if (made.length > 0) spawnSync("docker", ["rmi", "--force", ...made], { stdio: "ignore" });
});

function aws(...words: string[]) {
  const out = execFileSync("aws", ["ecr", ...words], { env: shared.platform.env, encoding: "utf8" });
  return words[0] === "get-login-password" ? out.trim() : JSON.parse(out);
}

/** The outcome of a docker command whose configuration is the platform's own folder. */
function docker(words: readonly string[], options: { readonly input?: string; readonly as?: string } = {}) {
  const { input, as = "root" } = options;
  const env = { ...process.env, DOCKER_CONFIG: `${shared.platform.dataDir}/docker-${as}` };
  const { status, stdout, stderr } = spawnSync("docker", words, { env, encoding: "utf8", ...(input && { input }) });
  return { status, text: `${stdout}${stderr}` };
}

function succeed(words: readonly string[], options: Parameters<typeof docker>[1] = {}): string {
  const { status, text } = docker(words, options);
  assert.equal(status, 0, text);
  return text;
}

function logIn(): string {
  const { host } = new URL(shared.platform.endpoint);
  const input = aws("get-login-password");
  succeed(["login", "--username", "AWS", "--password-stdin", host], { input });
  return host;
}

describe("ECR", { skip }, () => {
  test("an image is pushed, described, downloaded, pulled by tag and by digest, and deleted", async () => {
    const { repository } = aws("create-repository", "--repository-name", "team/app");
    assert.equal(repository.repositoryUri, `${logIn()}/team/app`);
    const image = `${repository.repositoryUri}:v1`;
    made.push(image);
    succeed(["tag", busyboxReference, image]);
    const digest = /digest: (sha256:[0-9a-f]{64})/.exec(succeed(["push", image]))![1]!;
    const { imageDetails } = aws("describe-images", "--repository-name", "team/app");
    assert.deepEqual([imageDetails[0].imageDigest, imageDetails[0].imageTags], [digest, ["v1"]]);
    const [{ imageManifest }] = aws(
      ...["batch-get-image", "--repository-name", "team/app", "--image-ids", "imageTag=v1"],
    ).images;
    const layer = JSON.parse(imageManifest).layers[0];
    const { downloadUrl } = aws(
      ...["get-download-url-for-layer", "--repository-name", "team/app", "--layer-digest", layer.digest],
    );
    const downloaded = await fetch(downloadUrl);
    assert.deepEqual([downloaded.status, (await downloaded.arrayBuffer()).byteLength], [200, layer.size]);
    succeed(["rmi", image]);
    succeed(["pull", image]);
    succeed(["pull", `${repository.repositoryUri}@${digest}`]);
    aws("batch-delete-image", "--repository-name", "team/app", "--image-ids", "imageTag=v1");
    const { status, text } = docker(["pull", image]);
    assert.notEqual(status, 0);
    assert.match(text, /manifest.*unknown|not found/i);
  });

  test("nobody gets in without a token, nor to a repository that is not there", () => {
    const host = logIn();
    const none = docker(["pull", `${host}/none:v1`]);
    assert.match(none.text, /The repository with name 'none' does not exist in the registry with id '\d{12}'/);
    const stranger = docker(["pull", `${host}/none:v1`], { as: "stranger" });
    assert.match(stranger.text, /no basic auth credentials|unauthorized/i);
    const forged = docker(["login", "--username", "AWS", "--password-stdin", host], { input: "forged", as: "forger" });
    assert.notEqual(forged.status, 0);
  });

  test("an image is replicated to another region, and to another account that lets it", async () => {
    const run = (words: readonly string[], more: NodeJS.ProcessEnv = {}) => {
      const env = { ...shared.platform.env, ...more };
      const { status, stdout, stderr } = spawnSync("aws", words, { env, encoding: "utf8" });
      assert.equal(status, 0, stderr);
      return stdout === "" ? undefined : JSON.parse(stdout);
    };
    const created = run(["organizations", "create-account", "--email", "a@example.com", "--account-name", "second"]);
    const other: string = created.CreateAccountStatus.AccountId;
    const role = `arn:aws:iam::${other}:role/OrganizationAccountAccessRole`;
    // The root cannot take on roles; a user can.
    run(["iam", "create-user", "--user-name", "replicator"]);
    const admin = "arn:aws:iam::aws:policy/AdministratorAccess";
    run(["iam", "attach-user-policy", "--user-name", "replicator", "--policy-arn", admin]);
    const { AccessKey: key } = run(["iam", "create-access-key", "--user-name", "replicator"]);
    const user = { AWS_ACCESS_KEY_ID: key.AccessKeyId, AWS_SECRET_ACCESS_KEY: key.SecretAccessKey };
    const { Credentials: session } = run(
      ["sts", "assume-role", "--role-arn", role, "--role-session-name", "test"],
      user,
    );
    const there = {
      ...{ AWS_ACCESS_KEY_ID: session.AccessKeyId, AWS_SECRET_ACCESS_KEY: session.SecretAccessKey },
      ...{ AWS_SESSION_TOKEN: session.SessionToken, AWS_DEFAULT_REGION: "eu-west-1", AWS_REGION: "eu-west-1" },
    };
    const statement = {
      ...{ Effect: "Allow", Principal: { AWS: "arn:aws:iam::000000000000:root" } },
      ...{ Action: ["ecr:ReplicateImage", "ecr:CreateRepository"], Resource: `arn:aws:ecr:*:${other}:repository/*` },
    };
    const policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    run(["ecr", "put-registry-policy", "--policy-text", policy], there);
    const destinations = [
      { region: "us-west-2", registryId: "000000000000" },
      { region: "eu-west-1", registryId: other },
    ];
    const repositoryFilters = [{ filter: "copied", filterType: "PREFIX_MATCH" }];
    const configuration = JSON.stringify({ rules: [{ destinations, repositoryFilters }] });
    aws("put-replication-configuration", "--replication-configuration", configuration);
    aws("create-repository", "--repository-name", "copied/app");
    const image = `${logIn()}/copied/app:v1`;
    made.push(image);
    succeed(["tag", busyboxReference, image]);
    succeed(["push", image]);
    const which = ["--repository-name", "copied/app", "--image-id", "imageTag=v1"];
    const statuses = (): string[] => {
      const { replicationStatuses } = aws("describe-image-replication-status", ...which);
      return replicationStatuses.map((each: { status: string }) => each.status);
    };
    await until("the copies", statuses, (found) => !found.includes("IN_PROGRESS"));
    assert.deepEqual(statuses(), ["COMPLETE", "COMPLETE"]);
    const west = { AWS_DEFAULT_REGION: "us-west-2", AWS_REGION: "us-west-2" };
    for (const where of [west, there]) {
      const { imageDetails } = run(["ecr", "describe-images", "--repository-name", "copied/app"], where);
      assert.deepEqual(imageDetails[0].imageTags, ["v1"]);
    }
  });

  test("an image is scanned when it is pushed, by the scanner in the PATH", () => {
    aws("create-repository", "--repository-name", "scanned", "--image-scanning-configuration", "scanOnPush=true");
    const image = `${logIn()}/scanned:v1`;
    made.push(image);
    succeed(["tag", busyboxReference, image]);
    succeed(["push", image]);
    const which = ["--repository-name", "scanned", "--image-id", "imageTag=v1"];
    execFileSync("aws", ["ecr", "wait", "image-scan-complete", ...which], { env: shared.platform.env });
    const { imageScanFindings } = aws("describe-image-scan-findings", ...which);
    assert.deepEqual(imageScanFindings.findingSeverityCounts, { HIGH: 1 });
    assert.equal(imageScanFindings.findings[0].name, "CVE-2030-1");
  });

  test("an immutable tag is not overwritten by a push", () => {
    const host = logIn();
    aws("create-repository", "--repository-name", "fixed", "--image-tag-mutability", "IMMUTABLE");
    const image = `${host}/fixed:v1`;
    made.push(image);
    succeed(["tag", busyboxReference, image]);
    succeed(["push", image]);
    const container = succeed(["create", busyboxReference]).trim();
    succeed(["commit", "--message", "another", container, image]);
    succeed(["rm", container]);
    const { status, text } = docker(["push", image]);
    assert.notEqual(status, 0);
    assert.match(text, /The image tag 'v1' already exists in the 'fixed' repository and cannot be overwritten/);
  });
});
