import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import type { AccessRequest } from "#kernel/authorization.ts";
import { silentLog } from "#kernel/controller.ts";
import type { RegistryCatalog } from "#kernel/registry.ts";
import { openHttp } from "#platform/http-sender.ts";
import { createRegistry, createUpstreamClient } from "#registry/index.ts";
import { sealToken } from "#services/ecr/model/token.ts";
import { ecrWorld, noPorts } from "../../support/ecr.ts";
import { sha256, startRegistry, type TestRegistry } from "../../support/registry.ts";
import { pushBlob, pushImage } from "./images.ts";

/** Pull-through cache rules of ECR, over real registries on loopback. */

let upstream: TestRegistry;
let requests: string[];
let down = false;
let front: { url: string; close(): void };
before(async () => {
  upstream = await startRegistry();
  // Counts what is asked of the upstream registry, and can be gone.
  const server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (down) return void response.destroy();
    const answer = await upstream.send(request.method!, request.url!);
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  front = { url: `127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
});
after(async () => {
  front.close();
  await upstream.close();
});

async function startCache(t: { after(work: () => Promise<void>): void }, refuse?: (request: AccessRequest) => string) {
  requests = [];
  down = false;
  const scanner = { ...noPorts.scanner, installed: async () => "trivy" };
  const world = await ecrWorld({ scanner, check: (request) => refuse?.(request) || undefined });
  const { account, region, caller } = world.context();
  const token = sealToken(world.box, { account, region, caller, expiresAt: Number.MAX_SAFE_INTEGER });
  const authorization = `Basic ${Buffer.from(`AWS:${token}`).toString("base64")}`;
  let imported: (digest: string) => void = () => {};
  const catalog: RegistryCatalog = {
    ...world.catalog,
    async finishImport(repository, digest) {
      await world.catalog.finishImport(repository, digest);
      imported(digest);
    },
  };
  const { blobs, clock } = world;
  const onBug = (error: unknown) => assert.fail(String(error));
  const upstream = createUpstreamClient({ clock, open: openHttp });
  const registry = createRegistry({ catalog, blobs, clock, upstream, log: silentLog, onBug });
  const server = createServer((request, response) => void registry.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await registry.close();
  });
  await world.ecr("CreatePullThroughCacheRule", { ecrRepositoryPrefix: "cache", upstreamRegistryUrl: front.url });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...world,
    get: (path: string) => fetch(`${url}/v2/${path}`, { headers: { authorization } }),
    /** Resolves when the next image is here as a whole. */
    whole: () =>
      new Promise<string>((resolve) => {
        imported = resolve;
      }),
  };
}

/** An image of its own, with a layer of its own. */
async function publish(name: string, tag: string, layer: string) {
  const digest = await pushBlob(upstream, name, layer);
  const layers = [{ mediaType: "application/vnd.oci.image.layer.v1.tar", digest, size: layer.length }];
  return pushImage(upstream, name, tag, { layers });
}

const message = async (response: Response) =>
  ((await response.json()) as { errors: { message: string }[] }).errors[0]!.message;

test("the first pull makes the repository, as the template has it, and brings the whole image", async (t) => {
  const cache = await startCache(t);
  const image = await publish("team/app", "v1", "layer one");
  const template = { prefix: "cache", appliedFor: ["PULL_THROUGH_CACHE"], imageTagMutability: "IMMUTABLE" } as const;
  await cache.ecr("CreateRepositoryCreationTemplate", template);
  const whole = cache.whole();
  const pulled = await cache.get("cache/team/app/manifests/v1");
  assert.deepEqual(Buffer.from(await pulled.arrayBuffer()), image.bytes);
  assert.equal(await whole, image.digest);
  down = true;
  assert.equal(await (await cache.get(`cache/team/app/blobs/${sha256("layer one")}`)).text(), "layer one");
  const repositoryName = "cache/team/app";
  const [repository] = (await cache.ecr("DescribeRepositories", { repositoryNames: [repositoryName] })).repositories!;
  assert.equal(repository!.imageTagMutability, "IMMUTABLE");
  const [detail] = (await cache.ecr("DescribeImages", { repositoryName })).imageDetails!;
  assert.deepEqual([detail!.imageDigest, detail!.imageTags], [image.digest, ["v1"]]);
  assert.equal(detail!.lastRecordedPullTime, cache.clock.now());
});

test("upstream is asked for a tag once a day, and a rule that is gone asks no more", async (t) => {
  const cache = await startCache(t);
  const first = await publish("daily", "v1", "one");
  const pull = async () => (await cache.get("cache/daily/manifests/v1")).headers.get("docker-content-digest");
  const asked = () => requests.filter((request) => request.endsWith("/manifests/v1")).length;
  let whole = cache.whole();
  assert.equal(await pull(), first.digest);
  await whole;
  const second = await publish("daily", "v1", "two");
  await cache.clock.advance(86_399_999);
  assert.deepEqual([await pull(), asked()], [first.digest, 1]);
  await cache.clock.advance(1);
  whole = cache.whole();
  assert.deepEqual([await pull(), asked()], [second.digest, 2]);
  assert.deepEqual([await pull(), asked()], [second.digest, 2]);
  await whole;
  await cache.ecr("DeletePullThroughCacheRule", { ecrRepositoryPrefix: "cache" });
  await cache.clock.advance(86_400_000);
  assert.deepEqual([await pull(), asked()], [second.digest, 2]);
});

test("an upstream that does not answer is left in peace for a while", async (t) => {
  const cache = await startCache(t);
  const image = await publish("away", "v1", "one");
  const whole = cache.whole();
  const pull = async () => (await cache.get("cache/away/manifests/v1")).headers.get("docker-content-digest");
  await pull();
  await whole;
  down = true;
  requests.length = 0;
  await cache.clock.advance(86_400_000);
  assert.deepEqual([await pull(), await pull(), requests.length], [image.digest, image.digest, 1]);
  await cache.clock.advance(300_000);
  assert.deepEqual([await pull(), requests.length], [image.digest, 2]);
  assert.equal((await cache.get("cache/away/manifests/v2")).status, 503);
});

test("an immutable tag, and one that was pushed here, stay as they are", async (t) => {
  const cache = await startCache(t);
  const first = await publish("fixed", "v1", "one");
  const whole = cache.whole();
  const pull = async (tag: string) =>
    (await cache.get(`cache/fixed/manifests/${tag}`)).headers.get("docker-content-digest");
  await pull("v1");
  await whole;
  const repositoryName = "cache/fixed";
  await cache.ecr("PutImageTagMutability", { repositoryName, imageTagMutability: "IMMUTABLE" });
  await publish("fixed", "v1", "two");
  await publish("fixed", "own", "two");
  const own = await cache.push(repositoryName, "own", "mine");
  await cache.clock.advance(86_400_000);
  assert.deepEqual([await pull("v1"), await pull("own")], [first.digest, own]);
});

test("what is not upstream leaves nothing here", async (t) => {
  const cache = await startCache(t);
  const none = await cache.get("cache/none/manifests/v1");
  assert.deepEqual([none.status, await message(none)], [404, "Requested image not found"]);
  assert.deepEqual((await cache.ecr("DescribeRepositories", {})).repositories, []);
  assert.equal((await cache.get("other/none/manifests/v1")).status, 404);
});

test("importing, and making the repository, must be allowed", async (t) => {
  let refused = "ecr:CreateRepository";
  const cache = await startCache(t, ({ action }) => (action === refused ? "no" : ""));
  await publish("closed", "v1", "one");
  await publish("closed", "v2", "two");
  const words = "The repository with name 'cache/closed' does not exist in the registry with id '000000000000'";
  const get = () => cache.get("cache/closed/manifests/v1");
  assert.equal(await message(await get()), words);
  refused = "ecr:BatchImportUpstreamImage";
  assert.equal(await message(await get()), words);
  await cache.ecr("CreateRepository", { repositoryName: "cache/closed" });
  assert.equal((await get()).status, 404);
  assert.deepEqual(requests, []);
  refused = "";
  const whole = cache.whole();
  assert.equal((await get()).status, 200);
  await whole;
  refused = "ecr:BatchImportUpstreamImage";
  assert.equal((await get()).status, 200, "what is here may be pulled");
  assert.equal((await cache.get("cache/closed/manifests/v2")).status, 404);
});

test("an image that has come as a whole is scanned where its registry says so", async (t) => {
  const cache = await startCache(t);
  const image = await publish("scanned", "v1", "one");
  const repositoryFilters = [{ filter: "cache/*", filterType: "WILDCARD" }] as const;
  await cache.ecr("PutRegistryScanningConfiguration", {
    rules: [{ scanFrequency: "SCAN_ON_PUSH", repositoryFilters }],
  });
  const whole = cache.whole();
  await cache.get("cache/scanned/manifests/v1");
  assert.equal(await whole, image.digest);
  const [detail] = (await cache.ecr("DescribeImages", { repositoryName: "cache/scanned" })).imageDetails!;
  assert.deepEqual(detail!.imageScanStatus, { status: "IN_PROGRESS" });
});

test("two first pulls at once make one repository", async (t) => {
  const cache = await startCache(t);
  await publish("twice", "v1", "one");
  await publish("twice", "v2", "two");
  const pulled = await Promise.all(["v1", "v2", "v1"].map((tag) => cache.get(`cache/twice/manifests/${tag}`)));
  assert.deepEqual(
    pulled.map(({ status }) => status),
    [200, 200, 200],
  );
  const { imageDetails } = await cache.ecr("DescribeImages", { repositoryName: "cache/twice" });
  assert.equal(imageDetails!.length, 2);
});
