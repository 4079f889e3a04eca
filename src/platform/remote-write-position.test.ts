import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { DriverError } from "#kernel/fault.ts";
import { positionFile } from "./remote-write-position.ts";

test("a position is that of its receiver, and a broken file is told of", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "estiva-position-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const position = positionFile(folder, "https://user:secret@metrics.test/write");
  assert.equal(await position.read(), undefined);
  await position.write(120);
  assert.equal(await position.read(), 120);
  assert.equal(await positionFile(folder, "https://other.test/write").read(), undefined);
  writeFileSync(join(folder, "remote-write.json"), "{");
  await assert.rejects(position.read(), DriverError);
});
