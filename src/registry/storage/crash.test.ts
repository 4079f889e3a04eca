import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { systemClock } from "#kernel/clock.ts";
import { systemRandom } from "#kernel/random.ts";
import { TestProcess } from "../../../test/support/test-process.ts";
import { createBlobStore } from "./blob-store.ts";

/** The store is killed while it takes blobs: what it has acknowledged is there, and what is there is whole. */

const open = (dir: string) => createBlobStore({ dir, clock: systemClock(), random: systemRandom() });
const contentOf = (number: number) => Buffer.alloc(10_000 + ((number * 7919) % 400_000), `${number} `);
const digestOf = (content: Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

/** In the child: uploads without end, four at once, and tells of each that is durable, and of each chunk. */
async function uploadForever(dir: string): Promise<void> {
  const store = open(dir);
  let next = Number(process.env.BLOB_CRASH_TEST_FIRST);
  const worker = async () => {
    for (let number = next++; ; number = next++) {
      const content = contentOf(number);
      const uploadId = await store.startUpload("r");
      for (const [from, to] of [
        [0, 5000],
        [5000, content.length],
      ]) {
        async function* piece() {
          yield content.subarray(from, to);
        }
        const bytes = await store.appendUpload("r", uploadId, { content: piece(), offset: from! });
        process.stdout.write(`chunk ${uploadId} ${bytes}\n`);
      }
      await store.finishUpload("r", uploadId, digestOf(content));
      process.stdout.write(`blob ${number} ${uploadId}\n`);
    }
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
}

async function killAfter(dir: string, first: number, blobs: number) {
  const env = { ...process.env, BLOB_CRASH_TEST_DIR: dir, BLOB_CRASH_TEST_FIRST: String(first) };
  const writer = new TestProcess(process.execPath, [import.meta.filename], {
    ...{ env, stdio: ["ignore", "pipe", "inherit"] },
  });
  const stored: number[] = [];
  const chunks = new Map<string, number>();
  for await (const line of createInterface({ input: writer.child.stdout! })) {
    const [kind, id, rest] = line.split(" ") as [string, string, string];
    if (kind === "chunk") chunks.set(id, Number(rest));
    else chunks.delete(rest);
    if (kind === "blob" && stored.push(Number(id)) === blobs) writer.child.kill("SIGKILL");
  }
  await writer.ended();
  return { stored, chunks };
}

if (process.env.BLOB_CRASH_TEST_DIR !== undefined) {
  await uploadForever(process.env.BLOB_CRASH_TEST_DIR);
} else {
  test("a killed store loses nothing that it has acknowledged, and shows nothing by halves", async () => {
    const dir = await mkdtemp(join(tmpdir(), "estiva-blobs-"));
    try {
      for (const [round, blobs] of [1, 9, 30].entries()) {
        const { stored, chunks } = await killAfter(dir, round * 1000, blobs);
        const store = open(dir);
        for (const number of stored) {
          const content = contentOf(number);
          assert.deepEqual(await store.readWhole(digestOf(content), 2 ** 20), content);
        }
        for (const file of await readdir(join(dir, "blobs"), { recursive: true, withFileTypes: true })) {
          if (!file.isFile()) continue;
          const content = await store.readWhole(`sha256:${file.name}`, 2 ** 20);
          assert.equal(digestOf(content), `sha256:${file.name}`);
        }
        for (const [uploadId, bytes] of chunks) {
          // Finished, and killed before it could say so.
          const size = await store.uploadedBytes("r", uploadId).catch(() => undefined);
          if (size !== undefined) assert.ok(size >= bytes, `${size} of ${bytes} bytes are left`);
        }
      }
    } finally {
      await rm(dir, { recursive: true });
    }
  });
}
