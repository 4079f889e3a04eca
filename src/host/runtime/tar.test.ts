import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { test } from "node:test";
import { tarArchive, tarHeader } from "./tar.ts";

test("tar reads what is written", () => {
  const archive = tarArchive([
    { path: "bin", directory: true, mode: 0o755 },
    { path: "bin/tool", data: Buffer.alloc(1000, "x"), mode: 0o750 },
    { path: "bin/alias", linkTo: "tool" },
    { path: "empty", data: new Uint8Array(0), mode: 0o644 },
    { path: `${"f".repeat(120)}/${"n".repeat(100)}`, data: Buffer.from("long"), mode: 0o600 },
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
  assert.match(words[4]!, /^-rw------- 0\/0 4 .* f{120}\/n{100}$/);
  assert.throws(() => tarArchive([{ path: "x".repeat(101), linkTo: "y" }]), RangeError);
});

test("tar reads the sizes and owners that have no room in octal digits", () => {
  const large = {
    path: "large",
    type: "file",
    mode: 0o600,
    size: 2 ** 33 + 5,
    uid: 3_000_000,
    mtimeSeconds: 1,
  } as const;
  const { stdout } = spawnSync("tar", ["-tvf", "-", "--numeric-owner"], { input: tarHeader(large), encoding: "utf8" });
  assert.match(stdout.replace(/\s+/g, " "), /^-rw------- 3000000\/0 8589934597 1970-01-01 .* large/);
});
