import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault, testWorld } from "../../../../test/support/context.ts";
import { ecrWorld, noPorts } from "../../../../test/support/ecr.ts";
import { putManifest } from "../catalog/manifests.ts";
import { ecrCollections } from "../index.ts";
import { repositories, repositoryKey } from "../model.ts";
import { createRepository } from "../operations/create-repository.ts";
import { DeleteLifecyclePolicy } from "../operations/delete-lifecycle-policy.ts";
import { GetLifecyclePolicy } from "../operations/get-lifecycle-policy.ts";
import { GetLifecyclePolicyPreview } from "../operations/get-lifecycle-policy-preview.ts";
import { ListImages } from "../operations/list-images.ts";
import { PutLifecyclePolicy } from "../operations/put-lifecycle-policy.ts";
import { StartLifecyclePolicyPreview } from "../operations/start-lifecycle-policy-preview.ts";
import { lifecycleController } from "./controller.ts";

const operations = {
  ...{
    CreateRepository: createRepository(noPorts),
    ListImages,
    PutLifecyclePolicy,
    GetLifecyclePolicy,
    DeleteLifecyclePolicy,
  },
  ...{ StartLifecyclePolicyPreview, GetLifecyclePolicyPreview },
};
const repositoryName = "app";
const selection = { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 1 };
const lifecyclePolicyText = JSON.stringify({ rules: [{ rulePriority: 1, selection, action: { type: "expire" } }] });

test("a policy is previewed, put, applied every hour, and deleted", async () => {
  const world = await testWorld({ collections: ecrCollections, model: "ecr" });
  await world.call(operations, "CreateRepository", { repositoryName });
  const key = repositoryKey(world.context(), repositoryName);
  const repository = world.store.view(repositories).get(key)!.value;
  const push = async (tag: string) => {
    const manifest = { digest: `sha256:${tag}`, mediaType: "", sizeBytes: 1, blobs: [], manifests: [] };
    await putManifest({ store: world.store.as("registry"), clock: world.clock }, repository, { manifest, tag });
    await world.clock.advance(1000);
  };
  const tags = async () =>
    (await world.call(operations, "ListImages", { repositoryName })).imageIds!.map(({ imageTag }) => imageTag);
  const get = () => world.call(operations, "GetLifecyclePolicy", { repositoryName });
  await assert.rejects(get(), isFault("LifecyclePolicyNotFoundException"));
  await push("v1");
  await push("v2");
  await world.call(operations, "StartLifecyclePolicyPreview", { repositoryName, lifecyclePolicyText });
  const { previewResults } = await world.call(operations, "GetLifecyclePolicyPreview", { repositoryName });
  assert.deepEqual(
    previewResults!.map(({ imageTags, appliedRulePriority }) => [imageTags, appliedRulePriority]),
    [[["v1"], 1]],
  );
  assert.deepEqual(await tags(), ["v1", "v2"]);
  await world.call(operations, "PutLifecyclePolicy", { repositoryName, lifecyclePolicyText });
  await world.reconcile(lifecycleController, key);
  assert.deepEqual(await tags(), ["v2"]);
  assert.equal(typeof (await get()).lastEvaluatedAt, "number");
  await push("v3");
  await world.reconcile(lifecycleController, key);
  assert.deepEqual(await tags(), ["v2", "v3"]);
  await world.clock.advance(3_600_000);
  await world.reconcile(lifecycleController, key);
  assert.deepEqual(await tags(), ["v3"]);
  await world.call(operations, "DeleteLifecyclePolicy", { repositoryName });
  await assert.rejects(get(), isFault("LifecyclePolicyNotFoundException"));
});

test("a policy archives images, once", async () => {
  const world = await ecrWorld();
  await world.ecr("CreateRepository", { repositoryName });
  const key = repositoryKey(world.context(), repositoryName);
  const digest = await world.push(repositoryName, "v1");
  const rule = {
    ...{ rulePriority: 1, action: { type: "transition", targetStorageClass: "archive" } },
    selection: { tagStatus: "any", countType: "sinceImagePulled", countUnit: "days", countNumber: 1 },
  };
  const policy = { repositoryName, lifecyclePolicyText: JSON.stringify({ rules: [rule] }) };
  await world.clock.advance(86_400_001);
  await world.ecr("StartLifecyclePolicyPreview", policy);
  const { previewResults, summary } = await world.ecr("GetLifecyclePolicyPreview", { repositoryName });
  const shown = previewResults!.map(({ action, storageClass }) => [
    action!.type,
    action!.targetStorageClass,
    storageClass,
  ]);
  assert.deepEqual(shown, [["TRANSITION", "ARCHIVE", "STANDARD"]]);
  const counts = [{ targetStorageClass: "ARCHIVE", imageTotalCount: 1 }];
  assert.deepEqual(summary, { expiringImageTotalCount: 0, transitioningImageTotalCounts: counts });
  await world.ecr("PutLifecyclePolicy", policy);
  await world.reconcile(lifecycleController, key);
  const details = async () =>
    (await world.ecr("DescribeImages", { repositoryName, filter: { imageStatus: "ARCHIVED" } })).imageDetails!;
  const [archived] = await details();
  assert.deepEqual([archived!.imageDigest, archived!.lastArchivedAt], [digest, world.clock.now()]);
  await world.clock.advance(3_600_000);
  await world.reconcile(lifecycleController, key);
  assert.deepEqual(await details(), [archived]);
});
