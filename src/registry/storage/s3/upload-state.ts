import { DriverError } from "#kernel/fault.ts";
import { bodyOf, type S3Client } from "./client.ts";
import { blobsPrefix, dataKey, dataPrefix, isId, parseBlobKey, stateKey, tailKey, uploadsPrefix } from "./keys.ts";
import type { PartList } from "./part-writer.ts";

/** How far an upload has come: what is not in it has not been acknowledged. */
export interface UploadState extends PartList {
  readonly owner: string;
  /** Another one with each change; names the tail too. */
  readonly revision: string;
  /** Of each part but the tail. */
  readonly partBytes: number;
  readonly tailBytes: number;
  /** The data has been put together, and had another digest than the one that was given. */
  readonly isWhole?: boolean;
}

export async function readState(client: S3Client, uploadId: string): Promise<UploadState | undefined> {
  const bytes = await client.get(stateKey(uploadId));
  return bytes && (JSON.parse(bytes.toString("utf8")) as UploadState);
}

export async function writeState(client: S3Client, uploadId: string, state: UploadState): Promise<void> {
  await client.put(stateKey(uploadId), bodyOf(Buffer.from(JSON.stringify(state))));
}

/**
 * Forgets an upload. What has been put together stays: another machine may just have made it a blob's copy; if not, it
 * is swept up later. The state goes last: until then it is tried again.
 */
export async function removeUpload(
  client: S3Client,
  uploadId: string,
  { multipartId, revision, tailBytes }: UploadState,
): Promise<void> {
  if (multipartId !== undefined) await client.abortMultipart(dataKey(uploadId), multipartId);
  if (tailBytes > 0) await client.delete(tailKey(uploadId, revision));
  await client.delete(stateKey(uploadId));
}

/**
 * Removes uploads to which nothing has been added since `before`, and what processes that died have left: tails, parts,
 * and data that belongs to no blob. Resolves with the number of uploads.
 */
export async function expireUploads(client: S3Client, before: number): Promise<number> {
  const uploads = new Set<string>();
  let removed = 0;
  for await (const { key, modifiedAt } of client.list(uploadsPrefix)) {
    const [id = "", name] = key.slice(uploadsPrefix.length).split("/");
    if (!isId(id)) continue;
    uploads.add(id);
    if (modifiedAt >= before) continue;
    const state = name === "state" ? await readState(client, id) : undefined;
    if (state !== undefined) {
      await removeUpload(client, id, state);
      removed++;
    } else if (name !== "state" && (await isLeft(client, id, key))) await client.delete(key);
  }
  await removeParts(client, before, uploads);
  await sweepData(client, before, uploads);
  return removed;
}

/** Whether a tail is not the one of its upload, which may have had no other for long. */
async function isLeft(client: S3Client, id: string, key: string): Promise<boolean> {
  const state = await readState(client, id);
  return state === undefined || tailKey(id, state.revision) !== key;
}

async function removeParts(client: S3Client, before: number, uploads: ReadonlySet<string>): Promise<void> {
  try {
    for await (const { key, multipartId, startedAt } of client.listMultiparts(dataPrefix)) {
      const isLeft = startedAt < before && !uploads.has(key.slice(dataPrefix.length));
      if (isLeft) await client.abortMultipart(key, multipartId);
    }
  } catch (error) {
    // Not every storage lists them; it may have a rule that removes them.
    if (!(error instanceof DriverError) || !/NotImplemented/.test(error.message)) throw error;
  }
}

/**
 * Data of which no blob has a copy. The blobs are listed last: an upload that was there when the uploads were listed is
 * left alone, and of one that was gone by then, the copy has been recorded.
 */
async function sweepData(client: S3Client, before: number, uploads: ReadonlySet<string>): Promise<void> {
  const candidates = new Set<string>();
  for await (const { key, modifiedAt } of client.list(dataPrefix)) {
    const id = key.slice(dataPrefix.length);
    if (isId(id) && modifiedAt < before && !uploads.has(id)) candidates.add(id);
  }
  if (candidates.size === 0) return;
  for await (const { key } of client.list(blobsPrefix)) {
    const id = parseBlobKey(key)?.name.split(".")[0];
    if (id !== undefined) candidates.delete(id);
  }
  for (const id of candidates) await client.delete(dataKey(id));
}
