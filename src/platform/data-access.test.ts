import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { accessMend, accessWords, checkDataAccess } from "./data-access.ts";

test("the upper levels of what is the platform's are looked at, and the first that may not be used is told", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "estiva-access-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const own = ["store.db", "trail/1.jsonl", "registry/blobs"];
  for (const name of [...own, "registry/blobs/deep", "lost+found/1", "notes.txt"]) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    if (name === "registry/blobs") mkdirSync(join(folder, name));
    else writeFileSync(join(folder, name), "");
  }
  const seen: string[] = [];
  checkDataAccess(folder, (path) => void seen.push(String(path).slice(folder.length + 1)));
  assert.deepEqual(seen.sort(), ["", "registry", "registry/blobs", "store.db", "trail", "trail/1.jsonl"]);
  for (const name of own) {
    const refuse = (path: unknown) => {
      if (path === join(folder, name)) throw Object.assign(new Error("no"), { code: "EROFS" });
    };
    assert.throws(() => checkDataAccess(folder, refuse), {
      name: "DriverError",
      message: new RegExp(`${name} is on a`),
    });
  }
});

test("who may not use a file of the data folder is told whose it is, and what to do", () => {
  const cases: [code: string, owner: number, words: RegExp][] = [
    [
      "EACCES",
      0,
      /^\/d\/logs belongs to user 0 and .* by user 1000, .* Start it as user 0, or run: sudo chown -R 1000 \/d$/,
    ],
    ["EACCES", 1000, /^\/d\/logs may not be read and written by its owner\. Run: chmod -R u\+rwX \/d$/],
    ["EROFS", 1000, /mounted read-only\. Mount it for writing, or name another folder with --data\.$/],
  ];
  for (const [code, owner, words] of cases) {
    assert.match(accessWords({ path: "/d/logs", owner, user: 1000, code }, "/d"), words);
  }
});

test("what the file system refuses deeper in the folder is told with a mend; other errors have none here", () => {
  assert.match(accessMend("EACCES", "/d")!, /sudo chown -R \d+ \/d$/);
  assert.match(accessMend("EROFS", "/d")!, /--data/);
  assert.equal(accessMend("EISDIR", "/d"), undefined);
});
