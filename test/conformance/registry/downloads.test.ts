import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { layerPath, readLayerPath } from "#kernel/layer-url.ts";
import { createLog } from "#kernel/log.ts";
import { seededRandom } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { createDownloads } from "#registry/index.ts";
import { sha256, startRegistry, type TestRegistry } from "../../support/registry.ts";
import { pushImage } from "./images.ts";

/** Layers under URLs that carry the right to them, and what a pull leaves behind. */

const clock = new VirtualClock();
const box = createSecretBox(new Uint8Array(32), seededRandom(1));
const logLines: string[] = [];
let registry: TestRegistry;
let url: string;
let close: () => void;
before(async () => {
  registry = await startRegistry();
  const log = createLog({ clock, level: "debug", format: "json", write: (line) => void logLines.push(line) });
  const { blobs } = registry;
  const downloads = createDownloads({ blobs, clock, log, readPath: (path) => readLayerPath(box, path) });
  const server = createServer((request, response) => void downloads.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => server.close();
});
after(async () => {
  close();
  await registry.close();
});

test("a layer is downloaded, also in parts, until the URL expires", async () => {
  const { digest } = await registry.blobs.put(Buffer.from("0123456789"));
  const path = layerPath(box, { digest, expiresAt: clock.now() + 1000 });
  const get = (headers = {}, method = "GET", at = path) => fetch(`${url}${at}`, { headers, method });
  const whole = await get();
  assert.deepEqual([whole.status, await whole.text()], [200, "0123456789"]);
  const part = await get({ range: "bytes=2-4" });
  assert.deepEqual([part.status, await part.text()], [206, "234"]);
  const head = await get({}, "HEAD");
  assert.deepEqual([head.status, head.headers.get("content-length"), await head.text()], [200, "10", ""]);
  const missing = layerPath(box, { digest: sha256("none"), expiresAt: clock.now() + 1000 });
  const statuses = [get({}, "PUT"), get({}, "GET", `${path}x`), get({}, "GET", missing)];
  assert.deepEqual(await Promise.all(statuses.map(async (answer) => (await answer).status)), [405, 403, 404]);
  await clock.advance(1000);
  const late = await get();
  assert.deepEqual([late.status, await late.text()], [403, "Request has expired"]);
  assert.deepEqual(logLines, []);
});

test("only what is really taken counts as a pull", async () => {
  const { digest } = await pushImage(registry, "pulled", "v1");
  await registry.send("HEAD", "/v2/pulled/manifests/v1");
  await registry.send("GET", `/v2/pulled/blobs/${sha256("{}")}`);
  assert.deepEqual(registry.catalog.pulled, []);
  await registry.send("GET", "/v2/pulled/manifests/v1");
  assert.deepEqual(registry.catalog.pulled, [digest]);
});
