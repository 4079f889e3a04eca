import assert from "node:assert/strict";
import { test } from "node:test";
import { createAuthorizer } from "#gateway/authorize/authorizer.ts";
import type { ReplicationRule } from "#generated/ecr/types.ts";
import type { AccessCheck } from "#kernel/authorization.ts";
import type { RequestContext, ServiceModule } from "#kernel/handler.ts";
import { iamCollections } from "#services/iam/index.ts";
import { isFault } from "../../../../test/support/context.ts";
import { ecrWorld, indexOf, sha256 } from "../../../../test/support/ecr.ts";
import { authorization } from "../authorization.ts";
import { replications } from "../model.ts";
import { replicationController } from "./controller.ts";

const own = "000000000000";
const other = "111111111111";
const repositoryName = "team/app";
const west = { region: "us-west-2", registryId: own };
const foreign = { region: "us-west-2", registryId: other };

async function newWorld(...rules: ReplicationRule[]) {
  let check: AccessCheck = () => undefined;
  const ports = { check: ((request) => check(request)) as AccessCheck };
  const world = await ecrWorld({ ...ports, collections: iamCollections });
  const { store, clock, box } = world;
  const service: ServiceModule = { name: "ecr", operations: {}, controllers: [], collections: [], authorization };
  check = createAuthorizer({ services: [service], store: store.as("api"), clock, secretBox: box }).check;
  await world.ecr("CreateRepository", { repositoryName });
  await world.ecr("PutReplicationConfiguration", { replicationConfiguration: { rules } });
  const controller = replicationController({ ...world.ports, ...ports });
  return {
    ...world,
    async replicate() {
      for (const { key } of [...store.view(replications).all()]) await world.reconcile(controller, key);
    },
    statuses: async (imageTag: string) => {
      const input = { repositoryName, imageId: { imageTag } };
      const { replicationStatuses } = await world.ecr("DescribeImageReplicationStatus", input);
      return replicationStatuses!.map(({ region, registryId, status, failureCode }) =>
        [registryId, region, status, failureCode].filter(Boolean).join(" "),
      );
    },
    images: async (where: Partial<RequestContext>, name = repositoryName) =>
      (await world.ecr("ListImages", { repositoryName: name }, where)).imageIds!.map(
        ({ imageDigest, imageTag }) => `${imageTag ?? "-"} ${imageDigest}`,
      ),
  };
}

test("what is pushed is in another region too, with its tag and its layers, and once", async () => {
  const world = await newWorld({ destinations: [west, west] });
  const digest = await world.push(repositoryName, "v1");
  assert.deepEqual(await world.statuses("v1"), [`${own} us-west-2 IN_PROGRESS`]);
  await world.replicate();
  assert.deepEqual(await world.statuses("v1"), [`${own} us-west-2 COMPLETE`]);
  assert.deepEqual(await world.images({ region: "us-west-2" }), [`v1 ${digest}`]);
  const layerDigest = sha256("a layer");
  const { layers } = await world.ecr(
    "BatchCheckLayerAvailability",
    { repositoryName, layerDigests: [layerDigest] },
    { region: "us-west-2" },
  );
  assert.equal(layers![0]!.layerAvailability, "AVAILABLE");
  const moved = await world.push(repositoryName, "v1", "another");
  await world.replicate();
  assert.deepEqual((await world.images({ region: "us-west-2" })).sort(), [`- ${digest}`, `v1 ${moved}`].sort());
});

test("only repositories that a filter fits are replicated, and only what is pushed from then on", async () => {
  const filter = { filter: "prod/", filterType: "PREFIX_MATCH" } as const;
  const world = await newWorld({ destinations: [west], repositoryFilters: [filter] });
  await world.push(repositoryName, "v1");
  assert.deepEqual(await world.statuses("v1"), []);
  await world.ecr("PutReplicationConfiguration", { replicationConfiguration: { rules: [{ destinations: [west] }] } });
  assert.deepEqual(await world.statuses("v1"), []);
  await world.ecr("CreateRepository", { repositoryName: "prod/app" });
  await world.push("prod/app", "v1");
  await world.replicate();
  assert.equal((await world.images({ region: "us-west-2" }, "prod/app")).length, 1);
});

test("an index comes with its images", async () => {
  const world = await newWorld();
  const child = await world.push(repositoryName);
  await world.ecr("PutReplicationConfiguration", { replicationConfiguration: { rules: [{ destinations: [west] }] } });
  const index = await world.pushManifest(repositoryName, indexOf(child), "all");
  await world.replicate();
  assert.deepEqual((await world.images({ region: "us-west-2" })).sort(), [`- ${child}`, `all ${index}`].sort());
});

test("another account must allow it, and the making of the repository", async () => {
  const world = await newWorld({ destinations: [foreign] });
  const attempt = async (tag: string) => {
    await world.push(repositoryName, tag, tag);
    await world.replicate();
    return world.statuses(tag);
  };
  const failed = (code: string) => [`${other} us-west-2 FAILED ${code}`];
  assert.deepEqual(await attempt("v1"), failed("AccessDenied"));
  const there = { account: other, region: "us-west-2" };
  const allow = (...Action: string[]) => {
    const Resource = `arn:aws:ecr:us-west-2:${other}:repository/*`;
    const Statement = { Effect: "Allow", Principal: { AWS: `arn:aws:iam::${own}:root` }, Action, Resource };
    return world.ecr("PutRegistryPolicy", { policyText: JSON.stringify({ Statement }) }, there);
  };
  await allow("ecr:ReplicateImage");
  assert.deepEqual(await attempt("v2"), failed("RepositoryNotFound"));
  await allow("ecr:ReplicateImage", "ecr:CreateRepository");
  const template = { prefix: "ROOT", appliedFor: ["REPLICATION"], imageTagMutability: "IMMUTABLE" } as const;
  await world.ecr("CreateRepositoryCreationTemplate", template, there);
  assert.deepEqual(await attempt("v3"), [`${other} us-west-2 COMPLETE`]);
  const [repository] = (await world.ecr("DescribeRepositories", {}, there)).repositories!;
  assert.deepEqual([repository!.registryId, repository!.imageTagMutability], [other, "IMMUTABLE"]);

  const moved = await world.push(repositoryName, "v3", "moved");
  await world.replicate();
  assert.deepEqual(await world.statuses("v3"), failed("ImageTagAlreadyExists"));
  assert.equal((await world.images(there)).includes(`- ${moved}`), true, "the image comes without its tag");
});

test("what was copied is copied no further, and a deleted image is not copied", async () => {
  const world = await newWorld({ destinations: [west] });
  const back = { rules: [{ destinations: [{ region: "eu-west-1", registryId: own }] }] };
  await world.ecr("PutReplicationConfiguration", { replicationConfiguration: back }, { region: "us-west-2" });
  await world.push(repositoryName, "v1");
  await world.replicate();
  await world.replicate();
  assert.deepEqual((await world.ecr("DescribeRepositories", {}, { region: "eu-west-1" })).repositories, []);
  const imageDigest = await world.push(repositoryName, "v2", "short-lived");
  await world.ecr("BatchDeleteImage", { repositoryName, imageIds: [{ imageDigest }] });
  await world.replicate();
  assert.equal((await world.images({ region: "us-west-2" })).length, 1);
});

test("a registry is not replicated to itself, nor to too many others", async () => {
  const world = await newWorld();
  const put = (...destinations: { region: string; registryId: string }[]) =>
    world.ecr("PutReplicationConfiguration", { replicationConfiguration: { rules: [{ destinations }] } });
  const words =
    "Invalid parameter at 'replicationConfiguration' failed to satisfy constraint: " +
    "'Replication destination cannot be the same as the source registry'";
  await assert.rejects(put({ region: "us-east-1", registryId: own }), isFault("InvalidParameterException", words));
  const many = Array.from({ length: 26 }, (_, i) => ({ region: `r-${i}`, registryId: own }));
  await assert.rejects(put(...many), isFault("InvalidParameterException", /at most 25/));
  await put(...many.slice(1));
  const { replicationConfiguration } = await world.ecr("DescribeRegistry", {});
  assert.equal(replicationConfiguration!.rules[0]!.destinations.length, 25);
});
