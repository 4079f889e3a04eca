import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, open, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
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

test("a master that does not listen yet, when its worker does, is asked to reload all the same", async (t) => {
  const own = await mkdtemp(join(tmpdir(), "estiva-proxy-"));
  t.after(() => rm(own, { recursive: true }));
  let version = "0";
  let next = "";
  const worker = createServer((socket) => socket.end(`proc.estiva: type=sint value=<${version}>\n`));
  // As one that reloads: it ends the connection without an answer.
  const master = createServer((socket) => {
    version = next;
    socket.destroy();
  });
  for (const server of [worker, master]) t.after(() => server.close());
  const start = async () => {
    await once(worker.listen(join(own, "stats.sock")), "listening");
    void sleep(300).then(() => master.listen(join(own, "master.sock")));
  };
  const started = new ManagedProxy(
    { folder: own, isRunning: async () => false, start, check: async () => {} },
    systemClock(),
  );
  t.after(() => started.close());
  const text = (wanted: number) => {
    next = String(wanted);
    return next;
  };
  const config = { files: new Map(), structure: "one", text, idle: "none" };
  assert.equal(await started.configure(config, async () => {}), true);
  assert.equal(version, next);
});
