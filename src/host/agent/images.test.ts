import assert from "node:assert/strict";
import { test } from "node:test";
import type { ImageInfo, PullOptions, RuntimeDriver } from "#host/runtime/driver.ts";
import type { TaskPayload } from "#kernel/agent-protocol.ts";
import { DriverError } from "#kernel/fault.ts";
import { createImages, pinnedReference } from "./images.ts";
import type { AgentEvent, ImagePullBehavior, SecretResolver } from "./ports.ts";
import { container, payload } from "./testing/payloads.ts";

const never = new AbortController().signal;

function imageOf(architecture: string): ImageInfo {
  return { id: architecture, digest: "sha256:d", os: "linux", architecture };
}

/** An engine that has the image or not, and a registry that has it or not. Says what was done. */
function world(has: { readonly cached: boolean; readonly registry: boolean }) {
  const calls: string[] = [];
  const pulls: { reference: string; options: PullOptions }[] = [];
  const driver = {
    async findImage(reference: string) {
      calls.push(`find ${reference}`);
      return has.cached ? imageOf("amd64") : undefined;
    },
    async pullImage(reference: string, options: PullOptions) {
      calls.push(`pull ${reference}`);
      pulls.push({ reference, options });
      if (!has.registry) throw new DriverError("RegistryUnreachable", "no route to host", { retryable: true });
      return imageOf("amd64");
    },
  } as unknown as RuntimeDriver;
  return { calls, pulls, driver };
}

const behaviors: {
  behavior: ImagePullBehavior;
  cached: boolean;
  registry: boolean;
  calls: string[];
  fails?: string;
}[] = [
  { behavior: "always", cached: true, registry: true, calls: ["pull"] },
  { behavior: "always", cached: true, registry: false, calls: ["pull"], fails: "RegistryUnreachable" },
  { behavior: "default", cached: true, registry: true, calls: ["pull"] },
  { behavior: "default", cached: true, registry: false, calls: ["pull", "find"] },
  { behavior: "default", cached: false, registry: false, calls: ["pull", "find"], fails: "RegistryUnreachable" },
  { behavior: "prefer-cached", cached: true, registry: false, calls: ["find"] },
  { behavior: "prefer-cached", cached: false, registry: true, calls: ["find", "pull"] },
  { behavior: "never", cached: true, registry: true, calls: ["find"] },
  { behavior: "never", cached: false, registry: true, calls: ["find"], fails: "NotPresent" },
];

for (const { behavior, cached, registry, calls, fails } of behaviors) {
  test(`${behavior}: image on the host ${cached}, in the registry ${registry}`, async () => {
    const { driver, calls: made } = world({ cached, registry });
    const images = createImages({ driver, secrets: undefined, behavior, onEvent: undefined });
    const ensured = images.ensure(payload("t1"), container("app", { image: "app:1" }), never);
    if (fails === undefined) assert.equal((await ensured).id, "amd64");
    else await assert.rejects(ensured, { reason: fails });
    assert.deepEqual(
      made,
      calls.map((call) => `${call} app:1`),
    );
  });
}

test("prefer-cached: an image of the platform's own registry is asked for, also when the host has it", async () => {
  const { driver, calls } = world({ cached: true, registry: true });
  const isAskedFor = (image: string) => image.startsWith("own/");
  const images = createImages({
    driver,
    secrets: undefined,
    behavior: "prefer-cached",
    isAskedFor,
    onEvent: undefined,
  });
  for (const image of ["own/app:1", "app:1"]) await images.ensure(payload("t1"), container("app", { image }), never);
  assert.deepEqual(calls, ["pull own/app:1", "find app:1"]);
});

test("once: pulled by the first task, taken from the host by the next", async () => {
  const { driver, calls } = world({ cached: true, registry: true });
  const images = createImages({ driver, secrets: undefined, behavior: "once", onEvent: undefined });
  for (let i = 0; i < 2; i++) await images.ensure(payload("t1"), container("app", { image: "app:1" }), never);
  assert.deepEqual(calls, ["pull app:1", "find app:1"]);
});

test("a pull is pinned to the digest, has the platform and credentials, and is told of", async () => {
  const { driver, pulls } = world({ cached: false, registry: true });
  const events: AgentEvent[] = [];
  const asked: unknown[] = [];
  const secrets: SecretResolver = {
    secret: async () => "",
    async registryCredentials(_task, image, parameter) {
      asked.push([image, parameter]);
      return { username: "u", password: "p" };
    },
  };
  const images = createImages({ driver, secrets, behavior: "always", onEvent: (event) => events.push(event) });
  const image = "registry:5000/app:1";
  const repositoryCredentials = { credentialsParameter: "arn:secret" };
  const wanted = container("app", { image, imageDigest: "sha256:aa", repositoryCredentials });
  await images.ensure(payload("t1", { cpuArchitecture: "X86_64" }), wanted, never);
  const { reference, options } = pulls[0]!;
  assert.equal(reference, "registry:5000/app@sha256:aa");
  assert.deepEqual(
    { platform: options.platform, credentials: options.credentials },
    { platform: "linux/amd64", credentials: { username: "u", password: "p" } },
  );
  assert.deepEqual(asked, [[reference, "arn:secret"]]);
  assert.deepEqual(
    events.map(({ type }) => type),
    ["pullStarted", "pullStopped"],
  );
});

test("an image that cannot be had is told of once, also where the one that is there has to do", async () => {
  for (const [behavior, cached, thrown] of [
    ["always", false, true],
    ["never", false, true],
    ["default", true, false],
  ] as const) {
    const { driver } = world({ cached, registry: false });
    const told: unknown[] = [];
    const onEvent = (event: AgentEvent) => void (event.type === "pullStopped" && told.push(event.error));
    const images = createImages({ driver, secrets: undefined, behavior, onEvent });
    const ensured = images.ensure(payload("t1"), container("app", { image: "app:1" }), never);
    assert.equal(
      await ensured.then(
        () => false,
        () => true,
      ),
      thrown,
      behavior,
    );
    assert.deepEqual(
      told.map((error) => typeof error),
      ["string"],
      behavior,
    );
  }
});

test("an image that a cache of its registry has is pulled from there, with the cache's credentials", async () => {
  const { driver, calls } = world({ cached: false, registry: true });
  const asked: string[] = [];
  const secrets: SecretResolver = {
    secret: async () => "",
    pulledAs: async (_task, image) => (image === "public/app:1" ? "cache/public/app:1" : undefined),
    async registryCredentials(_task, image) {
      asked.push(image);
      return undefined;
    },
  };
  const events: string[] = [];
  const onEvent = (event: AgentEvent) => void events.push(event.image);
  const images = createImages({ driver, secrets, behavior: "always", onEvent });
  for (const image of ["public/app:1", "app:1"]) await images.ensure(payload("t1"), container("app", { image }), never);
  assert.deepEqual(calls, ["pull cache/public/app:1", "pull app:1"]);
  assert.deepEqual(asked, ["cache/public/app:1", "app:1"]);
  assert.deepEqual([...new Set(events)], ["public/app:1", "app:1"], "it goes by its own name");
});

test("a token of the registry that cannot be had is told of as Amazon ECS does", async () => {
  const { driver } = world({ cached: false, registry: true });
  const secrets: SecretResolver = {
    secret: async () => "",
    registryCredentials: async () => {
      throw new Error("operation error ECR: GetAuthorizationToken");
    },
  };
  const images = createImages({ driver, secrets, behavior: "always", onEvent: undefined });
  await assert.rejects(images.ensure(payload("t1"), container("app", { image: "app:1" }), never), {
    reason: "ResourceInitializationError",
    message:
      "unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry " +
      "auth: service call has been retried 1 time(s): operation error ECR: GetAuthorizationToken",
  });
});

const failures: { what: string; task: Partial<TaskPayload>; own: object; reason: string; message: RegExp }[] = [
  {
    what: "another platform",
    task: { cpuArchitecture: "ARM64" },
    own: {},
    reason: "NoMatchingPlatform",
    message: /^image Manifest does not contain descriptor matching platform 'linux\/arm64'$/,
  },
  {
    what: "registry credentials without a store of secrets",
    task: {},
    own: { repositoryCredentials: { credentialsParameter: "arn:secret" } },
    reason: "ResourceInitializationError",
    message: /^unable to pull secrets or registry auth: .* unable to retrieve arn:secret from asm/,
  },
];

for (const { what, task, own, reason, message } of failures) {
  test(`refused: ${what}`, async () => {
    const { driver } = world({ cached: false, registry: true });
    const images = createImages({ driver, secrets: undefined, behavior: "always", onEvent: undefined });
    await assert.rejects(images.ensure(payload("t1", task), container("app", own), never), { reason, message });
  });
}

test("references and digests", () => {
  assert.equal(pinnedReference("busybox", undefined), "busybox");
  assert.equal(pinnedReference("busybox", "sha256:a"), "busybox@sha256:a");
  assert.equal(pinnedReference("host:5000/a/b", "sha256:a"), "host:5000/a/b@sha256:a");
  assert.equal(pinnedReference("a@sha256:b", "sha256:a"), "a@sha256:b");
});
