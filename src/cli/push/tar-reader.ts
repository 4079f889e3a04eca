/** A file or a link of an archive. `content` is to be read, to its end, before the next entry is asked for. */
export interface ArchiveEntry {
  /** `manifest.json`, `blobs/sha256/3f9a...`: without a leading `./`. */
  readonly path: string;
  readonly sizeBytes: number;
  /** For links: the path of what is meant, as it stands in the archive. */
  readonly linkTo?: { readonly path: string; readonly symbolic: boolean };
  readonly content: AsyncGenerator<Uint8Array>;
}

const blockBytes = 512;
/** Names and attributes that do not fit a header are small; anything larger is no archive that an engine makes. */
const maxExtensionBytes = 2 ** 20;

/** The archive is not one, or it has been cut off. */
export class ArchiveError extends Error {
  override readonly name = "ArchiveError";
}

/**
 * Reads a tar archive (POSIX ustar and pax, and GNU's long names) while it comes; folders are left out. Throws an
 * `ArchiveError` when it breaks off.
 */
export async function* readArchive(source: AsyncIterable<Uint8Array>): AsyncGenerator<ArchiveEntry> {
  const reader = new BlockReader(source);
  let extension: Extension = {};
  try {
    for (;;) {
      const block = await reader.take(blockBytes);
      if (block === undefined || block.every((byte) => byte === 0)) return;
      const header = { ...parseHeader(block), ...extension };
      if (extensionTypes.has(header.type)) {
        const bytes = await reader.whole(header.sizeBytes, maxExtensionBytes);
        extension = { ...extension, ...parseExtension(header.type, bytes) };
        continue;
      }
      extension = {};
      const content = reader.content(header.sizeBytes);
      if (header.type !== "5") yield toEntry(header, content);
      // What the caller left of it.
      for await (const _ of content);
      await reader.skip(padding(header.sizeBytes));
    }
  } finally {
    await reader.close();
  }
}

interface Header {
  readonly path: string;
  readonly linkPath: string;
  readonly sizeBytes: number;
  /** `0` a file, `1` a link, `2` a symbolic one, `5` a folder, `x` and `g` pax attributes, `L` and `K` GNU's names. */
  readonly type: string;
}

type Extension = Partial<Pick<Header, "path" | "linkPath" | "sizeBytes">>;

const extensionTypes = new Set(["x", "g", "L", "K"]);

function toEntry({ path, linkPath, sizeBytes, type }: Header, content: AsyncGenerator<Uint8Array>): ArchiveEntry {
  const linkTo = { path: withoutDot(linkPath), symbolic: type === "2" };
  return { path: withoutDot(path), sizeBytes, content, ...((type === "1" || type === "2") && { linkTo }) };
}

function parseHeader(block: Buffer): Header {
  const sum = block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  if (sum !== numberAt(block, 148, 8)) throw new ArchiveError("The image's archive is damaged.");
  const isUstar = block.toString("latin1", 257, 263) === "ustar\0";
  const prefix = isUstar ? textAt(block, 345, 155) : "";
  const path = textAt(block, 0, 100);
  const type = block.toString("latin1", 156, 157);
  return {
    path: prefix === "" ? path : `${prefix}/${path}`,
    linkPath: textAt(block, 157, 100),
    sizeBytes: type === "1" || type === "2" ? 0 : numberAt(block, 124, 12),
    type: type === "\0" ? "0" : type,
  };
}

function parseExtension(type: string, bytes: Buffer): Extension {
  if (type === "g") return {};
  if (type === "L") return { path: textAt(bytes, 0, bytes.length) };
  if (type === "K") return { linkPath: textAt(bytes, 0, bytes.length) };
  const attributes = paxAttributes(bytes);
  const [path, linkPath, size] = [attributes.get("path"), attributes.get("linkpath"), attributes.get("size")];
  return {
    ...(path !== undefined && { path }),
    ...(linkPath !== undefined && { linkPath }),
    ...(size !== undefined && { sizeBytes: Number(size) }),
  };
}

/** `LENGTH NAME=VALUE\n` as often as there are attributes; the length counts all of it. */
function paxAttributes(bytes: Buffer): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const blank = bytes.indexOf(" ", at);
    const length = Number(bytes.toString("latin1", at, blank));
    if (blank < 0 || !(length > 0)) throw new ArchiveError("The image's archive is damaged.");
    const text = bytes.toString("utf8", blank + 1, at + length - 1);
    const equals = text.indexOf("=");
    attributes.set(text.slice(0, equals), text.slice(equals + 1));
    at += length;
  }
  return attributes;
}

/** Octal digits, or for what has more than those can say, a big-endian number after a set first bit. */
function numberAt(block: Buffer, offset: number, width: number): number {
  if ((block[offset]! & 0x80) !== 0) return Number(block.readBigUInt64BE(offset + width - 8));
  return Number.parseInt(textAt(block, offset, width).trim() || "0", 8);
}

function textAt(block: Buffer, offset: number, width: number): string {
  const end = block.indexOf(0, offset);
  return block.toString("utf8", offset, end < 0 || end > offset + width ? offset + width : end);
}

function withoutDot(path: string): string {
  return path.replace(/^(\.\/)+/, "");
}

function padding(sizeBytes: number): number {
  return (blockBytes - (sizeBytes % blockBytes)) % blockBytes;
}

/** Cuts what comes in pieces of any size into what is asked for. */
class BlockReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Exactly so many bytes; undefined at the end. */
  async take(bytes: number): Promise<Buffer | undefined> {
    const pieces: Buffer[] = [];
    let missing = bytes;
    while (missing > 0) {
      const piece = await this.#next(missing);
      if (piece === undefined && missing === bytes) return undefined;
      if (piece === undefined) throw brokenOff();
      pieces.push(piece);
      missing -= piece.length;
    }
    return Buffer.concat(pieces);
  }

  async whole(bytes: number, limitBytes: number): Promise<Buffer> {
    if (bytes > limitBytes) throw new ArchiveError("The image's archive is damaged.");
    const content = await this.take(bytes);
    await this.skip(padding(bytes));
    return content ?? Buffer.alloc(0);
  }

  async *content(bytes: number): AsyncGenerator<Uint8Array> {
    for (let missing = bytes; missing > 0; ) {
      const piece = await this.#next(missing);
      if (piece === undefined) throw brokenOff();
      missing -= piece.length;
      yield piece;
    }
  }

  async skip(bytes: number): Promise<void> {
    for await (const _ of this.content(bytes));
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }

  /** At most so many bytes. */
  async #next(most: number): Promise<Buffer | undefined> {
    while (this.#rest.length === 0) {
      const { value, done } = await this.#source.next();
      if (done) return undefined;
      this.#rest = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    }
    const piece = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }
}

function brokenOff(): ArchiveError {
  return new ArchiveError("The image's archive broke off.");
}
