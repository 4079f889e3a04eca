import assert from "node:assert/strict";
import { execFile, execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { promisify } from "node:util";
import { startRegistry, type TestRegistry } from "../images/registry.ts";
import { whyNoAwsCli } from "../support/aws-cli.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { register, runToEnd, shell } from "../support/tasks.ts";

/** Pull-through cache rules as users meet them: the AWS CLI, skopeo and a task, over a second registry on loopback. */

const shared = await sharePlatform();
const upstreams: TestRegistry[] = [];
after(() => Promise.all(upstreams.map((upstream) => upstream.close())));

function whyNoSkopeo(): string | undefined {
  const { error } = spawnSync("skopeo", ["--version"], { stdio: "ignore" });
  return error && `skopeo does not run here: ${error.message}`;
}

const skip = shared.skip ?? whyNoAwsCli() ?? whyNoSkopeo();

const execute = promisify(execFile);
const complaint = (error: { stderr: string }) => error.stderr;

/** What the AWS CLI says, or its complaint. This process has the upstream registry in it: it must not wait. */
async function aws(...words: string[]) {
  const { env } = shared.platform;
  const stdout = await execute("aws", words, { env }).then(({ stdout }) => stdout, complaint);
  return stdout.startsWith("{") ? JSON.parse(stdout) : stdout.trim();
}

const hostOf = () => new URL(shared.platform.endpoint).host;

/** Copies an image out of the platform's registry, as the root, to a folder; else what skopeo complains of. */
async function copy(image: string, to: string): Promise<string> {
  const creds = `AWS:${await aws("ecr", "get-login-password")}`;
  const from = ["--src-tls-verify=false", "--src-creds", creds, `docker://${hostOf()}/${image}`];
  const dir = join(shared.platform.dataDir, to);
  const words = ["--insecure-policy", "copy", ...from, `dir:${dir}`];
  return execute("skopeo", words).then(() => dir, complaint);
}

async function upstream(options: Parameters<typeof startRegistry>[0] = {}): Promise<TestRegistry> {
  const busybox = { path: "bin/busybox", data: readFileSync("/bin/busybox"), mode: 0o755 };
  const entries = [{ path: "bin", directory: true as const, mode: 0o755 }, busybox];
  const started = await startRegistry({ entries, command: ["/bin/busybox", "echo", "cached"], ...options });
  upstreams.push(started);
  return started;
}

describe("a pull-through cache rule", { skip }, () => {
  test("has skopeo pull what another registry has, also when that one is gone", async () => {
    const { host, close } = await upstream();
    const prefix = ["--ecr-repository-prefix", "cache"];
    await aws("ecr", "create-pull-through-cache-rule", ...prefix, "--upstream-registry-url", host);
    assert.equal((await aws("ecr", "validate-pull-through-cache-rule", ...prefix)).isValid, true);
    assert.match(await copy("cache/none:1", "none"), /manifest unknown|Requested image not found/);
    const first = await copy("cache/open:1", "first");
    const { imageDetails } = await aws("ecr", "describe-images", "--repository-name", "cache/open");
    assert.deepEqual(imageDetails[0].imageTags, ["1"]);
    await close();
    const again = await copy("cache/open:1", "again");
    const manifest = (dir: string) => readFileSync(join(dir, "manifest.json"), "utf8");
    assert.equal(manifest(again), manifest(first));
    assert.match(await copy("cache/open:2", "other"), /503/);
  });

  test("signs in upstream with a secret, and gives a task its image", async () => {
    const { host } = await upstream({ private: true });
    const create = (arn: string) =>
      aws(
        ...["ecr", "create-pull-through-cache-rule", "--ecr-repository-prefix", "closed"],
        ...["--upstream-registry-url", host, "--credential-arn", arn],
      );
    const none = "arn:aws:secretsmanager:us-east-1:000000000000:secret:ecr-pullthroughcache/none-a1B2c3";
    assert.match(await create(none), /SecretNotFoundException/);
    const put = (operation: string, name: string, accessToken: string) =>
      aws(
        ...["secretsmanager", operation, name, "ecr-pullthroughcache/test", "--secret-string"],
        JSON.stringify({ username: "alice", accessToken }),
      );
    const { ARN } = await put("create-secret", "--name", "wrong");
    await create(ARN);
    const validate = () => aws("ecr", "validate-pull-through-cache-rule", "--ecr-repository-prefix", "closed");
    assert.match((await validate()).failure, /authentication to the upstream registry failed/);
    await put("put-secret-value", "--secret-id", "secret");
    const { isValid, failure } = await validate();
    assert.deepEqual([isValid, failure], [true, undefined]);

    const image = `${hostOf()}/closed/open:1`;
    const { command: _, ...container } = shell("app", "");
    const definition = await register(shared.clients, "through-the-cache", [{ ...container, image }]);
    const refused = await runToEnd(shared.clients, definition);
    assert.match(refused.task.stoppedReason!, /CannotPullContainerError/);
    const statement = {
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::000000000000:role/ecsTaskExecutionRole" },
      Action: ["ecr:CreateRepository", "ecr:BatchImportUpstreamImage"],
      Resource: "arn:aws:ecr:us-east-1:000000000000:repository/closed/*",
    };
    const policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    await aws("ecr", "put-registry-policy", "--policy-text", policy);
    const { lines } = await runToEnd(shared.clients, definition);
    assert.deepEqual(lines, ["cached"]);
    execFileSync("docker", ["rmi", "--force", image], { stdio: "ignore" });
  });
});
