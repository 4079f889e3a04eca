import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { silentLog } from "#kernel/controller.ts";
import { DriverError } from "#kernel/fault.ts";
import { seededRandom } from "#kernel/random.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { signRequest } from "#wire/sigv4/sign.ts";
import { startS3Server } from "../../test/support/s3-server.ts";
import { openImageStorage, s3Settings } from "./image-storage.ts";

const keys = { ESTIVA_REGISTRY_S3_ACCESS_KEY_ID: "id", ESTIVA_REGISTRY_S3_SECRET_ACCESS_KEY: "secret" };
const bucket = { ESTIVA_REGISTRY_S3_BUCKET: "images", ...keys };
const credentials = { accessKeyId: "id", secretAccessKey: "secret" };
const amazon = "https://s3.us-east-1.amazonaws.com";

const cases: [env: NodeJS.ProcessEnv, expected: object | undefined | RegExp][] = [
  [{}, undefined],
  [{ ESTIVA_REGISTRY_S3_BUCKET: "" }, undefined],
  [bucket, { bucket: "images", region: "us-east-1", endpoint: amazon, credentials, prefix: "" }],
  [
    {
      ...bucket,
      ESTIVA_REGISTRY_S3_REGION: "eu-central-1",
      ESTIVA_REGISTRY_S3_PREFIX: "/a/b/",
      ESTIVA_REGISTRY_S3_SESSION_TOKEN: "token",
    },
    {
      ...{ bucket: "images", region: "eu-central-1", endpoint: "https://s3.eu-central-1.amazonaws.com" },
      ...{ credentials: { ...credentials, sessionToken: "token" }, prefix: "a/b/" },
    },
  ],
  [
    { ...bucket, ESTIVA_REGISTRY_S3_ENDPOINT: "http://minio:9000/" },
    { bucket: "images", region: "us-east-1", endpoint: "http://minio:9000", credentials, prefix: "" },
  ],
  [{ ...bucket, ESTIVA_REGISTRY_S3_ENDPOINT: "minio:9000" }, /ENDPOINT takes an address such as/],
  [{ ...bucket, ESTIVA_REGISTRY_S3_ENDPOINT: "http://minio/path" }, /ENDPOINT takes an address such as/],
  [keys, /ESTIVA_REGISTRY_S3_ACCESS_KEY_ID is set without ESTIVA_REGISTRY_S3_BUCKET/],
  [{ ...bucket, ESTIVA_REGISTRY_S3_SECRET_ACCESS_KEY: "" }, /ESTIVA_REGISTRY_S3_SECRET_ACCESS_KEY are needed/],
];
for (const [env, expected] of cases) {
  const given = Object.entries(env).map(([name, value]) => `${name.replace("ESTIVA_REGISTRY_S3_", "")}=${value}`);
  test(`images of ${given.join(" ") || "no settings"}`, () => {
    if (!(expected instanceof RegExp)) return assert.deepEqual(s3Settings(env), expected);
    const refused = (error: unknown) => error instanceof DriverError && expected.test(error.message);
    assert.throws(() => s3Settings(env), refused);
  });
}

test("images lie where the environment says; a bucket that cannot be used is told of", async () => {
  const [clock, random] = [new VirtualClock(), seededRandom(1)];
  const dataDir = mkdtempSync(join(tmpdir(), "estiva-images-"));
  const server = await startS3Server({ clock });
  const told: string[] = [];
  const log = { ...silentLog, error: (message: string) => void told.push(message) };
  const open = (env: NodeJS.ProcessEnv) =>
    openImageStorage({ ...{ dataDir, clock, random, log, sign: signRequest }, env });
  const env = {
    ESTIVA_REGISTRY_S3_ENDPOINT: server.endpoint,
    ESTIVA_REGISTRY_S3_BUCKET: server.bucket,
    ESTIVA_REGISTRY_S3_ACCESS_KEY_ID: server.credentials.accessKeyId,
    ESTIVA_REGISTRY_S3_SECRET_ACCESS_KEY: server.credentials.secretAccessKey,
  };
  const [disk, s3, stranger] = [open({}), open(env), open({ ...env, ESTIVA_REGISTRY_S3_ACCESS_KEY_ID: "stranger" })];
  const { digest } = await s3.blobs.put(Buffer.from("content"));
  assert.equal(await disk.blobs.stat(digest), undefined);
  await disk.blobs.put(Buffer.from("content"));
  assert.ok(server.keys().some((key) => key.startsWith("data/")));
  await assert.rejects(stranger.blobs.stat(digest), /InvalidAccessKeyId/);
  assert.deepEqual(told, ["Images cannot be pushed or pulled now"]);
  for (const each of [disk, s3, stranger]) each.close();
  await server.close();
  rmSync(dataDir, { recursive: true });
});
