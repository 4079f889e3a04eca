import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { test } from "node:test";
import { freeSpace, spaceProblems } from "./disk-space.ts";

const gib = 2 ** 30;
const messages = (bytes: number, files?: number) => spaceProblems("/srv", { bytes, files }).map((each) => each.message);

test("a disk that is almost full, of bytes or of files, is a problem", () => {
  const start = "The disk of the data folder /srv has only";
  assert.deepEqual(messages(gib, 5000), []);
  assert.deepEqual(messages(gib), []);
  assert.deepEqual(messages(2.5 * 2 ** 20, 5000), [`${start} 2 MiB left`]);
  assert.deepEqual(messages(gib, 7), [`${start} room for 7 files left`]);
  assert.deepEqual(messages(0, 0), [`${start} 0 MiB and room for 0 files left`]);
});

test("what is left of a real disk", async () => {
  const { bytes, files } = await freeSpace(tmpdir());
  assert.ok(bytes >= 0);
  assert.ok(files === undefined || files >= 0);
});
