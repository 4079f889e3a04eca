import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { systemClock } from "#kernel/clock.ts";
import { rejectsWith } from "../../../../test/contracts/runtime/fixture.ts";
import { testEngine } from "../../../../test/images/engine.ts";
import { startRegistry, type TestRegistry } from "../../../../test/images/registry.ts";
import type { PullProgress, RuntimeDriver } from "../driver.ts";
import { imageArchive } from "../image-archive.ts";
import { parseAddress } from "./address.ts";
import { createEngineClient, type EngineClient } from "./client.ts";
import { createDockerDriver } from "./driver.ts";

const engine = await testEngine();

describe("docker: pulls", { skip: "skip" in engine && engine.skip }, () => {
  let driver: RuntimeDriver;
  let client: EngineClient;
  let registry: TestRegistry;
  let closed: TestRegistry;
  const pulled: string[] = [];
  before(async () => {
    if (!("socket" in engine)) return;
    driver = createDockerDriver({ owner: "test-pulls", socket: engine.socket, log: console.error });
    client = createEngineClient(parseAddress(engine.socket), systemClock());
    registry = await startRegistry();
    closed = await startRegistry({ private: true });
  });
  after(async () => {
    for (const reference of pulled) await client?.call("DELETE", `/images/${encodeURIComponent(reference)}`);
    client?.close();
    await driver?.close();
    await registry?.close();
    await closed?.close();
  });

  test("a pull gives the image with its digest, and tells of its progress", async () => {
    const reference = `${registry.host}/open`;
    const progress: PullProgress[] = [];
    const image = await driver.pullImage(reference, { onProgress: (step) => progress.push(step) });
    pulled.push(`${reference}:latest`);
    assert.match(image.digest ?? "", /^sha256:[0-9a-f]{64}$/);
    assert.deepEqual({ done: progress.at(-1)?.layersDone, total: progress.at(-1)?.layersTotal }, { done: 1, total: 1 });
    const byDigest = `${reference}@${image.digest}`;
    assert.equal((await driver.pullImage(byDigest, {})).id, image.id);
    assert.equal((await driver.findImage(byDigest))?.digest, image.digest);
  });

  test("an image tells its stop signal", async () => {
    const reference = "estiva-test/stop-signal:1";
    pulled.push(reference);
    const recipe = { reference, architecture: "x86_64", files: [], stopSignal: "SIGQUIT" } as const;
    assert.equal((await driver.importImage(imageArchive(recipe))).stopSignal, "SIGQUIT");
  });

  test("pulls of one reference at once share the work, and one may be given up", async () => {
    registry.manifestRequests.clear();
    const reference = `${registry.host}/open:two`;
    const abort = new AbortController();
    const givenUp = driver.pullImage(reference, { signal: abort.signal });
    const others = [driver.pullImage(reference, {}), driver.pullImage(reference, {})];
    abort.abort(new Error("given up"));
    await assert.rejects(givenUp, /given up/);
    const [a, b] = await Promise.all(others);
    pulled.push(reference);
    assert.equal(a?.id, b?.id);
    const requests = registry.manifestRequests.get("open") ?? 0;
    registry.manifestRequests.clear();
    await driver.pullImage(reference, {});
    assert.equal(requests, registry.manifestRequests.get("open"), "as many requests as one pull makes");
  });

  test("a private registry wants credentials", async () => {
    const reference = `${closed.host}/open:1`;
    await rejectsWith(driver.pullImage(reference, {}), "Unauthorized");
    const wrong = { username: "alice", password: "wrong" };
    const error = await rejectsWith(driver.pullImage(reference, { credentials: wrong }), "Unauthorized");
    assert.doesNotMatch(error.message, /wrong/);
    await driver.pullImage(reference, { credentials: { username: "alice", password: "secret" } });
    pulled.push(reference);
  });

  const failures: readonly (readonly [string, () => string, string])[] = [
    ["an unknown repository", () => `${registry.host}/unknown:1`, "NotFound"],
    ["an image for other machines", () => `${registry.host}/foreign:1`, "PlatformMismatch"],
    ["a registry that does not answer", () => "127.0.0.1:1/open:1", "RegistryUnreachable"],
    ["a reference that is none", () => "UPPER/case:1", "InvalidSpec"],
  ];
  for (const [name, reference, reason] of failures) {
    test(`${name} is ${reason}`, async () => {
      await rejectsWith(driver.pullImage(reference(), {}), reason);
    });
  }
});
