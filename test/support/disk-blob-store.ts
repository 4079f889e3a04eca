import { mkdtempSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seededRandom } from "#kernel/random.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { createBlobStore } from "#registry/storage/blob-store.ts";
import type { BlobStoreFixture } from "../contracts/blob-store.ts";

const folders: string[] = [];

/** Removes all that was made. For the end of a test file. */
export async function closeDiskBlobStores(): Promise<void> {
  for (const folder of folders) await rm(folder, { recursive: true });
}

/** A blob store in a folder of its own. */
export async function makeDiskBlobStore(options: { readonly maxBlobBytes?: number } = {}): Promise<BlobStoreFixture> {
  const clock = new VirtualClock(Date.UTC(2030, 0, 1));
  const dir = mkdtempSync(join(tmpdir(), "estiva-blobs-"));
  const random = seededRandom(folders.push(dir));
  return {
    clock,
    open: () => createBlobStore({ dir, clock, random, graceSeconds: 60, ...options }),
    uploadsLeft: () => readdir(join(dir, "uploads")),
  };
}
