import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { CollectResult } from "#kernel/blob-store.ts";
import { silentLog } from "#kernel/controller.ts";
import { seededRandom } from "#kernel/random.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { startCollector } from "./collector.ts";
import { createBlobStore } from "./storage/blob-store.ts";
import { MemoryCatalog } from "./testing/memory-catalog.ts";

test("a blob that no manifest names is forgotten after a day, and goes", async () => {
  const dir = await mkdtemp(join(tmpdir(), "estiva-collector-"));
  try {
    const clock = new VirtualClock(Date.UTC(2030, 0, 1));
    const store = createBlobStore({ dir, clock, random: seededRandom(1) });
    let ran: (result: CollectResult) => void = () => {};
    const collect: typeof store.collect = async (referenced) => {
      const result = await store.collect(referenced);
      ran(result);
      return result;
    };
    const catalog = new MemoryCatalog({ now: () => clock.now() });
    const caller = await catalog.authenticate({ authorization: undefined });
    const repository = await catalog.authorize(caller, "startUpload", "r");
    const [used, unused] = [await store.put(Buffer.from("used")), await store.put(Buffer.from("unused"))];
    for (const blob of [used, unused]) await catalog.linkBlob(repository, blob);
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    const blobs = [{ ...used, mediaType }];
    const manifest = { digest: `sha256:${"0".repeat(64)}`, mediaType, sizeBytes: 1, blobs, manifests: [] };
    await catalog.putManifest(repository, caller, { manifest });

    const onBug = (error: unknown) => assert.fail(String(error));
    const options = { catalog, blobs: { ...store, collect }, clock, log: silentLog, onBug };
    const collector = startCollector(options);
    const run = async (seconds: number) => {
      const result = new Promise<CollectResult>((resolve) => {
        ran = resolve;
      });
      await clock.advance(seconds * 1000);
      return result;
    };
    const results: CollectResult[] = [];
    for (let halfHours = 0; halfHours < 49; halfHours++) {
      results.push(await run(1800));
      // The next run is timed when this one has ended.
      await new Promise(setImmediate);
    }
    assert.equal(
      results.slice(0, 48).every(({ setAside }) => setAside === 0),
      true,
    );
    assert.equal(results[48]?.setAside, 1);
    assert.equal(await catalog.hasBlob(repository, unused.digest), false);
    assert.equal(await catalog.hasBlob(repository, used.digest), true);
    await collector.stop();
    assert.ok(await store.stat(used.digest));
  } finally {
    await rm(dir, { recursive: true });
  }
});
