import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { createClient } from "#cli/client.ts";
import { exitCodes, type Terminal } from "#cli/command.ts";
import { backupCommand } from "#cli/commands/backup.ts";
import { runProgram } from "#cli/index.ts";
import { apiOf } from "../../support/api.ts";
import { until } from "../../support/until.ts";
import { type WholePlatform, wholePlatform } from "../events/world.ts";

const folder = mkdtempSync(join(tmpdir(), "estiva-backup-"));
after(() => rmSync(folder, { recursive: true }));
const layer = Buffer.alloc(1000, "layer");
const digest = createHash("sha256").update(layer).digest("hex");

/** Runs `estiva backup FILE`. */
async function backUp(env: Terminal["env"], file: string, signal = new AbortController().signal) {
  const told: string[] = [];
  const terminal: Terminal = { env, interactive: false, out: () => {}, err: (text) => void told.push(text), signal };
  return { code: await runProgram([backupCommand], ["backup", file], terminal), told: told.join("") };
}

/** Starts on an empty folder what an archive has. */
function restored(file: string): Promise<WholePlatform> {
  const dataDir = mkdtempSync(join(folder, "restored-"));
  execFileSync("tar", ["-xf", file, "-C", dataDir]);
  return wholePlatform(dataDir);
}

interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

async function allPages<T>(ask: (nextToken?: string) => Promise<Page<T>>, from?: string): Promise<readonly T[]> {
  const { items, nextToken } = await ask(from);
  return nextToken === undefined ? items : [...items, ...(await allPages(ask, nextToken))];
}

describe("a backup of a platform that is written to", () => {
  let platform: WholePlatform;
  before(async () => {
    platform = await wholePlatform();
  });
  after(() => platform.close());

  test("restored has all that was acknowledged before", async () => {
    const { call } = apiOf(platform.connection);
    const client = createClient(platform.connection);
    await client.logs("CreateLogGroup", { logGroupName: "app" });
    await client.logs("CreateLogStream", { logGroupName: "app", logStreamName: "one" });
    await call("ecr", "CreateRepository", { repositoryName: "app" });
    const { uploadId } = await call("ecr", "InitiateLayerUpload", { repositoryName: "app" });
    const part = { repositoryName: "app", uploadId, partFirstByte: 0, partLastByte: layer.length - 1 };
    await call("ecr", "UploadLayerPart", { ...part, layerPartBlob: layer.toString("base64") });
    await call("ecr", "CompleteLayerUpload", { repositoryName: "app", uploadId, layerDigests: [`sha256:${digest}`] });
    await call("secretsmanager", "CreateSecret", {
      ...{ Name: "password", SecretString: "told to nobody" },
      ClientRequestToken: "12345678-1234-1234-1234-123456789012",
    });
    const known: number[] = [];
    let isWriting = true;
    const write = async (writer: number) => {
      for (let i = writer; isWriting; i += 4) {
        await client.ecs("CreateCluster", { clusterName: `c${i}` });
        const logEvents = [{ timestamp: Date.now(), message: `e${i}` }];
        await client.logs("PutLogEvents", { logGroupName: "app", logStreamName: "one", logEvents });
        const MetricData = [{ MetricName: `m${i}`, Value: i }];
        await call("monitoring", "PutMetricData", { Namespace: "own", MetricData });
        known.push(i);
      }
    };
    const writers = [0, 1, 2, 3].map(write);
    const all: { readonly file: string; readonly before: readonly number[] }[] = [];
    for (const many of [20, 60, 100]) {
      await until(
        `${many} writes`,
        () => known.length,
        (count) => count >= many,
        { everyMs: 1 },
      );
      const [file, before] = [join(folder, `${many}.tar`), [...known]];
      assert.deepEqual((await backUp(platform.env, file)).code, exitCodes.ok);
      all.push({ file, before });
    }
    isWriting = false;
    await Promise.all(writers);
    client.close();
    assert.deepEqual(
      readdirSync(platform.dataDir).filter((name) => name.startsWith("backup-")),
      [],
    );
    for (const { file, before } of all) {
      assert.equal(statSync(file).mode & 0o777, 0o600);
      await assertHas(file, before);
    }
  });

  async function assertHas(file: string, wanted: readonly number[]): Promise<void> {
    const again = await restored(file);
    const { call } = apiOf(again.connection);
    const client = createClient(again.connection);
    try {
      for (const name of readdirSync(again.dataDir)) {
        const { mode } = statSync(join(again.dataDir, name));
        assert.equal(mode & 0o077, 0, `${name} is its owner's alone`);
      }
      const missing: string[] = [];
      const arns = await allPages(async (nextToken) => {
        const page = await client.ecs("ListClusters", { ...(nextToken && { nextToken }) });
        return { items: page.clusterArns ?? [], nextToken: page.nextToken };
      });
      const clusters = new Set(arns.map((arn) => arn.split("/").at(-1)));
      const events = await allPages(async (nextToken) => {
        const page = await client.logs("FilterLogEvents", { logGroupName: "app", ...(nextToken && { nextToken }) });
        return { items: page.events ?? [], nextToken: page.nextToken };
      });
      const messages = new Set(events.map(({ message }) => message));
      const { Metrics } = await call("monitoring", "ListMetrics", { Namespace: "own" });
      const metrics = new Set(Metrics.map(({ MetricName }: { readonly MetricName: string }) => MetricName));
      for (const i of wanted) {
        if (!clusters.has(`c${i}`)) missing.push(`c${i}`);
        if (!messages.has(`e${i}`)) missing.push(`e${i}`);
        if (!metrics.has(`m${i}`)) missing.push(`m${i}`);
      }
      assert.deepEqual(missing, []);
      const { SecretString } = await call("secretsmanager", "GetSecretValue", { SecretId: "password" });
      assert.equal(SecretString, "told to nobody");
      assert.deepEqual(readFileSync(join(again.dataDir, "registry/blobs/sha256", digest.slice(0, 2), digest)), layer);
      const trail = await client.cloudtrail("LookupEvents", {
        LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "CreateRepository" }],
      });
      assert.equal(trail.Events?.length, 1);
    } finally {
      client.close();
      await again.close();
    }
  }

  test("is the root's alone, by its own key", async () => {
    const { iam, sts } = apiOf(platform.connection);
    await iam("CreateUser", { UserName: "ada" });
    await iam("AttachUserPolicy", { UserName: "ada", PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess" });
    const part = (xml: string, name: string) => new RegExp(`<${name}>([^<]+)`).exec(xml)![1]!;
    const key = await iam("CreateAccessKey", { UserName: "ada" });
    const ada = { AWS_ACCESS_KEY_ID: part(key, "AccessKeyId"), AWS_SECRET_ACCESS_KEY: part(key, "SecretAccessKey") };
    const token = await sts("GetSessionToken", {});
    const session = {
      ...{ AWS_ACCESS_KEY_ID: part(token, "AccessKeyId"), AWS_SECRET_ACCESS_KEY: part(token, "SecretAccessKey") },
      AWS_SESSION_TOKEN: part(token, "SessionToken"),
    };
    for (const keys of [ada, session]) {
      const { code, told } = await backUp({ ...platform.env, ...keys }, join(folder, "refused.tar"));
      assert.equal(code, exitCodes.failure);
      assert.match(told, /AccessDeniedException: Only the root user of account 000000000000/);
    }
    assert.equal(existsSync(join(folder, "refused.tar")), false);
  });

  test("never takes the place of a file, and goes into a pipe", async () => {
    const file = join(folder, "there.tar");
    writeFileSync(file, "the last one");
    const { code, told } = await backUp(platform.env, file);
    assert.deepEqual(
      [code, told],
      [exitCodes.failure, `estiva: ${file} exists, and is left as it is. Name a new file.\n`],
    );
    assert.equal((await backUp(platform.env, "/dev/null")).code, exitCodes.ok);
    assert.equal((await backUp(platform.env, folder)).code, exitCodes.usage);
  });
});

test("what a killed platform left of a backup goes with its next start", async () => {
  const dataDir = mkdtempSync(join(folder, "killed-"));
  mkdirSync(join(dataDir, "backup-0123abcd/registry"), { recursive: true });
  writeFileSync(join(dataDir, "backup-0123abcd/store.db"), "half");
  const platform = await wholePlatform(dataDir);
  assert.equal(existsSync(join(dataDir, "backup-0123abcd")), false);
  await platform.close();
});

describe("a backup that breaks off", () => {
  const env = { AWS_ACCESS_KEY_ID: "AKIAIOSFODNN7EXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };
  const server = createServer((_request, response) => {
    response.writeHead(200).write(Buffer.alloc(2 ** 20));
    begun();
    if (isKilled) setImmediate(() => response.destroy());
  });
  let isKilled = true;
  let begun = () => {};
  let endpoint = "";
  before(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  test("because the platform was killed leaves no file and says so", async () => {
    const file = join(folder, "half.tar");
    const { code, told } = await backUp({ ...env, AWS_ENDPOINT_URL: endpoint }, file);
    assert.deepEqual(
      [code, told],
      [exitCodes.unavailable, "estiva: The platform broke off (ECONNRESET); no backup was made.\n"],
    );
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith("half")),
      [],
    );
  });

  test("by a signal leaves no file", async () => {
    isKilled = false;
    const stopping = new AbortController();
    begun = () => setImmediate(() => stopping.abort("SIGINT"));
    const file = join(folder, "interrupted.tar");
    const { code } = await backUp({ ...env, AWS_ENDPOINT_URL: endpoint }, file, stopping.signal);
    assert.equal(code, exitCodes.interrupted);
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith("interrupted")),
      [],
    );
  });

  const skip = process.getuid?.() === 0 ? false : "needs root, to mount a small file system";
  test("because the disk is full leaves no file and says so", { skip }, async () => {
    const small = mkdtempSync(join(folder, "small-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", small]);
    try {
      const { code, told } = await backUp({ ...env, AWS_ENDPOINT_URL: endpoint }, join(small, "full.tar"));
      assert.equal(code, exitCodes.failure);
      assert.match(told, /full\.tar cannot be written: ENOSPC/);
      assert.deepEqual(readdirSync(small), []);
    } finally {
      execFileSync("umount", [small]);
    }
  });
});
