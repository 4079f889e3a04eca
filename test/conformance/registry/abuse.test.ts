import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import { sha256, startRegistry, type TestRegistry } from "../../support/registry.ts";
import { until } from "../../support/until.ts";
import { errorCode } from "./images.ts";

/** What no client sends that means well. */

let registry: TestRegistry;
before(async () => {
  registry = await startRegistry();
});
after(() => registry.close());

/** Sends text as it is, over a connection of its own, until the answer ends or the connection is closed. */
function sendRaw(text: string, options: { readonly cut?: true } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const [host, port] = registry.host.split(":") as [string, string];
    let answer = "";
    const socket = connect(Number(port), host, () => {
      socket.write(text);
      if (options.cut) setImmediate(() => socket.destroy());
    });
    socket.on("data", (data) => {
      answer += data;
    });
    socket.on("error", (error) => (options.cut ? resolve(answer) : reject(error)));
    socket.on("close", () => resolve(answer));
  });
}

const request = (method: string, path: string, rest = "") =>
  `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${rest}\r\n`;

test("paths lead nowhere else", async () => {
  const cases = [
    ["/v2/../../etc/passwd/manifests/1", "NAME_INVALID"],
    ["/v2/a/../b/manifests/1", "NAME_INVALID"],
    ["/v2/%2e%2e/manifests/1", "NAME_INVALID"],
    ["/v2/a%2fb/manifests/1", "NAME_INVALID"],
    ["/v2/A/manifests/1", "NAME_INVALID"],
    ["/v2/a//b/manifests/1", "NAME_INVALID"],
    ["/v2/-a/manifests/1", "NAME_INVALID"],
    ["/v2/a___b/manifests/1", "NAME_INVALID"],
    [`/v2/${"a".repeat(256)}/manifests/1`, "NAME_INVALID"],
    [`/v2/${"a-".repeat(400)}/manifests/1`, "NAME_INVALID"],
    ["/v2//manifests/1", "NAME_INVALID"],
    ["/v2/a/manifests/..", "TAG_INVALID"],
    [`/v2/a/manifests/${"t".repeat(129)}`, "TAG_INVALID"],
    ["/v2/a/blobs/sha256:../../x", "UNSUPPORTED"],
    ["/v2/a/blobs/sha256:%2e%2e", "NAME_INVALID"],
    [`/v2/a/blobs/md5:${"0".repeat(32)}`, "DIGEST_INVALID"],
    [`/v2/a/blobs/${sha256("x").toUpperCase()}`, "DIGEST_INVALID"],
    ["/v2/a/blobs/uploads/..", "BLOB_UPLOAD_UNKNOWN"],
    ["/v2/a/blobs/uploads/00000000-0000-0000-0000-000000000000", "BLOB_UPLOAD_UNKNOWN"],
    ["/v2/a/blobs/uploads/owner", "BLOB_UPLOAD_UNKNOWN"],
    [`/v2/${"a/".repeat(600)}manifests/1`, "UNSUPPORTED"],
    ["/v2/a", "UNSUPPORTED"],
  ] as const;
  for (const [path, code] of cases) {
    const answer = await sendRaw(request("GET", path));
    assert.match(answer, new RegExp(`^HTTP/1.1 40[0-9] [^]*"code":"${code}"`), path.slice(0, 100));
    assert.doesNotMatch(answer, /root:|estiva-registry|node_modules/);
  }
});

test("an upload that breaks off goes on where it ended", async () => {
  const begun = await registry.send("POST", "/v2/broken/blobs/uploads/");
  const location = begun.headers.get("location")!;
  const content = "0123456789".repeat(100);
  await sendRaw(`${request("PATCH", location, "Content-Length: 1000\r\n")}${content.slice(0, 600)}`, { cut: true });
  // Until the server has noticed; a chunk in its place is refused until then.
  await until("the upload to go on", async () => {
    const status = await registry.send("GET", location);
    const size = Number(status.headers.get("range")!.split("-")[1]) + 1;
    const range = { "content-range": `${size === 1 ? 0 : size}-${999}` };
    const body = content.slice(size === 1 ? 0 : size);
    const rest = await registry.send("PATCH", location, { headers: range, body });
    if (rest.status !== 202) assert.equal(rest.status, 416);
    return rest.status === 202;
  });
  assert.equal((await registry.send("PUT", `${location}?digest=${sha256(content)}`)).status, 201);
});

test("a broken upload in one request leaves nothing", async () => {
  const path = `/v2/whole/blobs/uploads/?digest=${sha256("whole")}`;
  await sendRaw(`${request("POST", path, "Content-Length: 5\r\n")}who`, { cut: true });
  const wrong = await registry.send("POST", path, { body: "other" });
  assert.deepEqual([wrong.status, await errorCode(wrong)], [400, "DIGEST_INVALID"]);
  await until(
    "the upload to go",
    () => readdir(join(registry.dir, "uploads")),
    (names) => names.length === 0,
  );
  assert.equal((await registry.send("HEAD", `/v2/whole/blobs/${sha256("whole")}`)).status, 404);
});

test("headers that make no sense are refused", async () => {
  const location = (await registry.send("POST", "/v2/odd/blobs/uploads/")).headers.get("location")!;
  for (const range of ["x", "5-1", "bytes */*", "1-", "-5", `0-${"9".repeat(30)}`]) {
    const response = await registry.send("PATCH", location, { headers: { "content-range": range }, body: "12345" });
    assert.ok([400, 416].includes(response.status), `${range}: ${response.status}`);
  }
  for (const digest of ["", "sha256:1", "x", `${sha256("")}/..`]) {
    const response = await registry.send("PUT", `${location}?digest=${encodeURIComponent(digest)}`);
    assert.deepEqual([response.status, await errorCode(response)], [400, "DIGEST_INVALID"]);
  }
  for (const [method, path] of [
    ["POST", "/v2/odd/manifests/1"],
    ["PUT", "/v2/odd/tags/list"],
    ["POST", "/v2/"],
    ["PATCH", `/v2/odd/blobs/${sha256("")}`],
  ] as const) {
    assert.equal((await registry.send(method, path)).status, 405, `${method} ${path}`);
  }
});

test("random requests are answered, never with a failure of ours", async () => {
  const random = seededRandom(3);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.float() * list.length)]!;
  const parts = ["v2", "a", "..", "blobs", "uploads", "", "manifests", "tags", "list", "referrers", "%00", "%3A", "é"];
  const odd = [sha256("x"), "sha256:", "?digest=", "?mount=a&from=b", "?n=x", "?last=%00", "?artifactType=", "#", "~"];
  const headers = ["range: bytes=-", "content-range: 0-0", "content-type: \u0001", "if-none-match: *", "accept: x"];
  for (let i = 0; i < 400; i++) {
    const path = `/v2/${Array.from({ length: 5 }, () => pick(parts)).join("/")}${pick([...odd, "", ""])}`;
    const method = pick(["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"]);
    const body = pick(["", "x", "{}"]);
    const answer = await sendRaw(
      `${request(method, path, `${pick(headers)}\r\nContent-Length: ${body.length}\r\n`)}${body}`,
    );
    assert.match(answer, /^HTTP\/1.1 [234]\d\d /, `${method} ${path}`);
  }
  assert.deepEqual(registry.logLines, []);
});

test("too many uploads at once are told to come again", async () => {
  const small = await startRegistry({ registry: { maxUploads: 1 } });
  try {
    const begin = async () => (await small.send("POST", "/v2/a/blobs/uploads/")).headers.get("location")!;
    const [first, second] = [await begin(), await begin()];
    let finish: () => void = () => {};
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(Buffer.from("begun"));
        finish = () => controller.close();
      },
    });
    const slow = small.send("PATCH", first, { body });
    const answer = await until(
      "a piece that is refused",
      () => small.send("PATCH", second, { body: "x" }),
      ({ status }) => status !== 202,
    );
    assert.deepEqual([answer.status, await errorCode(answer)], [429, "TOOMANYREQUESTS"]);
    finish();
    assert.equal((await slow).status, 202);
  } finally {
    await small.close();
  }
});
