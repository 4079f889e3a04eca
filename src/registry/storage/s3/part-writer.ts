import { createHash, type Hash } from "node:crypto";
import { DriverError } from "#kernel/fault.ts";
import { bodyOf, type S3Body, type S3Client } from "./client.ts";
import { Slots } from "./slots.ts";

/** What is sent at once. S3 wants parts of at least 5 MiB, and takes 10,000: 78 GiB, more than a blob may have. */
export const partBytes = 8 * 2 ** 20;
/** So many parts are held in memory by all uploads together. */
const heldParts = 12;
const blockBytes = 256 * 1024;

const slots = new Slots(heldParts);

/** A multipart upload as far as it has come; without an id it has not been begun. */
export interface PartList {
  readonly multipartId?: string;
  readonly etags: readonly string[];
}

/**
 * Sends content in parts of `partBytes`, one on its way while the next one is collected: that bounds the memory, and a
 * slow storage slows the sender down. What is left at the end, less than a part, is the tail.
 */
export class PartWriter {
  readonly #client: S3Client;
  readonly #key: string;
  readonly #etags: string[];
  #multipartId: string | undefined;
  #filling: PartBuffer | undefined;
  #sending: Promise<void> = Promise.resolve();

  constructor(client: S3Client, key: string, from: PartList = { etags: [] }) {
    this.#client = client;
    this.#key = key;
    this.#multipartId = from.multipartId;
    this.#etags = [...from.etags];
  }

  async add(piece: Uint8Array): Promise<void> {
    for (let from = 0; from < piece.length; ) {
      this.#filling ??= new PartBuffer(await slots.take());
      from += this.#filling.add(piece.subarray(from));
      if (this.#filling.sizeBytes === partBytes) await this.#send();
    }
  }

  /** The parts that have been sent, and what is left. The writer is not used any more, but has to be closed. */
  async end(): Promise<{ readonly parts: PartList; readonly tail: S3Body | undefined }> {
    await this.#sending;
    const id = this.#multipartId;
    return { parts: { etags: this.#etags, ...(id && { multipartId: id }) }, tail: this.#filling?.body() };
  }

  /** Lets go of what is held, whatever has become of it. */
  async close(): Promise<void> {
    await Promise.allSettled([this.#sending]);
    this.#filling?.release();
    this.#filling = undefined;
  }

  async #send(): Promise<void> {
    await this.#sending;
    const part = this.#filling!;
    this.#filling = undefined;
    this.#sending = this.#sendPart(part);
    // Whoever waits for it hears of the failure; until then it is not unhandled.
    this.#sending.catch(() => {});
  }

  async #sendPart(part: PartBuffer): Promise<void> {
    try {
      this.#multipartId ??= await this.#client.createMultipart(this.#key);
      const number = this.#etags.length + 1;
      this.#etags.push(await this.#client.putPart(this.#key, this.#multipartId, number, part.body()));
    } finally {
      part.release();
    }
  }
}

/** One part that is being collected. Pieces are copied: whoever gave them may use their memory again. */
class PartBuffer {
  readonly #blocks: Buffer[] = [];
  readonly #hash: Hash = createHash("sha256");
  readonly #release: () => void;
  sizeBytes = 0;

  constructor(release: () => void) {
    this.#release = release;
  }

  /** Takes as much of the piece as there is room for; returns how much. */
  add(piece: Uint8Array): number {
    const used = this.sizeBytes % blockBytes;
    if (used === 0) this.#blocks.push(Buffer.allocUnsafeSlow(blockBytes));
    const part = piece.subarray(0, blockBytes - used);
    this.#blocks.at(-1)!.set(part, used);
    this.#hash.update(part);
    this.sizeBytes += part.length;
    return part.length;
  }

  body(): S3Body {
    const whole = Math.floor(this.sizeBytes / blockBytes);
    const rest = this.sizeBytes % blockBytes;
    const pieces = this.#blocks.map((block, i) => (i < whole ? block : block.subarray(0, rest)));
    return { pieces, sizeBytes: this.sizeBytes, sha256: this.#hash.copy().digest("hex") };
  }

  release(): void {
    this.#blocks.length = 0;
    this.#release();
  }
}

/** Makes an object of the parts that have been sent and a tail. False when there is no such multipart upload. */
export async function completeObject(
  client: S3Client,
  key: string,
  { multipartId, etags }: PartList,
  tail: S3Body | undefined,
): Promise<boolean> {
  if (multipartId === undefined) {
    await client.put(key, tail ?? bodyOf(new Uint8Array(0)));
    return true;
  }
  try {
    const last = tail && [await client.putPart(key, multipartId, etags.length + 1, tail)];
    await client.completeMultipart(key, multipartId, [...etags, ...(last ?? [])]);
    return true;
  } catch (error) {
    if (error instanceof DriverError && error.reason === "NotFound") return false;
    throw error;
  }
}

/** Makes an object of content of any length. */
export async function copyContent(client: S3Client, content: AsyncIterable<Uint8Array>, key: string): Promise<void> {
  const writer = new PartWriter(client, key);
  try {
    for await (const piece of content) await writer.add(piece);
    const { parts, tail } = await writer.end();
    await completeObject(client, key, parts, tail);
  } finally {
    await writer.close();
  }
}
