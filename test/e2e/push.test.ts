import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createClient } from "#cli/client.ts";
import { busyboxReference } from "../images/busybox.ts";
import { runEstiva } from "../support/estiva.ts";
import { sharePlatform } from "../support/shared-platform.ts";

/** `estiva push`, and tasks of what was pushed. */

const preload = join(import.meta.dirname, "../support/tell-registry-requests.ts");
const shared = await sharePlatform({ env: { NODE_OPTIONS: `--import=${preload}` } });
const image = "estiva-test/pushed:v1";
/** Makes the image another one each time: engines keep the manifests that they have once read. */
const who = `run-${process.pid}-${Date.now()}`;

/** Where pushes keep the image meanwhile. */
const temporary = mkdtempSync(join(tmpdir(), "estiva-push-test-"));
after(() => rmSync(temporary, { recursive: true }));

const estiva = (words: readonly string[], env?: NodeJS.ProcessEnv) =>
  runEstiva(shared.platform, words, { TMPDIR: temporary, ...env });

async function pushed(...words: string[]) {
  const { code, out, err } = await estiva(["push", "--json", ...words]);
  assert.equal(code, 0, err);
  return JSON.parse(out);
}

function host(): string {
  return new URL(shared.platform.endpoint).host;
}

/** What the registry was asked for since the position, without the host's own words for it. */
const requests = (since: number) =>
  [...shared.platform.output.slice(since).matchAll(/^registry request: (.*)$/gm)].map(([, line]) => line!);

const readsBlob = (request: string) => /^GET .*\/blobs\//.test(request);

async function forget(reference: string, query: Record<string, boolean> = {}): Promise<void> {
  await shared.engine.call("DELETE", `/images/${reference}`, { query: { noprune: true, ...query } });
}

describe("estiva push", { skip: shared.skip }, () => {
  after(() => forget(image));

  test("makes the repository, pushes, and prints a name that runs", async () => {
    await shared.importImage({ reference: image, environment: ["PATH=/bin", `WHO=${who}`] });
    const { code, out, err } = await estiva(["push", image]);
    assert.deepEqual({ code, out }, { code: 0, out: `${host()}/estiva-test/pushed:v1\n` }, err);
    assert.match(err, /^The repository estiva-test\/pushed was created\.\n[0-9a-f]{12} .* MB {2}pushed\n1 layer, 0 /);
    const name = out.trim();
    const since = shared.platform.output.length;
    const run = await estiva(["run", name, "sh", "-c", "echo $WHO"]);
    assert.deepEqual({ code: run.code, out: run.out }, { code: 0, out: `${who}\n` }, run.err);
    assert.ok(requests(since).some((line) => line.startsWith("GET /v2/estiva-test/pushed/manifests/")));
    assert.deepEqual(requests(since).filter(readsBlob), []);
    await forget(name);
  });

  test("a task of an image that this engine pushed transfers no layer", async () => {
    const { image: name, imageDigest } = await pushed(image, "shared:v1");
    for (const reference of [name, `${name.replace(/:v1$/, "")}@${imageDigest}`]) {
      const since = shared.platform.output.length;
      const run = await estiva(["run", reference, "echo", "shared"]);
      assert.deepEqual({ code: run.code, out: run.out }, { code: 0, out: "shared\n" }, run.err);
      const asked = requests(since);
      // It was pulled, with the rights of the execution role.
      assert.ok(asked.includes("GET /v2/"), "the registry was not asked");
      assert.deepEqual(asked.filter(readsBlob), []);
      await forget(reference);
    }
  });

  test("a tag that was pushed anew is what the next task runs", async () => {
    const ids: string[] = [];
    for (const content of ["old", "new"]) {
      await shared.importImage({ reference: image, environment: ["PATH=/bin", `WHO=${content}`] });
      ids.push((await shared.engine.call("GET", `/images/${image}/json`)).Id);
      const { image: name } = await pushed(image, "moved:v1");
      const run = await estiva(["run", name, "sh", "-c", "echo $WHO"]);
      assert.deepEqual({ code: run.code, out: run.out }, { code: 0, out: `${content}\n` }, run.err);
    }
    await forget(`${host()}/moved:v1`);
    await forget(ids[0]!, { force: true });
  });

  test("pushed again, nothing is sent that is there; equal images have equal digests", async () => {
    const first = await pushed(image, "again:a");
    const since = shared.platform.output.length;
    const second = await pushed(image, "again:b");
    assert.deepEqual(
      [first.repositoryCreated, second.repositoryCreated, second.layers, second.layersPresent],
      [true, false, 1, 1],
    );
    assert.equal(second.imageDigest, first.imageDigest);
    assert.deepEqual(
      requests(since).filter((line) => line.startsWith("PATCH")),
      [],
    );
    const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = shared.platform.env;
    const connection = { endpoint: shared.platform.endpoint, region: "us-east-1", accessKeyId, secretAccessKey };
    const client = createClient(connection);
    const { imageDetails } = await client.ecr("DescribeImages", { repositoryName: "again" });
    client.close();
    assert.deepEqual(
      imageDetails?.map(({ imageTags }) => imageTags?.toSorted()),
      [["a", "b"]],
    );
  });

  test("an image's id takes a repository's name", async () => {
    const { Id: id } = await shared.engine.call("GET", `/images/${busyboxReference}/json`);
    const byId = await pushed(id, "by-id");
    assert.deepEqual([byId.repositoryName, byId.imageTag], ["by-id", "latest"]);
  });

  const wrong: [words: string[], code: number, err: RegExp, env?: NodeJS.ProcessEnv][] = [
    [["estiva-test/none:v1"], 1, /^estiva: The container engine has no image estiva-test\/none:v1\. Look with: /],
    [[busyboxReference], 69, /^estiva: No container engine answers: /, { DOCKER_HOST: "unix:///nonexistent" }],
    [[busyboxReference, "Upper"], 64, /^estiva: Upper is no repository's name/],
    [[busyboxReference, "ghcr.io/team/app"], 64, /^estiva: ghcr\.io\/team\/app is in another registry/],
    [["sha256:ffffffffffff"], 64, /^estiva: sha256:ffffffffffff is an image's id: name a repository too/],
  ];
  for (const [words, code, err, env] of wrong) {
    test(`${words.join(" ")}${env ? " without an engine" : ""} exits with ${code}`, async () => {
      const outcome = await estiva(["push", ...words], env);
      assert.match(outcome.err, err);
      assert.deepEqual({ code: outcome.code, out: outcome.out }, { code, out: "" });
    });
  }

  test("what the registry refuses is told in its words, and nothing is left in the temporary folder", async () => {
    await pushed(busyboxReference, "fixed:v1");
    const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = shared.platform.env;
    const connection = { endpoint: shared.platform.endpoint, region: "us-east-1", accessKeyId, secretAccessKey };
    const client = createClient(connection);
    await client.ecr("PutImageTagMutability", { repositoryName: "fixed", imageTagMutability: "IMMUTABLE" });
    client.close();
    const { code, out, err } = await estiva(["push", image, "fixed:v1"]);
    assert.deepEqual({ code, out }, { code: 1, out: "" });
    assert.match(err, /The image tag 'v1' already exists in the 'fixed' repository and cannot be overwritten/);
    assert.deepEqual(readdirSync(temporary), []);
  });
});
