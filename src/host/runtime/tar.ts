/** A file of an archive. Owner and time are left at zero, so that equal contents make equal archives. */
export type TarEntry =
  | { readonly path: string; readonly data: Uint8Array; readonly mode: number }
  | { readonly path: string; readonly directory: true; readonly mode: number }
  | { readonly path: string; readonly linkTo: string };

const blockBytes = 512;

/** A tar archive (POSIX ustar). Paths are relative, at most 100 bytes long; folders come before what is in them. */
export function tarArchive(entries: readonly TarEntry[]): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (const entry of entries) {
    const data = "data" in entry ? entry.data : new Uint8Array(0);
    blocks.push(header(entry, data.length), data, new Uint8Array(padding(data.length)));
  }
  blocks.push(new Uint8Array(2 * blockBytes));
  return Buffer.concat(blocks);
}

function padding(length: number): number {
  return (blockBytes - (length % blockBytes)) % blockBytes;
}

function header(entry: TarEntry, size: number): Uint8Array {
  const block = Buffer.alloc(blockBytes);
  const path = "directory" in entry ? `${entry.path}/` : entry.path;
  if (Buffer.byteLength(path) > 100) throw new RangeError(`Too long for a tar header: ${path}`);
  const octal = (value: number, offset: number, width: number) =>
    block.write(`${value.toString(8).padStart(width - 1, "0")}\0`, offset, "latin1");
  block.write(path, 0);
  octal("mode" in entry ? entry.mode : 0o777, 100, 8);
  octal(0, 108, 8); // uid
  octal(0, 116, 8); // gid
  octal(size, 124, 12);
  octal(0, 136, 12); // mtime
  block.write(typeFlag(entry), 156, "latin1");
  if ("linkTo" in entry) block.write(entry.linkTo, 157);
  block.write("ustar\x0000", 257, "latin1");
  block.fill(" ", 148, 156); // the checksum counts its own field as blanks
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}

function typeFlag(entry: TarEntry): string {
  if ("linkTo" in entry) return "2";
  return "directory" in entry ? "5" : "0";
}
