import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { systemClock } from "#kernel/clock.ts";
import { systemRandom } from "#kernel/random.ts";
import { createS3BlobStore } from "#registry/index.ts";
import { signRequest } from "#wire/sigv4/sign.ts";
import { sha256, startRegistry, type TestRegistry } from "../../support/registry.ts";
import { type S3Server, startS3Server } from "../../support/s3-server.ts";
import { imageOf, pushBlob, pushImage, pushManifest } from "./images.ts";

/** Two machines whose registries keep their images in one bucket. */

const clock = systemClock();
let server: S3Server;
let one: TestRegistry;
let other: TestRegistry;
const closing: (() => unknown)[] = [];
before(async () => {
  server = await startS3Server({ clock });
  const { endpoint, bucket, credentials } = server;
  const more = { region: "us-east-1", prefix: "", clock, random: systemRandom(), sign: signRequest };
  const settings = { endpoint, bucket, credentials, ...more };
  const [first, second] = [createS3BlobStore(settings), createS3BlobStore(settings)];
  one = await startRegistry({ registry: { blobs: first } });
  other = await startRegistry({ registry: { blobs: second, catalog: one.catalog } });
  closing.push(
    () => one.close(),
    () => other.close(),
    () => first.close(),
    () => second.close(),
    () => server.close(),
  );
});
after(async () => {
  for (const close of closing) await close();
});

test("what is pushed to one is pulled from the other", async () => {
  const image = await pushImage(one, "app", "v1");
  const manifest = await other.send("GET", "/v2/app/manifests/v1");
  assert.equal(sha256(new Uint8Array(await manifest.arrayBuffer())), image.digest);
  const blob = await other.send("GET", `/v2/app/blobs/${sha256("{}")}`, { headers: { range: "bytes=1-" } });
  assert.deepEqual([blob.status, await blob.text()], [206, "}"]);
});

test("an upload may send each chunk to another one", async () => {
  const content = Buffer.alloc(11 * 2 ** 20, "chunks");
  const begun = await one.send("POST", "/v2/app/blobs/uploads/");
  const location = begun.headers.get("location")!;
  const cuts = [0, 5, 9 * 2 ** 20, content.length];
  for (const [i, end] of cuts.slice(1).entries()) {
    const machine = i % 2 === 0 ? other : one;
    const headers = { "content-range": `${cuts[i]}-${end - 1}`, "content-type": "application/octet-stream" };
    const patched = await machine.send("PATCH", location, { headers, body: content.subarray(cuts[i], end) });
    assert.equal(patched.status, 202, await patched.text());
  }
  const wrong = await one.send("PUT", `${location}?digest=${sha256("other")}`);
  assert.equal(wrong.status, 400);
  const done = await one.send("PUT", `${location}?digest=${sha256(content)}`);
  assert.equal(done.status, 201, await done.text());
  const layer = { mediaType: "application/vnd.oci.image.layer.v1.tar", digest: sha256(content), size: content.length };
  const config = await pushBlob(other, "app", "{}");
  const pushed = await pushManifest(other, "app", "large", imageOf({ config, layers: [layer] }));
  assert.equal(pushed.status, 201);
  const pulled = await other.send("GET", `/v2/app/blobs/${sha256(content)}`);
  assert.equal(sha256(new Uint8Array(await pulled.arrayBuffer())), sha256(content));
});

test("a storage that is gone is told as something that passes", async () => {
  server.disturb(/./, { times: 1, status: 403 });
  const answer = await one.send("GET", "/v2/app/manifests/v1");
  assert.deepEqual([answer.status, answer.headers.get("retry-after")], [503, "5"]);
});
