import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import { systemRandom } from "#kernel/random.ts";
import { createBlobStore } from "./blob-store.ts";

const skip = process.getuid?.() === 0 ? false : "needs root, to mount a small file system";

test("a full disk is told in words, nothing is left, and smaller blobs go on", { skip }, async () => {
  const dir = await mkdtemp(join(tmpdir(), "estiva-full-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", dir]);
  try {
    const store = createBlobStore({ dir, clock: systemClock(), random: systemRandom() });
    const uploadId = await store.startUpload("r");
    async function* content(pieces: number): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < pieces; i++) yield Buffer.alloc(100_000, i);
    }
    await assert.rejects(store.appendUpload("r", uploadId, { content: content(40) }), (error: unknown) => {
      assert.ok(error instanceof DriverError);
      assert.deepEqual([error.reason, error.retryable], ["NoSpace", true]);
      assert.match(error.message, /No space left/);
      return true;
    });
    assert.deepEqual(await readdir(join(dir, "uploads")), []);
    const next = await store.startUpload("r");
    await store.appendUpload("r", next, { content: content(5) });
    const whole = Buffer.concat(Array.from({ length: 5 }, (_, i) => Buffer.alloc(100_000, i)));
    const digest = `sha256:${createHash("sha256").update(whole).digest("hex")}`;
    assert.equal((await store.finishUpload("r", next, digest)).sizeBytes, 500_000);
    await assert.rejects(store.put(Buffer.alloc(3_000_000)), /No space left/);
    assert.deepEqual(await readdir(join(dir, "uploads")), []);
  } finally {
    execFileSync("umount", [dir]);
    await rm(dir, { recursive: true });
  }
});
