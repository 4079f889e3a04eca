import { mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { digestAlgorithm } from "#kernel/blob-store.ts";
import { invariant } from "#kernel/fault.ts";

/**
 * Where what lies under the folder of the blob store:
 *
 *     blobs/sha256/3f/3f9a...     blobs; their time of change is when somebody last asked to keep them
 *     aside/sha256-3f9a...        blobs that nothing referred to; their time of change is when they were put there
 *     uploads/<id>/owner, data    uploads; the time of change of `data` is when something was last added
 */
export interface Layout {
  readonly uploads: string;
  readonly aside: string;
  readonly blobs: string;
  blob(digest: string): string;
  asideOf(digest: string): string;
  upload(uploadId: string): string;
}

export function layoutOf(dir: string): Layout {
  const [blobs, aside, uploads] = [join(dir, "blobs"), join(dir, "aside"), join(dir, "uploads")];
  return {
    blobs,
    aside,
    uploads,
    blob(digest) {
      const [algorithm, hex] = parts(digest);
      return join(blobs, algorithm, hex.slice(0, 2), hex);
    },
    asideOf: (digest) => join(aside, parts(digest).join("-")),
    upload(uploadId) {
      invariant(isUploadId(uploadId), "an upload's id is checked before it becomes a path");
      return join(uploads, uploadId);
    },
  };
}

/** Whatever else a client sends as an upload's id never reaches the file system. */
export function isUploadId(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

function parts(digest: string): [string, string] {
  invariant(digestAlgorithm(digest) !== undefined, "a digest is checked before it becomes a path");
  const colon = digest.indexOf(":");
  return [digest.slice(0, colon), digest.slice(colon + 1)];
}

/** Makes a folder and those above it; their names are durable when it resolves. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let at = path; at.length >= first.length; at = dirname(at)) await syncFolder(dirname(at));
}

export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
