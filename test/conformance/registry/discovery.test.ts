import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { manifestTypes } from "#kernel/oci-manifest.ts";
import { sha256, startRegistry, type TestRegistry } from "../../support/registry.ts";
import { errorCode, pushBlob, pushImage } from "./images.ts";

/** The content discovery and content management checks of the OCI conformance suite. */

let registry: TestRegistry;
before(async () => {
  registry = await startRegistry();
});
after(() => registry.close());

test("tags are listed in order, by pages with links (end-8)", async () => {
  for (const tag of ["b", "a", "C", "a.2", "_z"]) await pushImage(registry, "tags", tag);
  const list = async (query: string) => {
    const response = await registry.send("GET", `/v2/tags/tags/list${query}`);
    assert.equal(response.status, 200);
    const { name, tags } = (await response.json()) as { name: string; tags: string[] };
    assert.equal(name, "tags");
    return { tags, link: response.headers.get("link") };
  };
  assert.deepEqual(await list(""), { tags: ["C", "_z", "a", "a.2", "b"], link: null });
  assert.deepEqual(await list("?n=2"), { tags: ["C", "_z"], link: '</v2/tags/tags/list?n=2&last=_z>; rel="next"' });
  assert.deepEqual(await list("?n=2&last=_z"), {
    tags: ["a", "a.2"],
    link: '</v2/tags/tags/list?n=2&last=a.2>; rel="next"',
  });
  assert.deepEqual(await list("?n=2&last=a.2"), { tags: ["b"], link: null });
  assert.deepEqual(await list("?n=0"), { tags: [], link: null });
  assert.deepEqual(await list("?last=aa"), { tags: ["b"], link: null });
  const wrong = await registry.send("GET", "/v2/tags/tags/list?n=-1");
  assert.deepEqual([wrong.status, await errorCode(wrong)], [400, "PAGINATION_NUMBER_INVALID"]);
});

test("referrers are found by subject and type (end-12)", async () => {
  const image = await pushImage(registry, "refs", "v1");
  const subject = { digest: image.digest, size: image.bytes.length, mediaType: image.mediaType };
  const sbom = await pushImage(registry, "refs", undefined, {
    ...{ subject, artifactType: "application/sbom", annotations: { who: "me" } },
  });
  const signature = await pushImage(registry, "refs", undefined, { subject, configType: "application/signature" });
  const list = async (digest: string, query = "") => {
    const response = await registry.send("GET", `/v2/refs/referrers/${digest}${query}`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("content-type"), manifestTypes.index);
    return { index: await response.json(), filters: response.headers.get("oci-filters-applied") };
  };
  const described = (manifest: typeof sbom, rest: object) => ({
    ...{ mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.length },
    ...rest,
  });
  const first = described(sbom, { artifactType: "application/sbom", annotations: { who: "me" } });
  const second = described(signature, { artifactType: "application/signature" });
  const indexOf = (...manifests: object[]) => ({ schemaVersion: 2, mediaType: manifestTypes.index, manifests });
  assert.deepEqual(await list(image.digest), { index: indexOf(first, second), filters: null });
  assert.deepEqual(await list(image.digest, "?artifactType=application/signature"), {
    ...{ index: indexOf(second), filters: "artifactType" },
  });
  assert.deepEqual(await list(sha256("nothing")), { index: indexOf(), filters: null });
  assert.equal((await registry.send("GET", "/v2/refs/referrers/sha256:12")).status, 400);

  const early = { digest: sha256("not there yet"), size: 1, mediaType: manifestTypes.image };
  const orphan = await pushImage(registry, "refs", undefined, { subject: early });
  assert.equal(
    ((await list(early.digest)).index as { manifests: { digest: string }[] }).manifests[0]?.digest,
    orphan.digest,
  );
  assert.equal((await registry.send("DELETE", `/v2/refs/manifests/${orphan.digest}`)).status, 202);
  assert.deepEqual((await list(early.digest)).index, indexOf());
});

test("a pushed manifest with a subject says so", async () => {
  const subject = { digest: sha256("subject"), size: 1, mediaType: manifestTypes.image };
  const { bytes, digest } = await pushImage(registry, "refs", undefined, { subject });
  const headers = { "content-type": manifestTypes.image };
  const again = await registry.send("PUT", `/v2/refs/manifests/${digest}`, { headers, body: bytes });
  assert.equal(again.headers.get("oci-subject"), subject.digest);
});

test("tags, manifests and blobs are deleted (end-9, end-10)", async () => {
  const image = await pushImage(registry, "gone", "one");
  await pushImage(registry, "gone", "two");
  const remove = async (path: string) => (await registry.send("DELETE", `/v2/gone/${path}`)).status;
  const status = async (path: string) => (await registry.send("HEAD", `/v2/gone/${path}`)).status;
  assert.equal(await remove("manifests/one"), 202);
  assert.deepEqual([await status("manifests/one"), await status("manifests/two")], [404, 200]);
  assert.equal(await remove(`blobs/${sha256("{}")}`), 405, "part of an image");
  assert.equal(await remove(`manifests/${image.digest}`), 202);
  assert.deepEqual([await status("manifests/two"), await status(`manifests/${image.digest}`)], [404, 404]);
  assert.equal(await remove(`manifests/${image.digest}`), 404);
  assert.equal(await remove(`blobs/${sha256("{}")}`), 202);
  assert.deepEqual([await status(`blobs/${sha256("{}")}`), await remove(`blobs/${sha256("{}")}`)], [404, 404]);
});

test("credentials are asked for, and refusals told", async () => {
  const options = {
    ...{ now: Date.now, authorization: "Basic QVdTOng=", immutableTags: true },
    refuse: (action: string, name: string) => (name === "closed" ? `not authorized to ${action}` : undefined),
  };
  const guarded = await startRegistry({ catalog: options });
  try {
    const anonymous = await guarded.send("GET", "/v2/");
    assert.deepEqual([anonymous.status, await errorCode(anonymous)], [401, "UNAUTHORIZED"]);
    assert.match(anonymous.headers.get("www-authenticate") ?? "", /^Basic realm=/);
    const headers = { authorization: options.authorization };
    assert.equal((await guarded.send("GET", "/v2/", { headers })).status, 200);
    const denied = await guarded.send("POST", "/v2/closed/blobs/uploads/", { headers });
    assert.deepEqual([denied.status, await errorCode(denied)], [403, "DENIED"]);
    const send = (method: string, path: string, rest: { headers?: object; body?: string | Uint8Array } = {}) =>
      guarded.send(method, path, { ...rest, headers: { ...rest.headers, ...headers } });
    await pushImage({ send } as TestRegistry, "fixed", "v1");
    const config = await pushBlob({ send } as TestRegistry, "fixed", "[]");
    const other = { schemaVersion: 2, config: { digest: config, size: 2, mediaType: "x" }, layers: [] };
    const put = { headers: { "content-type": manifestTypes.image }, body: JSON.stringify(other) };
    const moved = await send("PUT", "/v2/fixed/manifests/v1", put);
    assert.deepEqual([moved.status, await errorCode(moved)], [400, "TAG_INVALID"]);
  } finally {
    await guarded.close();
  }
});
