import assert from "node:assert/strict";
import { test } from "node:test";
import type { AccessRequest } from "#kernel/authorization.ts";
import { silentLog } from "#kernel/controller.ts";
import { ConflictError } from "#kernel/fault.ts";
import { seededRandom } from "#kernel/random.ts";
import type { RegistryManifest } from "#kernel/registry.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import type { Store } from "#kernel/store.ts";
import { isFault, type TestWorld, testWorld } from "../../../test/support/context.ts";
import { noPorts } from "../../../test/support/ecr.ts";
import { createCatalog } from "./catalog.ts";
import { ecrCollections } from "./index.ts";
import { sealToken } from "./model/token.ts";
import { createRepository } from "./operations/create-repository.ts";
import { DeleteRepository } from "./operations/delete-repository.ts";

const box = createSecretBox(new Uint8Array(32), seededRandom(7));
const operations = { CreateRepository: createRepository(noPorts), DeleteRepository };
const image: RegistryManifest = {
  digest: "sha256:image",
  mediaType: "application/vnd.oci.image.manifest.v1+json",
  sizeBytes: 10,
  blobs: [{ digest: "sha256:layer", sizeBytes: 5, mediaType: "" }],
  manifests: [],
};
const layer = { digest: "sha256:layer", sizeBytes: 5 };

const parts = ({ clock, random }: TestWorld) => ({ ...noPorts, clock, random, box, log: silentLog });

async function setUp(refusal?: string) {
  const world = await testWorld({ collections: ecrCollections, model: "ecr" });
  const asked: AccessRequest[] = [];
  const check = (request: AccessRequest) => {
    asked.push(request);
    return refusal;
  };
  const catalog = createCatalog({ ...parts(world), store: world.store.as("registry"), check });
  await world.call(operations, "CreateRepository", { repositoryName: "app" });
  const caller = await catalog.authenticate(shown(world));
  return { world, catalog, caller, asked };
}

/** A request that bears a token of the world's root. */
function shown(world: TestWorld, host = "127.0.0.1:4566", user = "AWS") {
  const { account, region, caller } = world.context();
  const token = sealToken(box, { account, region, caller, expiresAt: world.clock.now() + 1000 });
  const authorization = `Basic ${Buffer.from(`${user}:${token}`).toString("base64")}`;
  return { authorization, host, sourceAddress: "127.0.0.1", userAgent: "test" };
}

test("only a token under the name AWS authenticates, until it expires", async () => {
  const { world, catalog, caller } = await setUp();
  assert.deepEqual([caller.account, caller.region], ["000000000000", "us-east-1"]);
  const elsewhere = await catalog.authenticate(shown(world, "111111111111.dkr.ecr.eu-west-1.localhost:4566"));
  assert.deepEqual([elsewhere.account, elsewhere.region], ["111111111111", "eu-west-1"]);
  const late = shown(world);
  for (const authorization of [undefined, "Basic QVdTOng=", "Bearer x", shown(world, "", "root").authorization]) {
    await assert.rejects(catalog.authenticate({ ...late, authorization }), isFault("UNAUTHORIZED", "Not Authorized"));
  }
  await world.clock.advance(1000);
  await assert.rejects(catalog.authenticate(late), isFault("DENIED", /expired/));
});

test("a token that was changed, or that another platform gave out, is none", async () => {
  const { world, catalog } = await setUp();
  const good = shown(world);
  const [user = "", token = ""] = Buffer.from(good.authorization.slice("Basic ".length), "base64")
    .toString()
    .split(":");
  const basic = (text: string) => `Basic ${Buffer.from(`${user}:${text}`).toString("base64")}`;
  const { account, region, caller } = world.context();
  const claims = { account, region, caller, expiresAt: world.clock.now() + 1000 };
  const others = createSecretBox(new Uint8Array(32).fill(1), seededRandom(8));
  const changed = [0, 5, 40, token.length - 3].map((at) => {
    const letter = token[at] === "A" ? "B" : "A";
    return token.slice(0, at) + letter + token.slice(at + 1);
  });
  const forged = [...changed, token.slice(0, -4), `${token}AAAA`, JSON.stringify(claims), sealToken(others, claims)];
  // What is sealed for another purpose is no token either.
  for (const text of [...forged, box.seal(JSON.stringify(claims), "exec session")]) {
    const refused = catalog.authenticate({ ...good, authorization: basic(text) });
    await assert.rejects(refused, isFault("UNAUTHORIZED", "Not Authorized"), text);
  }
  await catalog.authenticate({ ...good, authorization: basic(token) });
});

test("policies know where a push or a pull comes from", async () => {
  const { world, catalog, asked } = await setUp();
  const from = { ...shown(world), sourceAddress: "::ffff:10.1.2.3", userAgent: "docker/27" };
  await catalog.authorize(await catalog.authenticate(from), "putManifest", "app");
  assert.deepEqual(asked.at(-1)!.conditionKeys, { "aws:SourceIp": "10.1.2.3", "aws:UserAgent": "docker/27" });
});

test("each step is one of ECR's actions; who may not, does not learn what exists", async () => {
  const { catalog, caller, asked } = await setUp();
  await catalog.authorize(caller, "readManifest", "app");
  const { action, resource } = asked.at(-1)!;
  assert.deepEqual([action, resource], ["ecr:BatchGetImage", "arn:aws:ecr:us-east-1:000000000000:repository/app"]);
  const words = "The repository with name 'none' does not exist in the registry with id '000000000000'";
  await assert.rejects(catalog.authorize(caller, "readManifest", "none"), isFault("NAME_UNKNOWN", words));
  const refused = await setUp("no");
  await assert.rejects(refused.catalog.authorize(caller, "putManifest", "none"), isFault("DENIED", "no"));
});

test("a manifest needs its blobs, and they cannot go while it is there", async () => {
  const { world, catalog, caller } = await setUp();
  const repository = await catalog.authorize(caller, "putManifest", "app");
  const put = () => catalog.putManifest(repository, caller, { manifest: image, tag: "v1" });
  await assert.rejects(put(), isFault("MANIFEST_BLOB_UNKNOWN"));
  await catalog.linkBlob(repository, layer);
  await put();
  await assert.rejects(catalog.unlinkBlob(repository, layer.digest), isFault("UNSUPPORTED"));
  await catalog.forgetUnusedBlobs(world.clock.now() + 1);
  assert.equal(await catalog.hasBlob(repository, layer.digest), true);
  await catalog.deleteManifest(repository, caller, image.digest);
  assert.deepEqual(await catalog.listTags(repository, { limit: 10 }), []);
  await catalog.forgetUnusedBlobs(world.clock.now() + 1);
  assert.deepEqual([...(catalog.referencedDigests() as Iterable<string>)], []);
});

test("a blob that becomes part of an image while it is being removed stays", async () => {
  const { world, catalog, caller } = await setUp();
  const repository = await catalog.authorize(caller, "putManifest", "app");
  await catalog.linkBlob(repository, layer);
  const store = world.store.as("registry");
  const slow: Store = {
    ...{ get: (key) => store.get(key), list: (prefix, options) => store.list(prefix, options) },
    ...{ view: (collection) => store.view(collection), as: (component) => store.as(component) },
    commit: async (commit) => {
      await catalog.putManifest(repository, caller, { manifest: image, tag: "v1" });
      return store.commit(commit);
    },
  };
  const slowly = createCatalog({ ...parts(world), store: slow });
  await assert.rejects(slowly.unlinkBlob(repository, layer.digest), ConflictError);
});

test("a repository of the same name is another one", async () => {
  const { world, catalog, caller } = await setUp();
  const old = await catalog.authorize(caller, "putManifest", "app");
  await catalog.linkBlob(old, layer);
  await world.call(operations, "DeleteRepository", { repositoryName: "app" });
  await world.call(operations, "CreateRepository", { repositoryName: "app" });
  const repository = await catalog.authorize(caller, "putManifest", "app");
  assert.equal(await catalog.hasBlob(repository, layer.digest), false);
  await assert.rejects(catalog.linkBlob(old, layer), isFault("NAME_UNKNOWN"));
});

test("tags come in pages", async () => {
  const { catalog, caller } = await setUp();
  const repository = await catalog.authorize(caller, "putManifest", "app");
  await catalog.linkBlob(repository, layer);
  for (const tag of ["b", "a", "c"]) await catalog.putManifest(repository, caller, { manifest: image, tag });
  assert.deepEqual(await catalog.listTags(repository, { limit: 2 }), ["a", "b"]);
  assert.deepEqual(await catalog.listTags(repository, { after: "b", limit: 2 }), ["c"]);
  assert.equal((await catalog.findManifest(repository, "a")).manifest?.digest, image.digest);
});
