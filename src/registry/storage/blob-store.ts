import type { BlobStore } from "#kernel/blob-store.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Random } from "#kernel/random.ts";
import { Blobs } from "./blobs.ts";
import { BufferPool } from "./buffer-pool.ts";
import { collectBlobs } from "./collect.ts";
import { layoutOf } from "./layout.ts";
import { type BlobStoreLimits, blobStoreLimits } from "./limits.ts";
import { Uploads } from "./uploads.ts";

export interface BlobStoreOptions extends BlobStoreLimits {
  /** The folder; made when it is not there. */
  readonly dir: string;
  readonly clock: Clock;
  readonly random: Random;
}

/** What is read at once. Measured: with less, the work around each piece costs more than the copying of the bytes. */
const readBytes = 512 * 1024;
/** What is written at once: fewer, longer writes than the pieces that a socket gives. */
const writeBytes = 256 * 1024;

/** Blobs on a disk; see `layout.ts` for the files, and `collect.ts` for how they go. */
export function createBlobStore(options: BlobStoreOptions): BlobStore {
  const { clock, random } = options;
  const { graceSeconds, uploadExpirySeconds, maxBlobBytes } = blobStoreLimits(options);
  const layout = layoutOf(options.dir);
  const blobs = new Blobs(layout, clock, new BufferPool(readBytes));
  const uploads = new Uploads({ layout, blobs, pool: new BufferPool(writeBytes), clock, random, maxBlobBytes });
  return {
    stat: (digest) => blobs.stat(digest),
    touch: (digest) => blobs.touch(digest),
    read: (digest, range) => blobs.read(digest, range),
    readWhole: (digest, limitBytes) => blobs.readWhole(digest, limitBytes),
    put: (content, algorithm = "sha256") => uploads.put(content, algorithm),
    startUpload: (owner) => uploads.start(owner),
    uploadedBytes: (owner, uploadId) => uploads.size(owner, uploadId),
    appendUpload: (owner, uploadId, chunk) => uploads.append(owner, uploadId, chunk),
    finishUpload: (owner, uploadId, digest) => uploads.finish(owner, uploadId, digest),
    cancelUpload: (owner, uploadId) => uploads.cancel(owner, uploadId),
    async collect(referenced) {
      const now = clock.now();
      const collected = await collectBlobs(blobs, now - graceSeconds * 1000, referenced);
      return { ...collected, removedUploads: await uploads.expire(now - uploadExpirySeconds * 1000) };
    },
  };
}
