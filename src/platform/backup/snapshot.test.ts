import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { systemClock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import { seededRandom } from "#kernel/random.ts";
import { openEmbeddedEngine } from "#store/index.ts";
import { archiveOf } from "./archive.ts";
import { linkTree } from "./link-tree.ts";
import { type SnapshotParts, takeSnapshot } from "./snapshot.ts";

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "estiva-snapshot-"));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const partsOf = (dataDir: string): SnapshotParts => ({
  ...{ dataDir, random: seededRandom(1), flushTrail: async () => {}, stillMetrics: (work) => work() },
  copyStore: async (file) => writeFileSync(file, "copy"),
});

/** Every file below a folder with what is in it. */
function contentsOf(path: string): Record<string, string> {
  const names = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = names.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((each) => [each.slice(path.length + 1), readFileSync(each, "utf8")]));
}

test("what comes and goes while the store is copied is in the snapshot, as the store may name it", async (t) => {
  const dataDir = folder(t);
  const at = (name: string) => join(dataDir, name);
  write(at("agent/tasks/ends/task.json"), "running");
  write(at("agent/tasks/goes-on/task.json"), "pending");
  write(at("registry/blobs/sha256/aa/aa1"), "layer");
  const copyStore = async (file: string) => {
    rmSync(at("agent/tasks/ends"), { recursive: true });
    write(at("agent/tasks/goes-on/task.json.new"), "running");
    renameSync(at("agent/tasks/goes-on/task.json.new"), at("agent/tasks/goes-on/task.json"));
    write(at("agent/tasks/begins/task.json"), "pending");
    mkdirSync(at("registry/aside"));
    renameSync(at("registry/blobs/sha256/aa/aa1"), at("registry/aside/sha256-aa1"));
    write(at("registry/blobs/sha256/bb/bb1"), "pushed");
    writeFileSync(file, "copy");
  };
  const flushTrail = async () => write(at("trail/1.jsonl"), "the last call");
  const snapshot = await takeSnapshot({ ...partsOf(dataDir), copyStore, flushTrail });
  assert.deepEqual(contentsOf(snapshot.folder), {
    "agent/tasks/begins/task.json": "pending",
    "agent/tasks/ends/task.json": "running",
    "agent/tasks/goes-on/task.json": "running",
    "registry/aside/sha256-aa1": "layer",
    "registry/blobs/sha256/aa/aa1": "layer",
    "registry/blobs/sha256/bb/bb1": "pushed",
    "store.db": "copy",
    "trail/1.jsonl": "the last call",
  });
  await snapshot.remove();
});

test("what tells of the running process alone, and what is half done, is left out", async (t) => {
  const dataDir = folder(t);
  const out = ["platform.json", "platform.log", "store.db", "store.db-wal", "store.db.holder", "identity.json.new"];
  const own = ["identity.json", "credentials.json", "metrics-token", "remote-write.json"];
  for (const name of [...out, ...own]) write(join(dataDir, name), name);
  for (const name of ["scans/db", "registry/uploads/1/data", "backup-1/store.db"]) write(join(dataDir, name), "");
  const { folder: taken } = await takeSnapshot(partsOf(dataDir));
  assert.deepEqual(Object.keys(contentsOf(taken)), [...own, "store.db"].sort());
});

test("a file that is replaced while its folder is listed is there under one of its names", async (t) => {
  const root = folder(t);
  const from = join(root, "logs");
  const numbers = Array.from({ length: 50 }, (_, i) => String(i));
  for (const number of numbers) write(join(from, `${number}.log`), number);
  let isSealing = true;
  const sealing = (async () => {
    for (const number of numbers) {
      writeFileSync(join(from, `${number}.sealed.tmp`), number);
      await new Promise(setImmediate);
      renameSync(join(from, `${number}.sealed.tmp`), join(from, `${number}.sealed`));
      rmSync(join(from, `${number}.log`));
      await new Promise(setImmediate);
    }
    isSealing = false;
  })();
  for (let i = 0; isSealing || i === 0; i++) {
    await linkTree(from, join(root, String(i)));
    const found = new Set(readdirSync(join(root, String(i))).map((name) => name.split(".")[0]));
    assert.equal(found.size, numbers.length);
  }
  await sealing;
});

test("a file that becomes shorter while it is read fails the archive", async (t) => {
  const root = folder(t);
  write(join(root, "a"), "x".repeat(300_000));
  const archive = archiveOf(root);
  await archive.next();
  await archive.next();
  writeFileSync(join(root, "a"), "");
  await assert.rejects(archive.next(), { message: "a became shorter while it was read." });
});

const skip = process.getuid?.() === 0 ? false : "needs root, to mount a small file system";
test("on a full disk nothing is left, and the store goes on", { skip }, async (t) => {
  const dataDir = join(folder(t), "small");
  mkdirSync(dataDir);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", dataDir]);
  try {
    const engine = await openEmbeddedEngine({ clock: systemClock(), dataDir });
    const put = (key: string, value: string) => engine.commit({ compare: [], put: [{ key, value }], remove: [] });
    await put("large", "x".repeat(1_200_000));
    const taking = takeSnapshot({ ...partsOf(dataDir), copyStore: (file) => engine.copyTo(file) });
    await assert.rejects(taking, (error: unknown) => {
      assert.ok(error instanceof DriverError);
      assert.deepEqual([error.reason, error.message], ["NoSpace", "The disk of the data folder is full."]);
      return true;
    });
    assert.deepEqual(
      readdirSync(dataDir).filter((name) => name.startsWith("backup-")),
      [],
    );
    await put("small", "x");
    await engine.close();
  } finally {
    execFileSync("umount", [dataDir]);
  }
});
