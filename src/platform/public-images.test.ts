import assert from "node:assert/strict";
import { test } from "node:test";
import type { AccessRequest } from "#kernel/authorization.ts";
import { ecrWorld } from "../../test/support/ecr.ts";
import { createCachedImage, isPublic } from "./public-images.ts";

async function setUp(refuse: (request: AccessRequest) => boolean = () => false) {
  const { ecr, store, context } = await ecrWorld();
  let host: string | undefined = "127.0.0.1:4566";
  const check = (request: AccessRequest) => (refuse(request) ? "no" : undefined);
  const cachedImage = createCachedImage({ store, check, ownHost: () => host });
  const { caller, region } = context();
  const rule = (ecrRepositoryPrefix: string, more: object = {}) =>
    ecr("CreatePullThroughCacheRule", { ecrRepositoryPrefix, upstreamRegistryUrl: "public.ecr.aws", ...more });
  return {
    ...{ ecr, rule },
    named: (image: string) => cachedImage({ caller, region }, image),
    goAway: () => (host = undefined),
  };
}

test("public images are told by their registry", () => {
  const images = ["public.ecr.aws/nginx/nginx:1", "public.ecr.aws.example.com/nginx", "nginx", "quay.io/a/b"];
  assert.deepEqual(images.map(isPublic), [true, false, false, false]);
});

test("a public image is pulled through the rule for its registry", async () => {
  const { rule, named, goAway } = await setUp();
  assert.equal(named("public.ecr.aws/nginx/nginx:1"), undefined);
  await rule("other", { upstreamRegistryUrl: "quay.io" });
  assert.equal(named("public.ecr.aws/nginx/nginx:1"), undefined);
  await rule("ecr-public");
  assert.equal(named("public.ecr.aws/nginx/nginx:1"), "127.0.0.1:4566/ecr-public/nginx/nginx:1");
  assert.equal(named("public.ecr.aws/nginx/nginx"), "127.0.0.1:4566/ecr-public/nginx/nginx");
  const digest = `sha256:${"0".repeat(64)}`;
  assert.equal(named(`public.ecr.aws/a/b@${digest}`), `127.0.0.1:4566/ecr-public/a/b@${digest}`);
  goAway();
  assert.equal(named("public.ecr.aws/nginx/nginx:1"), undefined);
});

test("a rule for a part of it is for that part, one for all names needs no prefix", async () => {
  const { rule, named } = await setUp();
  await rule("proxy", { upstreamRepositoryPrefix: "nginx" });
  const both = () => ["nginx/nginx", "docker/library/busybox"].map((name) => named(`public.ecr.aws/${name}`));
  assert.deepEqual(both(), ["127.0.0.1:4566/proxy/nginx", undefined]);
  await rule("ROOT");
  assert.equal(both()[1], "127.0.0.1:4566/docker/library/busybox");
});

test("who may not pull through the rule pulls from where the name says", async () => {
  for (const action of ["BatchGetImage", "GetDownloadUrlForLayer", "BatchImportUpstreamImage", "CreateRepository"]) {
    const { rule, named, ecr } = await setUp((request) => request.action === `ecr:${action}`);
    await rule("ecr-public");
    assert.equal(named("public.ecr.aws/nginx/nginx"), undefined, action);
    await ecr("CreateRepository", { repositoryName: "ecr-public/nginx/nginx" });
    assert.equal(named("public.ecr.aws/nginx/nginx") !== undefined, action === "CreateRepository", action);
  }
});
