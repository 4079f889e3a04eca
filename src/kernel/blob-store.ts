/**
 * Content by digest, as registries keep it: layers, configurations and manifests. What a digest names never changes and
 * is whole from the moment that it can be seen. Repositories do not own blobs, they refer to them; what nothing refers
 * to is collected. The disk is the engine that there is (`registry/storage/`).
 *
 * Digests are `sha256:` and 64, or `sha512:` and 128 lower-case hexadecimal digits. Failures are `DriverError`s with
 * the reasons `NotFound` (no such blob or upload), `OutOfOrder` (a chunk that does not begin where the last one ended),
 * `Conflict` (another chunk of the upload is on its way), `DigestMismatch`, `TooLarge`, `Aborted` (the content broke
 * off; what came before counts), `NoSpace` and `Failed`.
 */
export interface BlobStore {
  /** The size of a blob, or undefined when there is none. */
  stat(digest: string): Promise<BlobInfo | undefined>;
  /**
   * As `stat`, and keeps the blob from being collected for the grace period: called before a reference to a blob is
   * recorded, so that it is there when the record is.
   */
  touch(digest: string): Promise<BlobInfo | undefined>;
  /**
   * The bytes from `start` to `end`, both included; all of them without. Rejects with `NotFound`. A piece is good only
   * until the next one is asked for: its memory is used again. To be iterated over once, or ended with `return`.
   */
  read(digest: string, range?: { readonly start: number; readonly end: number }): Promise<AsyncGenerator<Uint8Array>>;
  /** A small blob as a whole, of at most `limitBytes`. Rejects with `NotFound` or `TooLarge`. */
  readWhole(digest: string, limitBytes: number): Promise<Buffer>;
  /** Stores a small blob, durably. It is kept for the grace period. */
  put(content: Uint8Array, algorithm?: DigestAlgorithm): Promise<BlobInfo>;

  /**
   * Begins an upload. Only who names the same `owner` (a repository's id) gets at it, and it lasts until it is finished
   * or cancelled, or nothing has been added for the expiry time; also over a restart.
   */
  startUpload(owner: string): Promise<string>;
  /** How far an upload has come. Rejects with `NotFound`. */
  uploadedBytes(owner: string, uploadId: string): Promise<number>;
  /**
   * Adds a chunk, which must begin at `offset` when that is given. Resolves with the bytes that the upload then has.
   * Reads no faster than the disk writes. When the content breaks off, what has come is kept.
   */
  appendUpload(owner: string, uploadId: string, chunk: UploadChunk): Promise<number>;
  /** Makes an upload a blob: durable, and visible as a whole. With another digest the upload stays. */
  finishUpload(owner: string, uploadId: string, digest: string): Promise<BlobInfo>;
  /** Forgets an upload and what came of it. Rejects with `NotFound`. */
  cancelUpload(owner: string, uploadId: string): Promise<void>;

  /**
   * Takes blobs away that nothing refers to, and uploads that have been given up; safe while others push. `referenced`
   * is read after the candidates have been chosen: every digest that some record refers to, as often as it likes.
   */
  collect(referenced: () => AsyncIterable<string> | Iterable<string>): Promise<CollectResult>;
}

export type DigestAlgorithm = "sha256" | "sha512";

export interface BlobInfo {
  readonly digest: string;
  readonly sizeBytes: number;
}

export interface UploadChunk {
  readonly content: AsyncIterable<Uint8Array>;
  /** Where the chunk begins; without, at the end of what there is. */
  readonly offset?: number;
  /** How long it is said to be; shorter content has broken off. */
  readonly sizeBytes?: number;
}

export interface CollectResult {
  /** Put aside: removed in a later run, unless something asks for them. */
  readonly setAside: number;
  readonly restored: number;
  readonly removedBlobs: number;
  readonly removedBytes: number;
  readonly removedUploads: number;
}

const digestLengths: Readonly<Record<DigestAlgorithm, number>> = { sha256: 64, sha512: 128 };

/** The algorithm of a digest, or undefined when the text is no digest that the platform takes. */
export function digestAlgorithm(digest: string): DigestAlgorithm | undefined {
  const algorithm = digest.slice(0, 6) as DigestAlgorithm;
  const length = digestLengths[algorithm];
  if (length === undefined || digest.length !== length + 7) return undefined;
  return /^:[0-9a-f]+$/.test(digest.slice(6)) ? algorithm : undefined;
}
