import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";
import { manifestTypes } from "#kernel/oci-manifest.ts";
import { sha256, startRegistry, type TestRegistry } from "../../support/registry.ts";
import { errorCode, imageOf, indexOf, pushBlob, pushImage, pushManifest } from "./images.ts";

/** The push and pull checks of the OCI distribution specification's conformance suite, and what they leave out. */

let registry: TestRegistry;
const repository = "conformance/of/push-and_pull.1";
before(async () => {
  registry = await startRegistry();
});
after(() => registry.close());

test("the registry says that it is one (end-1)", async () => {
  for (const path of ["/v2/", "/v2"]) {
    const response = await registry.send("GET", path);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("docker-distribution-api-version"), "registry/2.0");
  }
});

describe("blobs are uploaded", () => {
  const blob = randomBytes(100_000);
  const begin = async (): Promise<string> => {
    const response = await registry.send("POST", `/v2/${repository}/blobs/uploads/`);
    assert.equal(response.status, 202);
    return response.headers.get("location")!;
  };

  const stored = async (digest: string, content: Uint8Array) => {
    const response = await registry.send("GET", `/v2/${repository}/blobs/${digest}`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("docker-content-digest"), digest);
    assert.deepEqual(Buffer.from(await response.arrayBuffer()), Buffer.from(content));
  };

  test("with POST and PUT (end-6)", async () => {
    const response = await registry.send("PUT", `${await begin()}?digest=${sha256(blob)}`, { body: blob });
    assert.equal(response.status, 201);
    assert.equal(response.headers.get("location"), `/v2/${repository}/blobs/${sha256(blob)}`);
    await stored(sha256(blob), blob);
  });

  test("with one POST (end-4b)", async () => {
    const other = randomBytes(1000);
    const path = `/v2/${repository}/blobs/uploads/?digest=${sha256(other)}`;
    assert.equal((await registry.send("POST", path, { body: other })).status, 201);
    await stored(sha256(other), other);
  });

  test("in chunks, the last one with PUT (end-5)", async () => {
    const chunked = randomBytes(30_000);
    const location = await begin();
    const chunk = (from: number, to: number) => ({
      headers: { "content-range": `${from}-${to - 1}`, "content-type": "application/octet-stream" },
      body: chunked.subarray(from, to),
    });
    const first = await registry.send("PATCH", location, chunk(0, 10_000));
    assert.deepEqual([first.status, first.headers.get("range")], [202, "0-9999"]);
    assert.equal((await registry.send("PATCH", location, chunk(20_000, 30_000))).status, 416, "out of order");
    const status = await registry.send("GET", location);
    assert.deepEqual([status.status, status.headers.get("range")], [204, "0-9999"]);
    assert.equal(status.headers.get("location"), location);
    assert.equal((await registry.send("PATCH", location, chunk(10_000, 20_000))).status, 202);
    const last = await registry.send("PUT", `${location}?digest=${sha256(chunked)}`, chunk(20_000, 30_000));
    assert.equal(last.status, 201);
    await stored(sha256(chunked), chunked);
    assert.equal((await registry.send("GET", location)).status, 404, "a finished upload is gone");
  });

  test("of sha512 digests, and of no bytes", async () => {
    const { createHash } = await import("node:crypto");
    const digest = `sha512:${createHash("sha512").update("five hundred").digest("hex")}`;
    const response = await registry.send("PUT", `${await begin()}?digest=${digest}`, { body: "five hundred" });
    assert.equal(response.status, 201);
    await stored(digest, Buffer.from("five hundred"));
    await pushBlob(registry, repository, "");
    await stored(sha256(""), Buffer.alloc(0));
  });

  test("unless the digest is another one: the upload stays", async () => {
    const location = await begin();
    await registry.send("PATCH", location, { body: "content" });
    const wrong = await registry.send("PUT", `${location}?digest=${sha256("other")}`);
    assert.deepEqual([wrong.status, await errorCode(wrong)], [400, "DIGEST_INVALID"]);
    assert.equal((await registry.send("HEAD", `/v2/${repository}/blobs/${sha256("other")}`)).status, 404);
    assert.equal((await registry.send("PUT", `${location}?digest=${sha256("content")}`)).status, 201);
  });

  test("unless it is cancelled, or another repository's", async () => {
    const location = await begin();
    const elsewhere = location.replace(repository, "another");
    const stolen = await registry.send("PATCH", elsewhere, { body: "x" });
    assert.deepEqual([stolen.status, await errorCode(stolen)], [404, "BLOB_UPLOAD_UNKNOWN"]);
    assert.equal((await registry.send("DELETE", location)).status, 204);
    assert.equal((await registry.send("PATCH", location, { body: "x" })).status, 404);
  });

  test("or mounted from another repository (end-11)", async () => {
    const path = (from: string, digest = sha256(blob)) =>
      `/v2/mounted/blobs/uploads/?mount=${digest}&from=${encodeURIComponent(from)}`;
    assert.equal((await registry.send("HEAD", `/v2/mounted/blobs/${sha256(blob)}`)).status, 404, "not by its digest");
    assert.equal((await registry.send("POST", path("nothing/here"))).status, 202, "an upload instead");
    const mounted = await registry.send("POST", path(repository));
    assert.deepEqual([mounted.status, mounted.headers.get("location")], [201, `/v2/mounted/blobs/${sha256(blob)}`]);
    assert.equal((await registry.send("GET", `/v2/mounted/blobs/${sha256(blob)}`)).status, 200);
  });

  test("but not mounted where that is turned off: an upload instead", async () => {
    const closed = await startRegistry({ catalog: { mounts: false } });
    try {
      await pushBlob(closed, "from", "content");
      const path = `/v2/to/blobs/uploads/?mount=${sha256("content")}&from=from`;
      assert.equal((await closed.send("POST", path)).status, 202);
    } finally {
      await closed.close();
    }
  });

  test("by many at once, each whole, also when it is the same content", async () => {
    const contents = Array.from({ length: 12 }, (_, i) => Buffer.alloc(200_000, `upload ${i % 4}`));
    const digests = await Promise.all(contents.map((content) => pushBlob(registry, repository, content)));
    for (const [i, digest] of digests.entries()) await stored(digest, contents[i]!);
  });

  test("by one at a time for each upload: a second writer is told where to go on", async () => {
    const location = await begin();
    let finish: () => void = () => {};
    const slow = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from("first "));
        finish = () => controller.close();
      },
    });
    const first = registry.send("PATCH", location, { body: slow });
    const range = { "content-range": "0-5" };
    let second = await registry.send("PATCH", location, { headers: range, body: "second" });
    // Until the first one has begun, the second may come before it, or be the one that it is in the way of.
    const wasSooner = second.status === 202;
    if (wasSooner) second = await registry.send("PATCH", location, { headers: range, body: "second" });
    assert.equal(second.status, 416);
    finish();
    const isTaken = (await first).status === 202;
    assert.ok(isTaken || wasSooner);
    const content = `${wasSooner ? "second" : ""}${isTaken ? "first " : ""}`;
    const done = await registry.send("PUT", `${location}?digest=${sha256(content)}`);
    assert.equal(done.status, 201);
    await stored(sha256(content), Buffer.from(content));
  });

  test("as they are: what is compressed, be it a bomb, is never opened", async () => {
    const bomb = gzipSync(Buffer.alloc(32 * 2 ** 20));
    const digest = await pushBlob(registry, repository, bomb);
    await stored(digest, bomb);
    const layers = [{ mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", digest, size: bomb.length }];
    await pushImage(registry, repository, "bomb", { layers });
  });

  test("and read in parts", async () => {
    const ranges = [
      { range: "bytes=0-9", status: 206, contentRange: "bytes 0-9/100000", bytes: blob.subarray(0, 10) },
      { range: "bytes=99990-", status: 206, contentRange: "bytes 99990-99999/100000", bytes: blob.subarray(99_990) },
      { range: "bytes=-5", status: 206, contentRange: "bytes 99995-99999/100000", bytes: blob.subarray(-5) },
      { range: "bytes=99998-200000", status: 206, contentRange: "bytes 99998-99999/100000", bytes: blob.subarray(-2) },
      { range: "bytes=100000-", status: 416, contentRange: "bytes */100000", bytes: Buffer.alloc(0) },
      { range: "bytes=0-1,5-6", status: 200, contentRange: null, bytes: blob },
      { range: "bytes=9-1", status: 200, contentRange: null, bytes: blob },
      { range: "lines=1-2", status: 200, contentRange: null, bytes: blob },
    ];
    for (const { range, status, contentRange, bytes } of ranges) {
      const response = await registry.send("GET", `/v2/${repository}/blobs/${sha256(blob)}`, { headers: { range } });
      assert.deepEqual([response.status, response.headers.get("content-range")], [status, contentRange], range);
      assert.deepEqual(Buffer.from(await response.arrayBuffer()), Buffer.from(bytes), range);
    }
  });
});

describe("manifests", () => {
  test("are pushed and pulled by tag and by digest (end-3, end-7)", async () => {
    for (const mediaType of [manifestTypes.image, manifestTypes.dockerImage]) {
      const image = await pushImage(registry, repository, "v1", { mediaType });
      for (const reference of ["v1", image.digest]) {
        for (const method of ["HEAD", "GET"]) {
          const response = await registry.send(method, `/v2/${repository}/manifests/${reference}`);
          assert.equal(response.status, 200);
          assert.equal(response.headers.get("content-type"), mediaType);
          assert.equal(response.headers.get("docker-content-digest"), image.digest);
          assert.equal(response.headers.get("content-length"), String(image.bytes.length));
          assert.equal(await response.text(), method === "GET" ? image.bytes.toString() : "");
        }
      }
    }
  });

  test("may be indexes of manifests, with a Docker list as another", async () => {
    const image = await pushImage(registry, repository, "part");
    for (const mediaType of [manifestTypes.index, manifestTypes.dockerList]) {
      const index = indexOf([image], { mediaType });
      assert.equal((await pushManifest(registry, repository, "index", index)).status, 201);
      const response = await registry.send("GET", `/v2/${repository}/manifests/index`);
      assert.deepEqual([response.headers.get("content-type"), await response.text()], [mediaType, String(index.bytes)]);
    }
    const broken = indexOf([imageOf({ config: sha256("no") })]);
    const response = await pushManifest(registry, repository, "broken", broken);
    assert.deepEqual([response.status, await errorCode(response)], [404, "MANIFEST_BLOB_UNKNOWN"]);
  });

  test("are refused when something is wrong with them", async () => {
    const config = { digest: await pushBlob(registry, repository, "{}"), size: 2, mediaType: "application/json" };
    const good = { schemaVersion: 2, mediaType: manifestTypes.image, config, layers: [] };
    const layer = { digest: sha256("unknown layer"), size: 1, mediaType: "application/octet-stream" };
    const cases: [unknown, number, string, string?][] = [
      [good, 201, ""],
      [{ ...good, layers: [layer] }, 404, "MANIFEST_BLOB_UNKNOWN"],
      [{ ...good, schemaVersion: 1 }, 400, "MANIFEST_INVALID"],
      [{ ...good, config: undefined }, 400, "MANIFEST_INVALID"],
      [{ ...good, layers: "none" }, 400, "MANIFEST_INVALID"],
      [{ ...good, layers: [{ ...layer, digest: "../../etc/passwd" }] }, 400, "MANIFEST_INVALID"],
      [{ ...good, layers: [{ ...layer, size: -1 }] }, 400, "MANIFEST_INVALID"],
      [{ ...good, manifests: [] }, 400, "MANIFEST_INVALID"],
      [{ ...good, layers: Array.from({ length: 5000 }, () => layer) }, 400, "MANIFEST_INVALID"],
      [good, 400, "MANIFEST_INVALID", manifestTypes.index],
      [{ ...good, mediaType: "text/plain" }, 400, "MANIFEST_INVALID", "text/plain"],
      [[], 400, "MANIFEST_INVALID"],
    ];
    for (const [body, status, code, contentType = manifestTypes.image] of cases) {
      const options = { headers: { "content-type": contentType }, body: JSON.stringify(body) };
      const response = await registry.send("PUT", `/v2/${repository}/manifests/checked`, options);
      const found = response.status === 201 ? "" : await errorCode(response);
      assert.deepEqual([response.status, found], [status, code], JSON.stringify(body).slice(0, 300));
    }
    const otherDigest = `/v2/${repository}/manifests/${sha256("other")}`;
    const options = { headers: { "content-type": manifestTypes.image }, body: JSON.stringify(good) };
    assert.equal(await errorCode(await registry.send("PUT", otherDigest, options)), "DIGEST_INVALID");
    const huge = { ...options, body: JSON.stringify({ ...good, annotations: { a: "x".repeat(4 * 2 ** 20) } }) };
    assert.equal((await registry.send("PUT", `/v2/${repository}/manifests/huge`, huge)).status, 400);
  });

  test("of foreign layers need not have them here", async () => {
    const config = { digest: await pushBlob(registry, repository, "{}"), size: 2, mediaType: "application/json" };
    const mediaType = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
    const foreign = { digest: sha256("elsewhere"), size: 1, mediaType, urls: ["https://example.com/layer"] };
    const manifest = { schemaVersion: 2, mediaType: manifestTypes.dockerImage, config, layers: [foreign] };
    const headers = { "content-type": manifestTypes.dockerImage };
    const body = JSON.stringify(manifest);
    assert.equal((await registry.send("PUT", `/v2/${repository}/manifests/w`, { headers, body })).status, 201);
  });
});
