import type { BlobInfo } from "#kernel/blob-store.ts";
import { DriverError } from "#kernel/fault.ts";
import { type Random, uuid } from "#kernel/random.ts";
import { bodyOf, type S3Body, type S3Client, type S3Entry } from "./client.ts";
import { asideKey, blobPrefix, copyKey, dataKey, parseBlobKey, touchedKey } from "./keys.ts";

/** One copy of a blob. Times in milliseconds since the epoch, by the storage's clock. */
export interface Copy {
  readonly id: string;
  readonly sizeBytes: number;
  readonly madeAt: number;
  /** When it was set aside; see `collect.ts`. */
  readonly asideAt?: number;
}

/** What there is of a blob. */
export interface BlobState {
  readonly digest: string;
  /** The newest first. */
  readonly copies: readonly Copy[];
  readonly touchedAt: number;
}

const emptyBody = bodyOf(new Uint8Array(0));

/** Blobs in a bucket. */
export class Blobs {
  readonly #client: S3Client;
  readonly #random: Random;

  constructor(client: S3Client, random: Random) {
    this.#client = client;
    this.#random = random;
  }

  async stat(digest: string): Promise<BlobInfo | undefined> {
    return infoOf(digest, readableCopy(await this.state(digest)));
  }

  /** Undefined also when all copies have been set aside: then there has to be another one. */
  async touch(digest: string): Promise<BlobInfo | undefined> {
    // In this order: who sets a copy aside after the look sees the touch, and makes another copy.
    await this.#client.put(touchedKey(digest), emptyBody);
    return infoOf(digest, liveCopy(await this.state(digest)));
  }

  async read(
    digest: string,
    range?: { readonly start: number; readonly end: number },
  ): Promise<AsyncGenerator<Uint8Array>> {
    const copy = readableCopy(await this.state(digest));
    if (copy === undefined) throw unknownBlob(digest);
    return this.#content(digest, copy, range);
  }

  async readWhole(digest: string, limitBytes: number): Promise<Buffer> {
    const copy = readableCopy(await this.state(digest));
    if (copy === undefined) throw unknownBlob(digest);
    if (copy.sizeBytes > limitBytes) throw new DriverError("TooLarge", `${digest} has more than ${limitBytes} bytes.`);
    const pieces: Uint8Array[] = [];
    for await (const piece of this.#content(digest, copy)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  /** Makes an object under `data/`, whole by now, a copy of the blob. */
  async place(digest: string, copy: Pick<Copy, "id" | "sizeBytes">): Promise<void> {
    await this.#client.put(copyKey(digest, copy), emptyBody);
  }

  async put(digest: string, body: S3Body): Promise<void> {
    const copy = { id: uuid(this.#random), sizeBytes: body.sizeBytes };
    await this.#client.put(dataKey(copy.id), body);
    await this.place(digest, copy);
  }

  async state(digest: string): Promise<BlobState> {
    const entries: S3Entry[] = [];
    for await (const entry of this.#client.list(blobPrefix(digest))) entries.push(entry);
    return stateOf(digest, entries);
  }

  async setAside(digest: string, { id }: Copy): Promise<void> {
    await this.#client.put(asideKey(digest, id), emptyBody);
  }

  /** Removes a copy that was set aside. What says that it was goes last: until then nobody counts on the copy. */
  async remove(digest: string, copy: Copy): Promise<void> {
    await this.#client.delete(dataKey(copy.id));
    await this.#client.delete(copyKey(digest, copy));
    await this.#client.delete(asideKey(digest, copy.id));
  }

  async forgetTouch(digest: string): Promise<void> {
    await this.#client.delete(touchedKey(digest));
  }

  async *#content(
    digest: string,
    copy: Copy,
    range?: { readonly start: number; readonly end: number },
  ): AsyncGenerator<Uint8Array> {
    const { start, end } = { start: range?.start ?? 0, end: Math.min(range?.end ?? Infinity, copy.sizeBytes - 1) };
    let position = start;
    try {
      for await (const piece of this.#client.read(dataKey(copy.id), { start, end })) {
        position += piece.length;
        yield piece;
      }
    } catch (error) {
      if (!(error instanceof DriverError && error.reason === "NotFound")) throw error;
      // The copy went in the meantime: there may be another one, of the same bytes.
      const other = readableCopy(await this.state(digest));
      if (other === undefined || other.id === copy.id) throw unknownBlob(digest);
      yield* this.#content(digest, other, { start: position, end });
    }
  }
}

/** What the keys under a blob's prefix say of it. */
export function stateOf(digest: string, entries: readonly S3Entry[]): BlobState {
  const asides = new Map<string, number>();
  const found: Copy[] = [];
  let touchedAt = 0;
  for (const { key, modifiedAt } of entries) {
    const name = parseBlobKey(key)?.name ?? "";
    const [id = "", kind] = name.split(".");
    if (name === "touched") touchedAt = modifiedAt;
    else if (kind === "aside") asides.set(id, modifiedAt);
    else if (/^\d+$/.test(kind ?? "")) found.push({ id, sizeBytes: Number(kind), madeAt: modifiedAt });
  }
  const copies = found.map((copy) => {
    const asideAt = asides.get(copy.id);
    return asideAt === undefined ? copy : { ...copy, asideAt };
  });
  return { digest, touchedAt, copies: copies.sort((a, b) => b.madeAt - a.madeAt || (a.id < b.id ? 1 : -1)) };
}

/** The newest copy that can be counted on. */
export function liveCopy({ copies }: BlobState): Copy | undefined {
  return copies.find(({ asideAt }) => asideAt === undefined);
}

/** One that was set aside is there until it is removed. */
function readableCopy(state: BlobState): Copy | undefined {
  return liveCopy(state) ?? state.copies[0];
}

function infoOf(digest: string, copy: Copy | undefined): BlobInfo | undefined {
  return copy && { digest, sizeBytes: copy.sizeBytes };
}

function unknownBlob(digest: string): DriverError {
  return new DriverError("NotFound", `There is no blob ${digest}.`);
}
