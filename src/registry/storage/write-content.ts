import type { Hash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { DriverError } from "#kernel/fault.ts";
import { attempt } from "./attempt.ts";
import type { BufferPool } from "./buffer-pool.ts";

/** The disk is set to work this often, so that the last sync, for which the client waits, has little left to do. */
const syncBytes = 32 * 2 ** 20;

export interface ContentTarget {
  readonly handle: FileHandle;
  readonly hash: Hash;
  readonly pool: BufferPool;
  /** Where the next byte goes. Moves on with what has been written, also when this fails. */
  position: number;
  readonly limitBytes: number;
}

/**
 * Writes content while it comes, one batch on its way to the disk while the next one is collected: that bounds the
 * memory, and a slow disk slows the sender down. Every byte written has been hashed, and every byte hashed is written
 * unless this rejects with another reason than `Aborted` (the content broke off).
 */
export async function writeContent(target: ContentTarget, content: AsyncIterable<Uint8Array>): Promise<void> {
  const writer = new BatchWriter(target);
  let broken: unknown;
  try {
    for await (const piece of content) await writer.add(piece);
  } catch (error) {
    if (error instanceof DriverError) {
      await writer.settle();
      throw error;
    }
    broken = error;
  }
  await writer.end();
  if (broken !== undefined) throw new DriverError("Aborted", "The upload broke off.", { cause: broken });
}

class BatchWriter {
  readonly #target: ContentTarget;
  // Two buffers used by turns: pieces are copied, so that the socket's own, which come by the thousand, die young.
  #filling: Buffer;
  #other: Buffer;
  #filled = 0;
  #taken: number;
  #unsynced = 0;
  #writing: Promise<void> = Promise.resolve();
  #syncing: Promise<void> | undefined;

  constructor(target: ContentTarget) {
    this.#target = target;
    this.#taken = target.position;
    [this.#filling, this.#other] = [target.pool.take(), target.pool.take()];
  }

  async add(piece: Uint8Array): Promise<void> {
    this.#taken += piece.length;
    if (this.#taken > this.#target.limitBytes) {
      throw new DriverError("TooLarge", `A blob may have at most ${this.#target.limitBytes} bytes.`);
    }
    this.#target.hash.update(piece);
    for (let from = 0; from < piece.length; ) {
      const part = piece.subarray(from, from + this.#filling.length - this.#filled);
      this.#filling.set(part, this.#filled);
      this.#filled += part.length;
      from += part.length;
      if (this.#filled === this.#filling.length) await this.#flush();
    }
  }

  async end(): Promise<void> {
    await this.#flush();
    await this.#writing;
    await this.#syncing;
    this.#target.pool.give(this.#filling, this.#other);
  }

  /** Waits for what is on its way, whatever becomes of it: the file may then be closed. */
  async settle(): Promise<void> {
    await Promise.allSettled([this.#writing, this.#syncing]);
  }

  async #flush(): Promise<void> {
    await this.#writing;
    if (this.#filled === 0) return;
    const batch = this.#filling.subarray(0, this.#filled);
    [this.#filling, this.#other] = [this.#other, this.#filling];
    this.#filled = 0;
    this.#writing = attempt(() => this.#write(batch));
    // Whoever waits for it hears of the failure; until then it is not unhandled.
    this.#writing.catch(() => {});
  }

  async #write(batch: Buffer): Promise<void> {
    const { handle } = this.#target;
    // The system cuts a write short when the disk is about to be full; the next one then says so.
    for (let done = 0; done < batch.length; ) {
      const { bytesWritten } = await handle.write(batch, done, batch.length - done, this.#target.position);
      done += bytesWritten;
      this.#target.position += bytesWritten;
    }
    this.#unsynced += batch.length;
    if (this.#unsynced < syncBytes) return;
    this.#unsynced = 0;
    await this.#syncing;
    this.#syncing = attempt(() => handle.datasync());
    this.#syncing.catch(() => {});
  }
}
