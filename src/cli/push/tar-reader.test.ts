import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ArchiveError, readArchive } from "./tar-reader.ts";

const folder = mkdtempSync(join(tmpdir(), "estiva-tar-"));
after(() => rmSync(folder, { recursive: true }));

const longName = `${"d".repeat(90)}/${"f".repeat(90)}`;
mkdirSync(join(folder, "in", "d".repeat(90)), { recursive: true });
writeFileSync(join(folder, "in/a"), "content of a");
writeFileSync(join(folder, "in/empty"), "");
writeFileSync(join(folder, "in/block"), Buffer.alloc(512, "b"));
writeFileSync(join(folder, "in", longName), "long");
symlinkSync("../in/a", join(folder, "in/symbolic"));
linkSync(join(folder, "in/a"), join(folder, "in/z-hard"));

const archiveOf = (format: string) =>
  execFileSync("tar", [`--format=${format}`, "--sort=name", "-C", join(folder, "in"), "-cf", "-", "."]);

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(source: AsyncIterable<Uint8Array>) {
  const found: Record<string, string> = {};
  for await (const { path, linkTo, content } of readArchive(source)) {
    let text = linkTo === undefined ? "" : `${linkTo.symbolic ? "symbolic" : "hard"} ${linkTo.path}`;
    for await (const piece of content) text += Buffer.from(piece).toString();
    found[path] = text;
  }
  return found;
}

const expected = {
  a: "content of a",
  block: "b".repeat(512),
  [longName]: "long",
  empty: "",
  symbolic: "symbolic ../in/a",
  "z-hard": "hard a",
};

for (const format of ["ustar", "pax", "gnu"]) {
  for (const size of [1, 511, 1 << 20]) {
    test(`an archive of the format ${format} in pieces of ${size} bytes`, async () => {
      assert.deepEqual(await read(inPieces(archiveOf(format), size)), expected);
    });
  }
}

test("entries that nobody reads are passed over", async () => {
  const paths: string[] = [];
  for await (const { path } of readArchive(inPieces(archiveOf("pax"), 700))) paths.push(path);
  assert.deepEqual(paths.sort(), Object.keys(expected).sort());
});

test("what breaks off, or is no archive, is refused; the source is let go of", async () => {
  const whole = archiveOf("gnu");
  // In the middle of a header, and of a file.
  for (const length of [700, 512 * 3 + 5]) {
    await assert.rejects(read(inPieces(whole.subarray(0, length), 100)), ArchiveError, String(length));
  }
  let ended = false;
  async function* junk(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Buffer.alloc(1000, "no archive");
    } finally {
      ended = true;
    }
  }
  await assert.rejects(read(junk()), ArchiveError);
  assert.ok(ended);
});
