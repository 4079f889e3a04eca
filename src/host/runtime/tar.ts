/** A file of an archive. Owner and time are left at zero, so that equal contents make equal archives. */
export type TarEntry =
  | { readonly path: string; readonly data: Uint8Array; readonly mode: number }
  | { readonly path: string; readonly directory: true; readonly mode: number }
  | { readonly path: string; readonly linkTo: string };

const blockBytes = 512;
const types = { file: "0", link: "2", folder: "5" } as const;

/** What the header of a file in an archive tells. */
export interface TarHeader {
  readonly path: string;
  readonly type: keyof typeof types;
  readonly mode: number;
  /** In bytes; of files. */
  readonly size?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Since the epoch, whole. */
  readonly mtimeSeconds?: number;
  readonly linkTo?: string;
}

/** A tar archive (POSIX ustar). Paths are relative; folders come before what is in them. */
export function tarArchive(entries: readonly TarEntry[]): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (const entry of entries) {
    const data = "data" in entry ? entry.data : new Uint8Array(0);
    blocks.push(tarHeader(headerOf(entry)), data, tarPadding(data.length));
  }
  blocks.push(tarEnd);
  return Buffer.concat(blocks);
}

function headerOf(entry: TarEntry): TarHeader {
  const { path } = entry;
  if ("linkTo" in entry) return { path, type: "link", mode: 0o777, linkTo: entry.linkTo };
  if ("directory" in entry) return { path, type: "folder", mode: entry.mode };
  return { path, type: "file", mode: entry.mode, size: entry.data.length };
}

/** What stands behind the last file. */
export const tarEnd: Uint8Array = new Uint8Array(2 * blockBytes);

/** What stands behind the contents of a file. */
export function tarPadding(size: number): Uint8Array {
  return new Uint8Array((blockBytes - (size % blockBytes)) % blockBytes);
}

/** Throws a `RangeError` for a path that has no place in it: names are 100 bytes long at most, folders' paths 155. */
export function tarHeader(header: TarHeader): Uint8Array {
  const { type, mode, size = 0, uid = 0, gid = 0, mtimeSeconds = 0, linkTo = "" } = header;
  const block = Buffer.alloc(blockBytes);
  const [prefix, name] = splitPath(type === "folder" ? `${header.path}/` : header.path);
  block.write(name, 0);
  writeNumber(block, mode, 100, 8);
  writeNumber(block, uid, 108, 8);
  writeNumber(block, gid, 116, 8);
  writeNumber(block, size, 124, 12);
  writeNumber(block, mtimeSeconds, 136, 12);
  block.write(types[type], 156, "latin1");
  block.write(linkTo, 157);
  block.write("ustar\x0000", 257, "latin1");
  block.write(prefix, 345);
  block.fill(" ", 148, 156); // the checksum counts its own field as blanks
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

/** In octal digits, and where those have no room as bytes, as GNU's tar has it: a file may have more than 8 GiB. */
function writeNumber(block: Buffer, value: number, offset: number, width: number): void {
  const octal = value.toString(8);
  if (octal.length < width) {
    block.write(`${octal.padStart(width - 1, "0")}\0`, offset, "latin1");
    return;
  }
  block.writeBigUInt64BE(BigInt(value), offset + width - 8);
  block[offset] = 0x80;
}

/** At the first slash behind which the rest has room for a name. */
function splitPath(path: string): readonly [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ["", path];
  for (let slash = path.indexOf("/"); slash > 0 && slash < path.length - 1; slash = path.indexOf("/", slash + 1)) {
    const [prefix, name] = [path.slice(0, slash), path.slice(slash + 1)];
    if (Buffer.byteLength(name) <= 100 && Buffer.byteLength(prefix) <= 155) return [prefix, name];
  }
  throw new RangeError(`Too long for a tar header: ${path}`);
}
