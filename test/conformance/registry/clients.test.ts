import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { createDockerDriver } from "#host/runtime/docker/driver.ts";
import { busyboxReference, ensureBusybox } from "../../images/busybox.ts";
import { testEngine } from "../../images/engine.ts";
import { startContainerd } from "../../support/containerd.ts";
import { startRegistry, type TestRegistry } from "../../support/registry.ts";

/** The clients that people use push to the registry and pull from it. */

const execute = promisify(execFile);
const engine = await testEngine();
const skipEngine = "skip" in engine ? engine.skip : undefined;
const username = "AWS";
const password = "a-token";

let registry: TestRegistry;
let home: string;
const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
before(async () => {
  registry = await startRegistry({ catalog: { authorization } });
  home = await mkdtemp(join(tmpdir(), "estiva-clients-"));
  if ("skip" in engine) return;
  const driver = createDockerDriver({ owner: "test-registry-clients", socket: engine.socket, log: () => {} });
  await ensureBusybox(driver);
  await driver.close();
});
after(async () => {
  await registry.close();
  await rm(home, { recursive: true });
});

/** Why a test with these programs cannot run here. */
function skipWithout(...programs: readonly string[]): string | false {
  if (skipEngine !== undefined) return skipEngine;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const missing = programs.find((program) => !folders.some((folder) => existsSync(join(folder, program))));
  return missing === undefined ? false : `${missing} is not installed`;
}

/** The test image as a file, which every client takes. */
async function savedImage(): Promise<string> {
  const archive = join(home, "image.tar");
  if (!existsSync(archive)) await run("docker", "save", "-o", archive, busyboxReference);
  return archive;
}

async function run(program: string, ...args: string[]): Promise<string> {
  const socket = "skip" in engine ? {} : { DOCKER_HOST: engine.socket };
  const env = { ...process.env, ...socket, DOCKER_CONFIG: home, HOME: home };
  const { stdout } = await execute(program, args, { env });
  return stdout.trim();
}

test("docker logs in, pushes and pulls", { skip: skipWithout("docker") }, async () => {
  const image = `${registry.host}/team/deep/docker:1`;
  await run("docker", "tag", busyboxReference, image);
  try {
    await assert.rejects(run("docker", "push", image), /[Nn]ot [Aa]uthorized|no basic auth|unauthorized/);
    await assert.rejects(run("docker", "login", "-u", username, "-p", "wrong", registry.host));
    await run("docker", "login", "-u", username, "-p", password, registry.host);
    const pushed = await run("docker", "push", "--quiet", image);
    assert.equal(pushed, image);
    await run("docker", "rmi", image);
    await run("docker", "pull", image);
    const [id, original] = [
      await run("docker", "inspect", "-f", "{{.Id}}", image),
      await run("docker", "inspect", "-f", "{{.Id}}", busyboxReference),
    ];
    assert.equal(id, original);
    await run("docker", "tag", busyboxReference, `${registry.host}/another:1`);
    await run("docker", "push", "--quiet", `${registry.host}/another:1`);
  } finally {
    await run("docker", "rmi", "-f", image, `${registry.host}/another:1`);
  }
});

test("skopeo copies in both forms, by tag and digest", { skip: skipWithout("skopeo") }, async () => {
  const archive = await savedImage();
  const target = `docker://${registry.host}/skopeo/image`;
  const login = ["--dest-creds", `${username}:${password}`, "--dest-tls-verify=false"];
  const from = ["--src-creds", `${username}:${password}`, "--src-tls-verify=false"];
  const policy = ["--insecure-policy"];
  for (const format of ["v2s2", "oci"]) {
    await run("skopeo", ...policy, "copy", ...login, "-f", format, `docker-archive:${archive}`, `${target}:${format}`);
    await run("skopeo", ...policy, "copy", ...from, `${target}:${format}`, `dir:${join(home, format)}`);
  }
  const access = ["--creds", `${username}:${password}`, "--tls-verify=false"];
  const tags = JSON.parse(await run("skopeo", "list-tags", ...access, target)) as { Tags: string[] };
  assert.deepEqual(tags.Tags, ["oci", "v2s2"]);
  const { Digest } = JSON.parse(await run("skopeo", "inspect", ...access, `${target}:oci`)) as { Digest: string };
  await run("skopeo", "inspect", "--raw", ...access, `${target}@${Digest}`);
  const mounted = `docker://${registry.host}/skopeo/copy:1`;
  await run("skopeo", ...policy, "copy", ...from, ...login, `${target}:oci`, mounted);
  await run("skopeo", "delete", ...access, `${target}:oci`);
  await assert.rejects(
    run("skopeo", "inspect", ...access, `${target}:oci`),
    /manifest unknown: Requested image not found/,
  );
  await run("skopeo", "inspect", ...access, mounted);
});

test("buildah builds from nothing and pushes", { skip: skipWithout("buildah") }, async () => {
  const storage = ["--root", join(home, "storage"), "--runroot", join(home, "run"), "--storage-driver", "vfs"];
  const container = await run("buildah", ...storage, "from", "scratch");
  await run("buildah", ...storage, "config", "--cmd", "/none", container);
  await run("buildah", ...storage, "commit", "--quiet", container, "made");
  const access = ["--creds", `${username}:${password}`, "--tls-verify=false"];
  const signature = ["--signature-policy", join(import.meta.dirname, "accept-anything.json")];
  const target = `docker://${registry.host}/buildah/made:1`;
  await run("buildah", ...storage, "push", ...signature, ...access, "made", target);
  const inspected = await run("skopeo", "inspect", "--config", ...access, target);
  assert.deepEqual((JSON.parse(inspected) as { config: { Cmd: string[] } }).config.Cmd, ["/none"]);
});

test("podman logs in, pushes and pulls", { skip: skipWithout("podman", "docker") }, async () => {
  const folder = (name: string) => join(home, "podman", name);
  const storage = ["--root", folder("storage"), "--runroot", folder("run"), "--storage-driver", "vfs"];
  const podman = (...args: string[]) => run("podman", ...storage, ...args);
  const policy = ["--signature-policy", join(import.meta.dirname, "accept-anything.json")];
  const login = ["--authfile", join(home, "podman.json"), "--tls-verify=false"];
  const image = `${registry.host}/podman/image:1`;
  await podman("load", "--quiet", ...policy, "--input", await savedImage());
  await assert.rejects(podman("push", "--quiet", ...policy, ...login, busyboxReference, image), /unauthorized|[Aa]uth/);
  await assert.rejects(podman("login", ...login, "-u", username, "-p", "wrong", registry.host), /invalid username/);
  await podman("login", ...login, "-u", username, "-p", password, registry.host);
  await podman("push", "--quiet", ...policy, ...login, busyboxReference, image);
  await podman("rmi", "--all", "--force");
  const pulled = await podman("pull", "--quiet", ...policy, ...login, image);
  assert.equal(`sha256:${pulled}`, await run("docker", "inspect", "-f", "{{.Id}}", busyboxReference));
});

const notRoot = process.getuid?.() === 0 ? false : "containerd needs root";
const skipContainerd = skipWithout("ctr", "containerd", "docker") || notRoot;
test("containerd pushes and pulls", { skip: skipContainerd }, async () => {
  const containerd = await startContainerd(join(home, "containerd"));
  try {
    const ctr = (...args: string[]) => run("ctr", ...containerd.address, ...args);
    const imported = `docker.io/${busyboxReference}`;
    const image = `${registry.host}/containerd/image:1`;
    const access = ["--plain-http", "--user", `${username}:${password}`];
    await ctr("images", "import", "--no-unpack", "--digests=false", await savedImage());
    await assert.rejects(ctr("images", "push", "--plain-http", image, imported), /authorization failed|401/);
    await ctr("images", "push", ...access, image, imported);
    await ctr("images", "remove", "--sync", imported);
    const pulled = await ctr("content", "fetch", ...access, image);
    assert.match(pulled, /layer-sha256:[0-9a-f]{64}:\s+done/);
    const headers = { authorization, accept: "*/*" };
    const there = await registry.send("HEAD", "/v2/containerd/image/manifests/1", { headers });
    assert.ok((await ctr("images", "list")).includes(there.headers.get("docker-content-digest")!));
  } finally {
    await containerd.close();
  }
});
