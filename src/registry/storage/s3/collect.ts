import type { CollectResult } from "#kernel/blob-store.ts";
import type { Random } from "#kernel/random.ts";
import { uuid } from "#kernel/random.ts";
import { type BlobState, type Blobs, type Copy, liveCopy, stateOf } from "./blobs.ts";
import type { S3Client, S3Entry } from "./client.ts";
import { blobsPrefix, dataKey, parseBlobKey } from "./keys.ts";
import { copyContent } from "./part-writer.ts";

/**
 * Garbage collection without locks, on several machines at once, while others push. It needs of the storage that
 * whoever reads or lists after a write has been answered sees it, as S3 and its kin promise; clocks are not compared,
 * since all times are the storage's own.
 *
 * Who is about to record a reference to a blob touches it first, counts only on a copy that has not been set aside, and
 * records the reference within the grace period. A copy goes in two steps, in runs that lie a grace period apart:
 *
 * 1. Of a blob that has not been touched for the grace period, and that no record refers to, all copies are set aside;
 *    of any other, those that are older than another one. What was set aside is never taken back.
 * 2. A copy that was set aside a grace period ago is removed, unless it is the last one of a blob that some record
 *    refers to: of that, another copy is made first.
 *
 * Touching writes and then looks; step 1 sets aside and then looks. Whichever comes second sees the other: who touches
 * finds no copy to count on and uploads one, or step 1 sees the touch and makes another copy at once. When the process
 * dies before it does, step 2 does: by then the record is there, since the touch was before step 1.
 */
export async function collectBlobs(
  { client, blobs, random }: { readonly client: S3Client; readonly blobs: Blobs; readonly random: Random },
  cutoff: number,
  referenced: () => AsyncIterable<string> | Iterable<string>,
): Promise<Omit<CollectResult, "removedUploads">> {
  const old = new Map<string, BlobState>();
  for await (const state of statesOf(client)) if (isOld(state, cutoff)) old.set(state.digest, state);
  const used = new Set<string>();
  for await (const digest of referenced()) if (old.has(digest)) used.add(digest);
  const result = { setAside: 0, restored: 0, removedBlobs: 0, removedBytes: 0 };
  const rescue = async (state: BlobState) => {
    if (await makeCopy({ client, blobs, random }, state)) result.restored++;
  };
  for (const state of old.values()) {
    if (used.has(state.digest) && liveCopy(state) === undefined) await rescue(await blobs.state(state.digest));
    for (const copy of state.copies.filter((each) => wasSetAsideBefore(each, cutoff))) {
      // Another machine may have set aside what was the other copy.
      const now = await blobs.state(state.digest);
      if (used.has(state.digest) && liveCopy(now) === undefined) await rescue(now);
      await blobs.remove(state.digest, copy);
      result.removedBlobs++;
      result.removedBytes += copy.sizeBytes;
    }
    const going = goingCopies(state, used.has(state.digest), cutoff);
    for (const copy of going) await blobs.setAside(state.digest, copy);
    if (going.length > 0) result.setAside++;
    if (going.length > 0 && !used.has(state.digest)) {
      const now = await blobs.state(state.digest);
      if (now.touchedAt >= cutoff && liveCopy(now) === undefined) await rescue(now);
    }
    if (state.copies.length === 0) await blobs.forgetTouch(state.digest);
  }
  return result;
}

/** What there is of each blob, in the order of their keys. */
async function* statesOf(client: S3Client): AsyncGenerator<BlobState> {
  let digest: string | undefined;
  let entries: S3Entry[] = [];
  for await (const entry of client.list(blobsPrefix)) {
    const parsed = parseBlobKey(entry.key);
    if (parsed === undefined) continue;
    if (parsed.digest !== digest) {
      if (digest !== undefined) yield stateOf(digest, entries);
      digest = parsed.digest;
      entries = [];
    }
    entries.push(entry);
  }
  if (digest !== undefined) yield stateOf(digest, entries);
}

/** Whether there may be something to do: what is in use and has one copy is passed over as soon as it can be. */
function isOld(state: BlobState, cutoff: number): boolean {
  if (state.copies.length === 0) return state.touchedAt < cutoff;
  return state.copies.some(({ asideAt }) => asideAt !== undefined) || goingCopies(state, false, cutoff).length > 0;
}

function wasSetAsideBefore({ asideAt }: Copy, cutoff: number): boolean {
  return asideAt !== undefined && asideAt < cutoff;
}

/** The copies that are to be set aside. */
function goingCopies({ copies, touchedAt }: BlobState, isUsed: boolean, cutoff: number): readonly Copy[] {
  const live = copies.filter(({ asideAt }) => asideAt === undefined);
  const surplus = live.slice(1).filter(({ madeAt }) => madeAt < cutoff);
  const unused = !isUsed && touchedAt < cutoff && live.every(({ madeAt }) => madeAt < cutoff);
  return unused ? live : surplus;
}

/** Makes another copy of a blob, from one that was set aside. False when there is none any more. */
async function makeCopy(
  { client, blobs, random }: { readonly client: S3Client; readonly blobs: Blobs; readonly random: Random },
  { digest, copies }: BlobState,
): Promise<boolean> {
  const [source] = copies;
  if (source === undefined) return false;
  const copy = { id: uuid(random), sizeBytes: source.sizeBytes };
  await copyContent(client, await blobs.read(digest), dataKey(copy.id));
  await blobs.place(digest, copy);
  return true;
}
