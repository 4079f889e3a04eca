import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { createBlobStore } from "#registry/index.ts";
import { isFault, type TestWorld, testWorld } from "../../../../test/support/context.ts";
import { ecrWorld, indexOf, noPorts } from "../../../../test/support/ecr.ts";
import { ecrCollections } from "../index.ts";
import { createOperations } from "./index.ts";

const dir = mkdtempSync(join(tmpdir(), "estiva-ecr-"));
after(() => rmSync(dir, { recursive: true }));
const random = seededRandom(7);
const blobs = createBlobStore({ dir, clock: new VirtualClock(), random });
const box = createSecretBox(new Uint8Array(32), random);
const policyFault = (text: string) => (text.startsWith("{") ? undefined : "no JSON");
const operations = createOperations({ ...noPorts, box, policyFault, blobs });
const repositoryName = "team/app";

async function newWorld(more = {}): Promise<TestWorld> {
  const world = await testWorld({ collections: ecrCollections, model: "ecr" });
  await world.call(operations, "CreateRepository", { repositoryName, ...more });
  return world;
}

const sha256 = (content: string) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

/** Uploads a layer through ECR's own API. */
async function upload(world: TestWorld, content: string): Promise<string> {
  const layerDigest = sha256(content);
  const { uploadId } = await world.call(operations, "InitiateLayerUpload", { repositoryName });
  const bytes = Buffer.from(content);
  const half = Math.floor(bytes.length / 2);
  for (const [from, to] of [
    [0, half],
    [half, bytes.length],
  ] as const) {
    const part = { partFirstByte: from, partLastByte: to - 1, layerPartBlob: bytes.subarray(from, to) };
    const input = { repositoryName, uploadId: uploadId!, ...part };
    const { lastByteReceived } = await world.call(operations, "UploadLayerPart", input);
    assert.equal(lastByteReceived, to - 1);
  }
  const input = { repositoryName, uploadId: uploadId!, layerDigests: [layerDigest] };
  await world.call(operations, "CompleteLayerUpload", input);
  return layerDigest;
}

function manifestOf(config: string, layer: string): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: sha256(config), size: config.length },
    layers: [{ mediaType: "application/vnd.oci.image.layer.v1.tar", digest: sha256(layer), size: layer.length }],
  });
}

/** An image of its own kind, under a tag. */
async function push(world: TestWorld, imageTag: string | undefined, layer = "a layer"): Promise<string> {
  for (const each of ["config", layer]) {
    await upload(world, each).catch(isFault("LayerAlreadyExistsException"));
  }
  const imageManifest = manifestOf("config", layer);
  const input = { repositoryName, imageManifest, ...(imageTag && { imageTag }) };
  return (await world.call(operations, "PutImage", input)).image!.imageId!.imageDigest!;
}

test("an image is pushed through the API of layers, and read back as it was", async () => {
  const world = await newWorld();
  const imageDigest = await push(world, "v1");
  const imageIds = [{ imageTag: "v1" }, { imageDigest }, { imageTag: "none" }];
  const { images, failures } = await world.call(operations, "BatchGetImage", { repositoryName, imageIds });
  assert.deepEqual(
    images!.map(({ imageManifest }) => imageManifest),
    Array(2).fill(manifestOf("config", "a layer")),
  );
  assert.deepEqual(failures, [
    { imageId: { imageTag: "none" }, failureCode: "ImageNotFound", failureReason: "Requested image not found" },
  ]);
  const { imageDetails } = await world.call(operations, "DescribeImages", { repositoryName });
  const size = "config".length + "a layer".length + manifestOf("config", "a layer").length;
  assert.deepEqual(
    imageDetails!.map((each) => [each.imageTags, each.imageSizeInBytes, each.imageDigest]),
    [[["v1"], size, imageDigest]],
  );
});

test("a part must begin where the last one ended", async () => {
  const world = await newWorld();
  const { uploadId } = await world.call(operations, "InitiateLayerUpload", { repositoryName });
  const part = { partFirstByte: 5, partLastByte: 5, layerPartBlob: Buffer.from("x") };
  const sent = world.call(operations, "UploadLayerPart", { repositoryName, uploadId: uploadId!, ...part });
  await assert.rejects(sent, isFault("InvalidLayerPartException"));
  const layerDigests = [sha256("")];
  const empty = world.call(operations, "CompleteLayerUpload", { repositoryName, uploadId: uploadId!, layerDigests });
  await assert.rejects(empty, isFault("EmptyUploadException"));
  const other = world.call(operations, "CompleteLayerUpload", { repositoryName, uploadId: "none", layerDigests });
  await assert.rejects(other, isFault("UploadNotFoundException"));
});

test("a manifest whose layers are not in the repository is refused", async () => {
  const world = await newWorld();
  const imageManifest = manifestOf("unknown", "unknown too");
  const put = world.call(operations, "PutImage", { repositoryName, imageManifest, imageTag: "v1" });
  await assert.rejects(put, isFault("LayersNotFoundException", /sha256:/));
});

test("an immutable tag stays; the same image again already exists", async () => {
  const world = await newWorld({ imageTagMutability: "IMMUTABLE" });
  await push(world, "v1");
  await assert.rejects(push(world, "v1"), isFault("ImageAlreadyExistsException"));
  const words =
    "The image tag 'v1' already exists in the 'team/app' repository and cannot be overwritten because the tag is " +
    "immutable.";
  await assert.rejects(push(world, "v1", "another"), isFault("ImageTagAlreadyExistsException", words));
  await world.call(operations, "PutImageTagMutability", { repositoryName, imageTagMutability: "MUTABLE" });
  const imageDigest = await push(world, "v1", "another");
  const { imageIds } = await world.call(operations, "ListImages", { repositoryName, filter: { tagStatus: "TAGGED" } });
  assert.deepEqual(imageIds, [{ imageDigest, imageTag: "v1" }]);
});

test("an image goes with its last tag, or by its digest with all of them", async () => {
  const world = await newWorld();
  const imageDigest = await push(world, "v1");
  await push(world, "v2");
  const remove = (imageIds: { imageTag?: string; imageDigest?: string }[]) =>
    world.call(operations, "BatchDeleteImage", { repositoryName, imageIds });
  const count = async () => (await world.call(operations, "DescribeImages", { repositoryName })).imageDetails!.length;
  assert.deepEqual((await remove([{ imageTag: "v1" }])).imageIds, [{ imageDigest, imageTag: "v1" }]);
  assert.equal(await count(), 1);
  assert.deepEqual((await remove([{ imageTag: "v2" }])).imageIds, [{ imageDigest, imageTag: "v2" }]);
  assert.equal(await count(), 0);
  await push(world, "v1");
  await push(world, "v2");
  const { imageIds } = await remove([{ imageDigest }]);
  assert.deepEqual(imageIds, [
    { imageDigest, imageTag: "v1" },
    { imageDigest, imageTag: "v2" },
  ]);
  assert.equal(await count(), 0);
});

test("an index is as large as its largest image; one whose images are not there is refused", async () => {
  const world = await ecrWorld();
  await world.ecr("CreateRepository", { repositoryName });
  const small = await world.push(repositoryName, undefined, "small");
  const large = await world.push(repositoryName, undefined, "a larger layer");
  const inner = await world.pushManifest(repositoryName, indexOf(small, large));
  const outer = await world.pushManifest(repositoryName, indexOf(inner));
  const sizes = async (...digests: string[]) => {
    const imageIds = digests.map((imageDigest) => ({ imageDigest }));
    const { imageDetails } = await world.ecr("DescribeImages", { repositoryName, imageIds });
    return imageDetails!.map(({ imageSizeInBytes }) => imageSizeInBytes);
  };
  const [size] = await sizes(large);
  assert.deepEqual(await sizes(inner, outer), [size, size]);
  const none = sha256("none");
  const words =
    `Images with digests '[${none}]' required for pushing image into repository with name 'team/app' in the registry ` +
    "with id '000000000000' do not exist";
  const put = world.pushManifest(repositoryName, indexOf(small, none));
  await assert.rejects(put, isFault("ReferencedImagesNotFoundException", words));
});

test("an image that an index names goes only with the index", async () => {
  const world = await newWorld();
  const putIndex = async (digest: string, imageTag: string, kind: "index" | "manifest" = "manifest") => {
    const mediaType = "application/vnd.oci.image.index.v1+json";
    const manifests = [{ mediaType: `application/vnd.oci.image.${kind}.v1+json`, digest, size: 1 }];
    const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType, manifests });
    const { image } = await world.call(operations, "PutImage", { repositoryName, imageManifest, imageTag });
    return image!.imageId!.imageDigest!;
  };
  const remove = async (...imageIds: { imageTag?: string; imageDigest?: string }[]) => {
    const { failures } = await world.call(operations, "BatchDeleteImage", { repositoryName, imageIds });
    return failures!.map(({ failureCode, failureReason }) => [failureCode, failureReason]);
  };
  const refused = (parent: string) => [
    "ImageReferencedByManifestList",
    `Requested image referenced by manifest list: [${parent}]`,
  ];
  const child = await push(world, undefined);
  const index = await putIndex(child, "all");
  assert.deepEqual(await remove({ imageDigest: child }), [refused(index)]);
  const wrongTag = { imageDigest: index, imageTag: "other" };
  const [missing, kept] = await remove(wrongTag, { imageDigest: child });
  assert.deepEqual([missing![0], kept], ["ImageNotFound", refused(index)], "the index stays");
  const outer = await putIndex(index, "outer", "index");
  assert.deepEqual(await remove({ imageDigest: child }, { imageDigest: index }), [refused(index), refused(outer)]);
  assert.deepEqual(await remove({ imageDigest: child }, { imageTag: "all" }, { imageDigest: outer }), []);
  const left = await world.call(operations, "DescribeImages", { repositoryName });
  assert.deepEqual(left.imageDetails, []);
});

test("layers that may be used are told from those that may not", async () => {
  const world = await newWorld();
  const known = await upload(world, "known");
  const input = { repositoryName, layerDigests: [known, sha256("unknown"), "nonsense"] };
  const { layers, failures } = await world.call(operations, "BatchCheckLayerAvailability", input);
  assert.deepEqual(
    layers!.map(({ layerAvailability }) => layerAvailability),
    ["AVAILABLE", "UNAVAILABLE"],
  );
  assert.deepEqual(
    failures!.map(({ failureCode }) => failureCode),
    ["InvalidLayerDigest"],
  );
});
