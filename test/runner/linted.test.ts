import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Linted } from "./linted.ts";

const root = mkdtempSync(join(tmpdir(), "estiva-linted-"));
after(() => rmSync(root, { recursive: true }));
const write = (file: string, text: string) => writeFileSync(join(root, file), text);
for (const file of ["biome.json", "package-lock.json", "a.ts", "b.ts"]) write(file, "1");
const look = () => new Linted(root, ["a.ts", "b.ts"], "cache/linted");

test("files that have passed are looked at again when they, or what the lint depends on, have changed", () => {
  assert.deepEqual(look().unknown(), ["a.ts", "b.ts"]);
  look().keep();
  assert.deepEqual(look().unknown(), []);
  const begun = look();
  write("a.ts", "2");
  assert.deepEqual(look().unknown(), ["a.ts"]);
  begun.keep();
  assert.deepEqual(look().unknown(), ["a.ts"], "what has changed since the lint began has not passed");
  write("a.ts", "1");
  assert.deepEqual(look().unknown(), []);
  for (const file of ["biome.json", "package-lock.json"]) {
    write(file, "2");
    assert.deepEqual(look().unknown(), ["a.ts", "b.ts"], file);
    write(file, "1");
  }
});
