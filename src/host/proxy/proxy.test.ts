import assert from "node:assert/strict";
import { mkdtemp, open, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { systemClock } from "#kernel/clock.ts";
import { ManagedProxy, type ProxyPlace } from "./proxy.ts";

const folder = await mkdtemp(join(tmpdir(), "estiva-proxy-"));
after(() => rm(folder, { recursive: true }));
const place: ProxyPlace = { folder, isRunning: async () => false, start: async () => {}, check: async () => {} };
const proxy = new ManagedProxy(place, systemClock());

test("a file is replaced as a whole: whoever is killed meanwhile leaves the old one or the new one", async () => {
  await proxy.writeNote("old");
  const before = await open(join(folder, "note.json"));
  await proxy.writeNote("new");
  assert.equal(await before.readFile("utf8"), "old");
  await before.close();
  assert.equal(await proxy.readNote(), "new");
});

test("what another run has left, or a link in its place, is not written to", async () => {
  const other = join(folder, "other");
  await writeFile(other, "somebody else's");
  await symlink(other, join(folder, "note.json.new"));
  await proxy.writeNote("newer");
  assert.equal(await readFile(other, "utf8"), "somebody else's");
  assert.equal(await proxy.readNote(), "newer");
});
