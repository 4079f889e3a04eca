import type { CollectResult } from "#kernel/blob-store.ts";
import type { Blobs } from "./blobs.ts";

/**
 * Garbage collection without locks, while others push, in this process or another one.
 *
 * Who is about to record a reference to a blob touches it first, and records the reference within the grace period.
 * A blob goes in two steps, in runs that lie a grace period apart:
 *
 * 1. One that has not been touched for the grace period, and that no record refers to, is renamed into `aside/`.
 * 2. One that has lain there for the grace period, and that no record refers to, is removed.
 *
 * Touching, or reading, brings a blob back from `aside/`. That is a rename, and step 2 an unlink, of the same name: one
 * of them wins, and who comes second is told that there is no such blob, and uploads it.
 *
 * Step 1 may be too late to see a touch, or a record. Then the record is there when step 2 is about to be taken: the
 * touch was before step 1, so the record is at most a grace period younger than that, and step 2 reads the records only
 * after a grace period has passed. A record that is there brings the blob back.
 */
export async function collectBlobs(
  blobs: Blobs,
  cutoff: number,
  referenced: () => AsyncIterable<string> | Iterable<string>,
): Promise<Omit<CollectResult, "removedUploads">> {
  const unused = await toSet(blobs.olderThan(cutoff, "blobs"));
  const forgotten = await toSet(blobs.olderThan(cutoff, "aside"));
  // All that lies aside, so that what came there by mistake does not wait for a reader.
  const aside = await toSet(blobs.olderThan(Number.POSITIVE_INFINITY, "aside"));
  let restored = 0;
  for await (const digest of referenced()) {
    unused.delete(digest);
    forgotten.delete(digest);
    if (aside.delete(digest) && (await blobs.restore(digest))) restored++;
  }
  let removedBytes = 0;
  for (const digest of forgotten) removedBytes += await blobs.removeAside(digest);
  let setAside = 0;
  for (const digest of unused) if (await blobs.setAside(digest)) setAside++;
  return { setAside, restored, removedBlobs: forgotten.size, removedBytes };
}

async function toSet(items: AsyncIterable<string>): Promise<Set<string>> {
  const set = new Set<string>();
  for await (const item of items) set.add(item);
  return set;
}
