import { digestAlgorithm } from "#kernel/blob-store.ts";
import { invariant } from "#kernel/fault.ts";

/**
 * Where what lies in the bucket, under the prefix of the settings. A blob has copies, as a rule one; each has an id of
 * its own, which is never used again:
 *
 *     data/<id>                            the bytes of a copy, or of an upload that is being finished
 *     blobs/sha256/3f/3f9a.../<id>.<size>  says that there is this copy; empty
 *     blobs/sha256/3f/3f9a.../<id>.aside   says that this copy will go, and cannot be counted on; empty
 *     blobs/sha256/3f/3f9a.../touched      its time is when somebody last asked to keep the blob; empty
 *     uploads/<id>/state                   how far an upload has come
 *     uploads/<id>/tail-<revision>         its last bytes, too few for a part
 */
export const dataPrefix = "data/";
export const blobsPrefix = "blobs/";
export const uploadsPrefix = "uploads/";

export function dataKey(id: string): string {
  return `${dataPrefix}${id}`;
}

/** Everything of a blob lies under this. */
export function blobPrefix(digest: string): string {
  invariant(digestAlgorithm(digest) !== undefined, "a digest is checked before it becomes a key");
  const [algorithm, hex] = digest.split(":") as [string, string];
  return `${blobsPrefix}${algorithm}/${hex.slice(0, 2)}/${hex}/`;
}

export function copyKey(
  digest: string,
  { id, sizeBytes }: { readonly id: string; readonly sizeBytes: number },
): string {
  return `${blobPrefix(digest)}${id}.${sizeBytes}`;
}

export function asideKey(digest: string, id: string): string {
  return `${blobPrefix(digest)}${id}.aside`;
}

export function touchedKey(digest: string): string {
  return `${blobPrefix(digest)}touched`;
}

/** What a key under `blobs/` says; undefined for what is not the platform's. */
export function parseBlobKey(key: string): { readonly digest: string; readonly name: string } | undefined {
  const [, algorithm, hex, name] = /^blobs\/(sha256|sha512)\/[0-9a-f]{2}\/([0-9a-f]+)\/([^/]+)$/.exec(key) ?? [];
  const digest = `${algorithm}:${hex}`;
  return name === undefined || digestAlgorithm(digest) === undefined ? undefined : { digest, name };
}

export function stateKey(uploadId: string): string {
  return `${uploadsPrefix}${uploadId}/state`;
}

export function tailKey(uploadId: string, revision: string): string {
  return `${uploadsPrefix}${uploadId}/tail-${revision}`;
}

/** Whatever else a client sends as an upload's id never becomes a key. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}
