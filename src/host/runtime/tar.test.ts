import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { tarArchive } from "./tar.ts";

test("tar reads what is written", () => {
  const archive = tarArchive([
    { path: "bin", directory: true, mode: 0o755 },
    { path: "bin/tool", data: Buffer.alloc(1000, "x"), mode: 0o750 },
    { path: "bin/alias", linkTo: "tool" },
    { path: "empty", data: new Uint8Array(0), mode: 0o644 },
  ]);
  assert.equal(archive.length % 512, 0);
  const listing = execFileSync("tar", ["-tvf", "-", "--numeric-owner"], { input: archive, encoding: "utf8" });
  const words = listing
    .trim()
    .split("\n")
    .map((line) => line.replace(/\s+/g, " "));
  assert.match(words[0]!, /^drwxr-xr-x 0\/0 0 .* bin\/$/);
  assert.match(words[1]!, /^-rwxr-x--- 0\/0 1000 .* bin\/tool$/);
  assert.match(words[2]!, /^lrwxrwxrwx .* bin\/alias -> tool$/);
  assert.match(words[3]!, /^-rw-r--r-- 0\/0 0 .* empty$/);
  assert.throws(() => tarArchive([{ path: "x".repeat(101), linkTo: "y" }]), RangeError);
});
