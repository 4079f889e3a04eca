import assert from "node:assert/strict";
import { test } from "node:test";
import { readLayerPath } from "#kernel/layer-url.ts";
import { isFault } from "../../../../test/support/context.ts";
import { ecrWorld, imageOf, mediaTypes, sha256 } from "../../../../test/support/ecr.ts";

const repositoryName = "app";

test("the URL of a layer lets its holder in for an hour, to that layer", async () => {
  const { ecr, push, box, clock } = await ecrWorld();
  await ecr("CreateRepository", { repositoryName });
  await push(repositoryName, "v1");
  const layerDigest = sha256("a layer");
  const { downloadUrl } = await ecr("GetDownloadUrlForLayer", { repositoryName, layerDigest });
  const { origin, pathname, search } = new URL(downloadUrl!);
  assert.equal(origin, "http://127.0.0.1:4566");
  const grant = { digest: layerDigest, expiresAt: clock.now() + 3_600_000 };
  assert.deepEqual(readLayerPath(box, pathname + search), grant);
  const elsewhere = pathname.replace(layerDigest, sha256("other"));
  for (const path of [elsewhere + search, pathname, `${pathname}?token=`, `${pathname + search}x`, `/x${search}`]) {
    assert.equal(readLayerPath(box, path), undefined, path);
  }
});

test("only layers of images can be downloaded", async () => {
  const { ecr, catalog, caller } = await ecrWorld();
  await ecr("CreateRepository", { repositoryName });
  const get = (layerDigest: string) => ecr("GetDownloadUrlForLayer", { repositoryName, layerDigest });
  for (const none of [sha256("none"), "sha256:ab"]) await assert.rejects(get(none), isFault("LayersNotFoundException"));
  const repository = await catalog.authorize(caller, "finishUpload", repositoryName);
  await catalog.linkBlob(repository, { digest: sha256("alone"), sizeBytes: 5 });
  await assert.rejects(get(sha256("alone")), isFault("LayerInaccessibleException", /not associated with an image/));
});

test("artifacts about an image are listed by their types, in pages, and go with it", async () => {
  const { ecr, push, pushManifest } = await ecrWorld();
  await ecr("CreateRepository", { repositoryName });
  const imageDigest = await push(repositoryName, "v1");
  const subject = { mediaType: mediaTypes.image, digest: imageDigest, size: 1 };
  const blob = (content: string) => ({ digest: sha256(content), size: content.length });
  const about = (artifactType: string) =>
    pushManifest(repositoryName, imageOf(blob("{}"), blob("a layer"), { subject, artifactType }));
  const made = [await about("signature"), await about("sbom")];
  const list = async (more = {}) => ecr("ListImageReferrers", { repositoryName, subjectId: { imageDigest }, ...more });
  const first = await list({ maxResults: 1 });
  const second = await list({ nextToken: first.nextToken });
  const found = [first, second].flatMap(({ referrers }) => referrers!.map(({ digest }) => digest));
  assert.deepEqual(found, [...made].sort());
  const [sbom] = (await list({ filter: { artifactTypes: ["sbom"] } })).referrers!;
  assert.deepEqual([sbom!.digest, sbom!.artifactType, sbom!.artifactStatus], [made[1], "sbom", "ACTIVE"]);
  assert.deepEqual((await list({ filter: { artifactStatus: "ARCHIVED" } })).referrers, []);
  const tagged = imageOf(blob("{}"), blob("a layer"), { subject, artifactType: "note" });
  const named = await pushManifest(repositoryName, tagged, "kept");
  await ecr("BatchDeleteImage", { repositoryName, imageIds: [{ imageDigest }] });
  const { imageIds } = await ecr("ListImages", { repositoryName });
  assert.deepEqual(imageIds, [{ imageDigest: named, imageTag: "kept" }], "somebody has given it a name");
});

test("when an image was pulled is recorded now and then, but not for whom it does not count", async () => {
  const { ecr, push, catalog, caller, clock } = await ecrWorld();
  await ecr("CreateRepository", { repositoryName });
  const imageDigest = await push(repositoryName, "v1");
  const repository = await catalog.authorize(caller, "readManifest", repositoryName);
  const recorded = async () => (await ecr("DescribeImages", { repositoryName })).imageDetails![0]!.lastRecordedPullTime;
  const scanner = "arn:aws:iam::000000000000:role/scanner";
  await ecr("RegisterPullTimeUpdateExclusion", { principalArn: scanner });
  const session = { issuedAt: 0, issuerArn: scanner, issuerId: "AROA", policies: [], tags: {} };
  const excluded = { ...caller.caller, type: "AssumedRole", arn: `${scanner}/s`, session } as const;
  await catalog.notePull(repository, { ...caller, caller: excluded }, imageDigest);
  assert.equal(await recorded(), undefined);
  const first = clock.now();
  await catalog.notePull(repository, caller, imageDigest);
  assert.equal(await recorded(), first);
  await clock.advance(3_599_999);
  await catalog.notePull(repository, caller, imageDigest);
  assert.equal(await recorded(), first, "not a write for each pull");
  await clock.advance(1);
  await ecr("BatchGetImage", { repositoryName, imageIds: [{ imageTag: "v1" }] });
  assert.equal(await recorded(), clock.now());
  await catalog.notePull(repository, caller, sha256("none"));
  await ecr("BatchDeleteImage", { repositoryName, imageIds: [{ imageDigest }] });
  await push(repositoryName, "v1");
  assert.equal(await recorded(), undefined, "the image is another one");
});

test("a layer that is not what it is said to be is no layer, and what was sent of it goes", async () => {
  const { ecr, blobs, clock } = await ecrWorld();
  await ecr("CreateRepository", { repositoryName: "app" });
  const { uploadId = "" } = await ecr("InitiateLayerUpload", { repositoryName: "app" });
  const at = { repositoryName: "app", uploadId };
  const part = { partFirstByte: 0, layerPartBlob: Buffer.from("cut") };
  const send = (partLastByte: number) => ecr("UploadLayerPart", { ...at, ...part, partLastByte });
  // Longer and shorter than it says.
  for (const last of [9, 3, 1]) await assert.rejects(send(last), isFault("InvalidLayerPartException"));
  await send(2);
  const complete = (digest: string) => ecr("CompleteLayerUpload", { ...at, layerDigests: [digest] });
  for (const digest of [sha256("cut off"), "sha256:../../etc/passwd", "md5:0", `${sha256("cut")}/..`]) {
    await assert.rejects(complete(digest), isFault("InvalidLayerException"));
  }
  const layerDigests = [sha256("cut off"), sha256("cut")];
  const { layers = [] } = await ecr("BatchCheckLayerAvailability", { repositoryName: "app", layerDigests });
  assert.deepEqual(
    layers.map(({ layerAvailability }) => layerAvailability),
    ["UNAVAILABLE", "UNAVAILABLE"],
  );
  await clock.advance(25 * 3_600_000);
  assert.equal((await blobs.collect(() => [])).removedUploads, 1);
  await assert.rejects(complete(sha256("cut")), isFault("UploadNotFoundException"));
});
