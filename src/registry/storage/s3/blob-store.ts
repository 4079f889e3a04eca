import { createHash } from "node:crypto";
import type { BlobStore } from "#kernel/blob-store.ts";
import type { Random } from "#kernel/random.ts";
import { type BlobStoreLimits, blobStoreLimits } from "../limits.ts";
import { Blobs } from "./blobs.ts";
import { bodyOf, S3Client } from "./client.ts";
import { collectBlobs } from "./collect.ts";
import type { S3RequestsOptions } from "./requests.ts";
import { expireUploads } from "./upload-state.ts";
import { Uploads } from "./uploads.ts";

export interface S3BlobStoreOptions extends S3RequestsOptions, BlobStoreLimits {
  readonly random: Random;
}

export interface S3BlobStore extends BlobStore {
  /** Rejects when the bucket cannot be read with these credentials, or does not answer. */
  check(): Promise<void>;
  close(): void;
}

/** Blobs in a bucket of S3 or of what speaks as it does, for any number of machines; see `keys.ts` and `collect.ts`. */
export function createS3BlobStore(options: S3BlobStoreOptions): S3BlobStore {
  const { random } = options;
  const { graceSeconds, uploadExpirySeconds, maxBlobBytes } = blobStoreLimits(options);
  const client = new S3Client(options);
  const blobs = new Blobs(client, random);
  const uploads = new Uploads({ client, blobs, random, maxBlobBytes });
  return {
    stat: (digest) => blobs.stat(digest),
    touch: (digest) => blobs.touch(digest),
    read: (digest, range) => blobs.read(digest, range),
    readWhole: (digest, limitBytes) => blobs.readWhole(digest, limitBytes),
    async put(content, algorithm = "sha256") {
      const digest = `${algorithm}:${createHash(algorithm).update(content).digest("hex")}`;
      if ((await blobs.touch(digest)) === undefined) await blobs.put(digest, bodyOf(content));
      return { digest, sizeBytes: content.length };
    },
    startUpload: (owner) => uploads.start(owner),
    uploadedBytes: (owner, uploadId) => uploads.size(owner, uploadId),
    appendUpload: (owner, uploadId, chunk) => uploads.append(owner, uploadId, chunk),
    finishUpload: (owner, uploadId, digest) => uploads.finish(owner, uploadId, digest),
    cancelUpload: (owner, uploadId) => uploads.cancel(owner, uploadId),
    async collect(referenced) {
      const now = await client.time();
      const collected = await collectBlobs({ client, blobs, random }, now - graceSeconds * 1000, referenced);
      return { ...collected, removedUploads: await expireUploads(client, now - uploadExpirySeconds * 1000) };
    },
    check: async () => void (await client.time()),
    close: () => client.close(),
  };
}
