import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { decompress } from "./compression.ts";
import { postOf } from "./testing.ts";

const gzipped = (body: Uint8Array, encoding = "gzip") => postOf(body, { headers: { "content-encoding": encoding } });

test("gzip is unpacked, other bodies pass", async () => {
  assert.deepEqual((await decompress(gzipped(gzipSync("hello")), 5)).body, Buffer.from("hello"));
  const plain = postOf("hello");
  assert.equal(await decompress(plain, 5), plain);
  assert.equal((await decompress(gzipped(Buffer.from("x"), "identity"), 5)).body.byteLength, 1);
});

test("a bomb is refused", async () => {
  const bomb = gzipSync(Buffer.alloc(50 * 2 ** 20));
  await assert.rejects(decompress(gzipped(bomb), 2 ** 20), { code: "RequestEntityTooLarge", status: 413 });
});

test("broken streams and other encodings are refused", async () => {
  const cut = gzipSync("hello").subarray(0, -4);
  await assert.rejects(decompress(gzipped(cut), 100), { code: "SerializationException" });
  await assert.rejects(decompress(gzipped(Buffer.from("x"), "br"), 100), {
    code: "SerializationException",
    status: 415,
  });
});
