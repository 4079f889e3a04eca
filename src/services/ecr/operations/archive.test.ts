import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import { type EcrWorld, ecrWorld, imageOf, indexOf, mediaTypes, sha256 } from "../../../../test/support/ecr.ts";

const repositoryName = "app";

async function newWorld(): Promise<EcrWorld> {
  const world = await ecrWorld();
  await world.ecr("CreateRepository", { repositoryName });
  return world;
}

function move({ ecr }: EcrWorld, imageDigest: string, targetStorageClass: "ARCHIVE" | "STANDARD") {
  return ecr("UpdateImageStorageClass", { repositoryName, imageId: { imageDigest }, targetStorageClass });
}

const digestsOf = async ({ ecr }: EcrWorld, imageStatus?: "ACTIVE" | "ARCHIVED" | "ANY") => {
  const filter = imageStatus === undefined ? {} : { filter: { imageStatus } };
  return (await ecr("ListImages", { repositoryName, ...filter })).imageIds!.map(({ imageDigest }) => imageDigest);
};

/** What a pull of the tag finds. */
async function pulled({ catalog, caller }: EcrWorld, reference: string): Promise<string | undefined> {
  const repository = await catalog.authorize(caller, "readManifest", repositoryName);
  return (await catalog.findManifest(repository, reference)).manifest?.digest;
}

test("an archived image is told of, cannot be pulled, and is back when it is asked for", async () => {
  const world = await newWorld();
  const digest = await world.push(repositoryName, "v1");
  assert.equal((await move(world, digest, "ARCHIVE")).imageStatus, "ARCHIVED");
  assert.equal(await pulled(world, "v1"), undefined);
  assert.deepEqual(await digestsOf(world), []);
  assert.deepEqual([await digestsOf(world, "ARCHIVED"), await digestsOf(world, "ANY")], [[digest], [digest]]);
  const imageIds = [{ imageTag: "v1" }];
  const { failures } = await world.ecr("BatchGetImage", { repositoryName, imageIds });
  assert.equal(failures![0]!.failureCode, "ImageInaccessible");
  const layerDigests = [sha256("a layer")];
  const { layers } = await world.ecr("BatchCheckLayerAvailability", { repositoryName, layerDigests });
  assert.equal(layers![0]!.layerAvailability, "ARCHIVED");
  const url = world.ecr("GetDownloadUrlForLayer", { repositoryName, layerDigest: layerDigests[0]! });
  await assert.rejects(url, isFault("LayerInaccessibleException", /archived/));
  const [detail] = (await world.ecr("DescribeImages", { repositoryName, imageIds })).imageDetails!;
  assert.deepEqual([detail!.imageStatus, detail!.lastArchivedAt], ["ARCHIVED", world.clock.now()]);

  await world.clock.advance(1000);
  assert.equal((await move(world, digest, "STANDARD")).imageStatus, "ACTIVE");
  assert.equal(await pulled(world, "v1"), digest);
  const [back] = (await world.ecr("DescribeImages", { repositoryName, imageIds })).imageDetails!;
  assert.deepEqual([back!.imageStatus, back!.lastActivatedAt], ["ACTIVE", world.clock.now()]);
});

test("an archived image is back when it is pushed again", async () => {
  const world = await newWorld();
  const digest = await world.push(repositoryName, "v1");
  await move(world, digest, "ARCHIVE");
  assert.equal(await world.push(repositoryName, "v1"), digest);
  assert.equal(await pulled(world, "v1"), digest);
  await assert.rejects(world.push(repositoryName, "v1"), isFault("ImageAlreadyExistsException"));
});

test("an image is archived with what is about it, but not away from its index", async () => {
  const world = await newWorld();
  const child = await world.push(repositoryName);
  const index = await world.pushManifest(repositoryName, indexOf(child), "all");
  await assert.rejects(move(world, child, "ARCHIVE"), isFault("ImageStorageClassUpdateNotSupportedException"));
  const blob = (content: string) => ({ digest: sha256(content), size: content.length });
  const subject = { mediaType: mediaTypes.index, digest: index, size: 1 };
  await world.pushManifest(repositoryName, imageOf(blob("{}"), blob("a layer"), { subject }));
  await move(world, index, "ARCHIVE");
  assert.deepEqual(await digestsOf(world), [child]);
  await move(world, child, "ARCHIVE");
  await move(world, index, "STANDARD");
  assert.equal((await digestsOf(world, "ARCHIVED")).length, 0);
});

test("an image that an index names in two ways comes back once", async () => {
  const world = await newWorld();
  const child = await world.push(repositoryName);
  const inner = await world.pushManifest(repositoryName, indexOf(child), "inner");
  const outer = await world.pushManifest(repositoryName, indexOf(inner, child), "outer");
  for (const digest of [outer, inner, child]) await move(world, digest, "ARCHIVE");
  await move(world, outer, "STANDARD");
  assert.equal((await digestsOf(world, "ACTIVE")).length, 3);
});

test("only images that are there change their class", async () => {
  const world = await newWorld();
  await assert.rejects(move(world, sha256("none"), "ARCHIVE"), isFault("ImageNotFoundException"));
});
