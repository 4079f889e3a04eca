import { createHash, type Hash } from "node:crypto";
import { type BlobInfo, digestAlgorithm, type UploadChunk } from "#kernel/blob-store.ts";
import { DriverError } from "#kernel/fault.ts";
import { type Random, uuid } from "#kernel/random.ts";
import type { Blobs } from "./blobs.ts";
import { bodyOf, type S3Body, type S3Client } from "./client.ts";
import { asideKey, dataKey, isId, tailKey } from "./keys.ts";
import { completeObject, PartWriter, partBytes } from "./part-writer.ts";
import { readState, removeUpload, type UploadState, writeState } from "./upload-state.ts";

/** Uploads whose hash is kept between two chunks; what another process took is hashed again in the end. */
const maxKeptHashes = 1024;

export interface UploadsOptions {
  readonly client: S3Client;
  readonly blobs: Blobs;
  readonly random: Random;
  readonly maxBlobBytes: number;
}

/** Blobs on their way in. They may be sent to one machine and finished by another. */
export class Uploads {
  readonly #options: UploadsOptions;
  /** The hash of what an upload has, by the revision of its state. */
  readonly #hashes = new Map<string, Hash>();
  /** Uploads that a call is at work on: one at a time. */
  readonly #busy = new Set<string>();

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  async start(owner: string): Promise<string> {
    const { client, random } = this.#options;
    const uploadId = uuid(random);
    const state = { owner, revision: uuid(random), etags: [], partBytes, tailBytes: 0 };
    await writeState(client, uploadId, state);
    this.#keep(state.revision, createHash("sha256"));
    return uploadId;
  }

  async size(owner: string, uploadId: string): Promise<number> {
    return sizeOf(await this.#load(owner, uploadId));
  }

  append(owner: string, uploadId: string, chunk: UploadChunk): Promise<number> {
    return this.#alone(uploadId, async () => {
      const state = await this.#load(owner, uploadId);
      const sizeBytes = sizeOf(state);
      if (chunk.offset !== undefined && chunk.offset !== sizeBytes) {
        throw new DriverError("OutOfOrder", `The upload has ${sizeBytes} bytes; the chunk begins at ${chunk.offset}.`);
      }
      if (state.isWhole) throw new DriverError("Conflict", "The upload has been put together: it takes no more.");
      const end = await this.#write(uploadId, state, chunk.content);
      if (chunk.sizeBytes !== undefined && end - sizeBytes !== chunk.sizeBytes) {
        throw new DriverError("Aborted", `The chunk has ${end - sizeBytes} bytes instead of ${chunk.sizeBytes}.`);
      }
      return end;
    });
  }

  finish(owner: string, uploadId: string, digest: string): Promise<BlobInfo> {
    const { client, blobs } = this.#options;
    return this.#alone(uploadId, async () => {
      const state = await this.#load(owner, uploadId);
      const sizeBytes = sizeOf(state);
      const known = digestAlgorithm(digest) === "sha256" ? this.#hashes.get(state.revision) : undefined;
      if (known !== undefined) checkDigest(known.copy(), digest);
      const present = known && (await blobs.touch(digest));
      if (present === undefined) {
        await this.#putTogether(uploadId, state, digest);
        if (known === undefined) await this.#checkWhole(uploadId, state, digest);
        await blobs.place(digest, { id: uploadId, sizeBytes });
      }
      this.#hashes.delete(state.revision);
      await removeUpload(client, uploadId, state);
      return { digest, sizeBytes };
    });
  }

  async cancel(owner: string, uploadId: string): Promise<void> {
    await this.#alone(uploadId, async () => {
      const state = await this.#load(owner, uploadId);
      this.#hashes.delete(state.revision);
      await removeUpload(this.#options.client, uploadId, state);
    });
  }

  /** What comes is kept when the content breaks off; when the storage fails, the upload is what it was before. */
  async #write(uploadId: string, before: UploadState, content: AsyncIterable<Uint8Array>): Promise<number> {
    const { client, random } = this.#options;
    const hash = this.#hashes.get(before.revision);
    this.#hashes.delete(before.revision);
    const writer = new PartWriter(client, dataKey(uploadId), before);
    try {
      if (before.tailBytes > 0) await writer.add(await this.#tail(uploadId, before));
      const broken = await this.#take(uploadId, before, content, writer, hash);
      const { parts, tail } = await writer.end();
      const revision = uuid(random);
      const state = { ...before, ...parts, revision, tailBytes: tail?.sizeBytes ?? 0 };
      if (tail !== undefined) await client.put(tailKey(uploadId, revision), tail);
      await writeState(client, uploadId, state);
      if (before.tailBytes > 0) await client.delete(tailKey(uploadId, before.revision));
      if (hash !== undefined) this.#keep(revision, hash);
      if (broken !== undefined) throw new DriverError("Aborted", "The upload broke off.", { cause: broken });
      return sizeOf(state);
    } finally {
      await writer.close();
    }
  }

  /** Resolves with what broke the content off, if something did. */
  async #take(
    uploadId: string,
    before: UploadState,
    content: AsyncIterable<Uint8Array>,
    writer: PartWriter,
    hash: Hash | undefined,
  ): Promise<unknown> {
    const { client, maxBlobBytes } = this.#options;
    const pieces = content[Symbol.asyncIterator]();
    try {
      for (let taken = sizeOf(before); ; ) {
        let next: IteratorResult<Uint8Array>;
        try {
          next = await pieces.next();
        } catch (error) {
          return error;
        }
        if (next.done) return undefined;
        taken += next.value.length;
        if (taken > maxBlobBytes) {
          const { parts } = await writer.end();
          await removeUpload(client, uploadId, { ...before, ...parts });
          throw new DriverError("TooLarge", `A blob may have at most ${maxBlobBytes} bytes.`);
        }
        hash?.update(next.value);
        await writer.add(next.value);
      }
    } finally {
      await pieces.return?.();
    }
  }

  async #tail(uploadId: string, { revision, tailBytes }: UploadState): Promise<Buffer> {
    const bytes = await this.#options.client.get(tailKey(uploadId, revision));
    if (bytes?.length === tailBytes) return bytes;
    throw new DriverError("Failed", "The storage of images has lost a part of an upload.");
  }

  /** Makes the data of the upload an object. */
  async #putTogether(uploadId: string, state: UploadState, digest: string): Promise<void> {
    if (state.isWhole) return;
    const { client } = this.#options;
    const tail: S3Body | undefined = state.tailBytes > 0 ? bodyOf(await this.#tail(uploadId, state)) : undefined;
    if (await completeObject(client, dataKey(uploadId), state, tail)) return;
    // A process that died has done it. When that was so long ago that its copy is about to go, it cannot be counted on.
    const isGoing = (await client.size(asideKey(digest, uploadId))) !== undefined;
    if (!isGoing && (await client.size(dataKey(uploadId))) === sizeOf(state)) return;
    throw new DriverError("NotFound", "There is no such upload.");
  }

  /** Hashes what lies there: this process has not seen all of it, or another hash is asked for. */
  async #checkWhole(uploadId: string, state: UploadState, digest: string): Promise<void> {
    const { client } = this.#options;
    const hash = createHash(digestAlgorithm(digest)!);
    const range = { start: 0, end: sizeOf(state) - 1 };
    for await (const piece of client.read(dataKey(uploadId), range)) hash.update(piece);
    try {
      checkDigest(hash, digest);
    } catch (error) {
      // Another digest may be the right one: the upload stays, as what it has become.
      await writeState(client, uploadId, { ...state, isWhole: true });
      throw error;
    }
  }

  #keep(revision: string, hash: Hash): void {
    this.#hashes.set(revision, hash);
    if (this.#hashes.size <= maxKeptHashes) return;
    for (const oldest of this.#hashes.keys()) {
      this.#hashes.delete(oldest);
      break;
    }
  }

  async #load(owner: string, uploadId: string): Promise<UploadState> {
    const state = isId(uploadId) ? await readState(this.#options.client, uploadId) : undefined;
    // Parts of another size come of another version of the platform.
    if (state?.owner === owner && state.partBytes === partBytes) return state;
    throw new DriverError("NotFound", "There is no such upload.");
  }

  async #alone<T>(uploadId: string, work: () => Promise<T>): Promise<T> {
    if (this.#busy.has(uploadId)) throw new DriverError("Conflict", "The upload is being written to.");
    this.#busy.add(uploadId);
    try {
      return await work();
    } finally {
      this.#busy.delete(uploadId);
    }
  }
}

function checkDigest(hash: Hash, digest: string): void {
  if (`${digestAlgorithm(digest)}:${hash.digest("hex")}` === digest) return;
  throw new DriverError("DigestMismatch", "The content has another digest than the one given.");
}

function sizeOf({ etags, partBytes: each, tailBytes }: UploadState): number {
  return etags.length * each + tailBytes;
}
