import { createHash, type Hash } from "node:crypto";
import { open, readdir, readFile, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BlobInfo, type DigestAlgorithm, digestAlgorithm, type UploadChunk } from "#kernel/blob-store.ts";
import type { Clock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import { type Random, uuid } from "#kernel/random.ts";
import { attempt, unlessAbsent } from "./attempt.ts";
import type { Blobs } from "./blobs.ts";
import type { BufferPool } from "./buffer-pool.ts";
import { isUploadId, type Layout, makeFolder } from "./layout.ts";
import { writeContent } from "./write-content.ts";

/** Uploads whose hash is kept between two chunks; that of any other is computed again from the disk. */
const maxKeptHashes = 1024;

export interface UploadsOptions {
  readonly layout: Layout;
  readonly blobs: Blobs;
  readonly pool: BufferPool;
  readonly clock: Clock;
  readonly random: Random;
  readonly maxBlobBytes: number;
}

/** How far an upload has been hashed. */
interface Progress {
  readonly hash: Hash;
  readonly sizeBytes: number;
}

/** Blobs on their way in. */
export class Uploads {
  readonly #options: UploadsOptions;
  readonly #progress = new Map<string, Progress>();
  /** Uploads that a call is at work on: one at a time. */
  readonly #busy = new Set<string>();

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  start(owner: string): Promise<string> {
    const { layout, random } = this.#options;
    const uploadId = uuid(random);
    return this.#alone(uploadId, () =>
      attempt(async () => {
        const folder = layout.upload(uploadId);
        await makeFolder(folder);
        await writeFile(join(folder, "data"), "", { mode: 0o600 });
        // Last: without it, the upload is not there.
        await writeFile(join(folder, "owner"), owner, { mode: 0o600 });
        await this.#stamp(uploadId);
        this.#keep(uploadId, { hash: createHash("sha256"), sizeBytes: 0 });
        return uploadId;
      }),
    );
  }

  async size(owner: string, uploadId: string): Promise<number> {
    await this.#check(owner, uploadId);
    return attempt(async () => (await stat(this.#data(uploadId))).size);
  }

  async append(owner: string, uploadId: string, chunk: UploadChunk): Promise<number> {
    await this.#check(owner, uploadId);
    return this.#alone(uploadId, async () => {
      const { hash, sizeBytes } = await this.#hashed(uploadId);
      if (chunk.offset !== undefined && chunk.offset !== sizeBytes) {
        this.#keep(uploadId, { hash, sizeBytes });
        throw new DriverError("OutOfOrder", `The upload has ${sizeBytes} bytes; the chunk begins at ${chunk.offset}.`);
      }
      const end = await this.#write(uploadId, hash, sizeBytes, chunk.content);
      if (chunk.sizeBytes !== undefined && end - sizeBytes !== chunk.sizeBytes) {
        throw new DriverError("Aborted", `The chunk has ${end - sizeBytes} bytes instead of ${chunk.sizeBytes}.`);
      }
      return end;
    });
  }

  async finish(owner: string, uploadId: string, digest: string): Promise<BlobInfo> {
    await this.#check(owner, uploadId);
    return this.#alone(uploadId, async () => {
      const { hash, sizeBytes } = await this.#hashed(uploadId);
      const algorithm = digestAlgorithm(digest)!;
      const actual = algorithm === "sha256" ? hash.copy() : await hashFile(this.#data(uploadId), algorithm);
      this.#keep(uploadId, { hash, sizeBytes });
      if (`${algorithm}:${actual.digest("hex")}` !== digest) {
        throw new DriverError("DigestMismatch", "The content has another digest than the one given.");
      }
      if ((await this.#options.blobs.touch(digest)) === undefined) {
        await attempt(() => syncFile(this.#data(uploadId)));
        await this.#options.blobs.place(this.#data(uploadId), digest);
      }
      await this.#remove(uploadId);
      return { digest, sizeBytes };
    });
  }

  async cancel(owner: string, uploadId: string): Promise<void> {
    await this.#check(owner, uploadId);
    await this.#alone(uploadId, () => this.#remove(uploadId));
  }

  /** A small blob in one go. */
  async put(content: Uint8Array, algorithm: DigestAlgorithm): Promise<BlobInfo> {
    const digest = `${algorithm}:${createHash(algorithm).update(content).digest("hex")}`;
    const present = await this.#options.blobs.touch(digest);
    if (present !== undefined) return present;
    const uploadId = uuid(this.#options.random);
    return this.#alone(uploadId, async () => {
      try {
        await attempt(async () => {
          await makeFolder(this.#options.layout.upload(uploadId));
          await writeFile(this.#data(uploadId), content, { mode: 0o600, flush: true });
        });
        await this.#options.blobs.place(this.#data(uploadId), digest);
      } finally {
        await this.#remove(uploadId);
      }
      return { digest, sizeBytes: content.length };
    });
  }

  /** Removes uploads to which nothing has been added since `before`. Resolves with their number. */
  async expire(before: number): Promise<number> {
    let removed = 0;
    for (const uploadId of await unlessAbsent(readdir(this.#options.layout.uploads), [])) {
      if (!isUploadId(uploadId) || this.#busy.has(uploadId)) continue;
      const data = await unlessAbsent(stat(this.#data(uploadId)), undefined);
      // Without data it is one that was being made, or removed, when the process ended.
      const info = data ?? (await unlessAbsent(stat(this.#options.layout.upload(uploadId)), undefined));
      if (info === undefined || info.mtimeMs >= before || this.#busy.has(uploadId)) continue;
      await this.#remove(uploadId);
      removed++;
    }
    return removed;
  }

  async #write(uploadId: string, hash: Hash, start: number, content: AsyncIterable<Uint8Array>): Promise<number> {
    const handle = await attempt(() => open(this.#data(uploadId), "r+"));
    const { maxBlobBytes, pool } = this.#options;
    const target = { handle, hash, pool, position: start, limitBytes: maxBlobBytes };
    try {
      await writeContent(target, content);
      this.#keep(uploadId, { hash, sizeBytes: target.position });
    } catch (error) {
      const reason = error instanceof DriverError ? error.reason : undefined;
      if (reason === "Aborted") this.#keep(uploadId, { hash, sizeBytes: target.position });
      // What cannot be completed is not left lying on the disk that it has filled.
      else await this.#remove(uploadId);
      throw error;
    } finally {
      await handle.close();
    }
    await this.#stamp(uploadId);
    return target.position;
  }

  /** Takes the upload's hash to work with it; the caller keeps it again when it still says what the file holds. */
  async #hashed(uploadId: string): Promise<Progress> {
    const kept = this.#progress.get(uploadId);
    this.#progress.delete(uploadId);
    if (kept !== undefined) {
      // Longer only when a write was cut short by an error: what was not counted was not acknowledged. Else the file is
      // left alone: to cut it to the length that it has would count as something that was added.
      await attempt(async () => {
        const { size } = await stat(this.#data(uploadId));
        if (size > kept.sizeBytes) await truncate(this.#data(uploadId), kept.sizeBytes);
      });
      return kept;
    }
    return attempt(async () => {
      const sizeBytes = (await stat(this.#data(uploadId))).size;
      return { hash: await hashFile(this.#data(uploadId), "sha256"), sizeBytes };
    });
  }

  #keep(uploadId: string, progress: Progress): void {
    this.#progress.set(uploadId, progress);
    if (this.#progress.size <= maxKeptHashes) return;
    for (const oldest of this.#progress.keys()) {
      this.#progress.delete(oldest);
      break;
    }
  }

  async #check(owner: string, uploadId: string): Promise<void> {
    const path = isUploadId(uploadId) ? join(this.#options.layout.upload(uploadId), "owner") : undefined;
    const found = path && (await attempt(() => unlessAbsent(readFile(path, "utf8"), undefined)));
    if (found !== owner) throw new DriverError("NotFound", "There is no such upload.");
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

  async #remove(uploadId: string): Promise<void> {
    this.#progress.delete(uploadId);
    await attempt(() => rm(this.#options.layout.upload(uploadId), { recursive: true, force: true }));
  }

  async #stamp(uploadId: string): Promise<void> {
    const seconds = this.#options.clock.now() / 1000;
    await attempt(() => utimes(this.#data(uploadId), seconds, seconds));
  }

  #data(uploadId: string): string {
    return join(this.#options.layout.upload(uploadId), "data");
  }
}

async function hashFile(path: string, algorithm: DigestAlgorithm): Promise<Hash> {
  const hash = createHash(algorithm);
  const handle = await open(path, "r");
  for await (const piece of handle.createReadStream({ highWaterMark: 256 * 1024 })) hash.update(piece as Buffer);
  return hash;
}

async function syncFile(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
