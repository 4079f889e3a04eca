import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { systemClock } from "#kernel/clock.ts";
import type { StoreEngine } from "#kernel/engine.ts";
import { DriverError } from "#kernel/fault.ts";
import { TestProcess } from "../../../test/support/test-process.ts";
import { until } from "../../../test/support/until.ts";
import { openEmbeddedEngine } from "./index.ts";
import { checkSchema, migrate } from "./sqlite-schema.ts";

const clock = systemClock();
const writer = join(import.meta.dirname, "writer.fixture.ts");

function folder(t: TestContext): string {
  const dataDir = mkdtempSync(join(tmpdir(), "estiva-store-"));
  t.after(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

async function open(t: TestContext, dataDir: string): Promise<StoreEngine> {
  const engine = await openEmbeddedEngine({ clock, dataDir, history: { revisions: 200, bytes: 2 ** 20 } });
  t.after(() => engine.close());
  return engine;
}

function put(engine: StoreEngine, key: string, value: unknown) {
  return engine.commit({ compare: [], put: [{ key, value }], remove: [] });
}

/** Starts the writer. `acknowledged` gives what it has told; `reached(n)` resolves after n commits. */
function startWriter(dataDir: string, run: number) {
  const child = new TestProcess(process.execPath, [writer, dataDir, String(run)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const acknowledged = () =>
    child.out
      .split("\n")
      .slice(0, -1)
      .filter((line) => line !== "open")
      .map(Number);
  return {
    pid: child.pid,
    acknowledged,
    reached: (count: number) =>
      until(`${count} commits`, acknowledged, (found) => found.length >= count, { everyMs: 1 }),
    kill: () => child.end("SIGKILL"),
  };
}

test("kill -9 loses nothing that was acknowledged, halves no commit and leaves no lock", async (t) => {
  const dataDir = folder(t);
  for (const [run, commits] of [1, 40, 333, 1500].entries()) {
    const writing = startWriter(dataDir, run);
    await writing.reached(commits);
    await writing.kill();
    const engine = await open(t, dataDir);
    const entries = new Map((await engine.list("")).entries.map((entry) => [entry.key, entry]));
    for (const n of writing.acknowledged())
      assert.ok(entries.has(`b/${run}-${n}`), `commit ${n} of run ${run} is lost`);
    for (const key of entries.keys()) {
      if (key.startsWith("a/")) assert.ok(entries.has(`b${key.slice(1)}`), `half of ${key}`);
    }
    await engine.close();
  }
});

test("a second process is refused with the name of the first", async (t) => {
  const dataDir = folder(t);
  const writing = startWriter(dataDir, 0);
  t.after(() => writing.kill());
  await writing.reached(1);
  await assert.rejects(openEmbeddedEngine({ clock, dataDir }), (error: DriverError) => {
    assert.equal(error.reason, "Conflict");
    assert.match(error.message, new RegExp(`store\\.db is in use by process ${writing.pid}\\.`));
    return true;
  });
});

test("a second engine in one process is refused; closing lets the next one in", async (t) => {
  const dataDir = folder(t);
  const engine = await open(t, dataDir);
  await assert.rejects(openEmbeddedEngine({ clock, dataDir }), /is in use by process/);
  await engine.close();
  assert.equal(existsSync(join(dataDir, "store.db.holder")), false);
  await open(t, dataDir);
});

test("the file is for its owner only", async (t) => {
  const dataDir = join(folder(t), "new", "data");
  const engine = await open(t, dataDir);
  await put(engine, "a/1", 1);
  assert.equal(statSync(dataDir).mode & 0o777, 0o700);
  for (const file of ["store.db", "store.db-wal", "store.db.holder"]) {
    assert.equal(statSync(join(dataDir, file)).mode & 0o077, 0, file);
  }
});

test("a store of a newer version is refused and left as it is", async (t) => {
  const dataDir = folder(t);
  await (await open(t, dataDir)).close();
  const file = join(dataDir, "store.db");
  withDatabase(file, (db) => db.exec("PRAGMA user_version = 9"));
  const before = readFileSync(file);
  await assert.rejects(openEmbeddedEngine({ clock, dataDir }), (error: DriverError) => {
    assert.equal(error.reason, "Unsupported");
    assert.match(error.message, /written by a newer version of Estiva \(its schema is 9, this version knows \d+\)/);
    return true;
  });
  assert.deepEqual(readFileSync(file), before);
});

test("files of others are refused", async (t) => {
  const other = folder(t);
  withDatabase(join(other, "store.db"), (db) => db.exec("CREATE TABLE mine (x)"));
  await assert.rejects(openEmbeddedEngine({ clock, dataDir: other }), /is not a store of Estiva/);
  const text = folder(t);
  writeFileSync(join(text, "store.db"), "not a database at all, but long enough to be looked at as one".repeat(20));
  await assert.rejects(openEmbeddedEngine({ clock, dataDir: text }), { reason: "Unsupported" });
});

test("a damaged file is refused with what to do", async (t) => {
  const damages: Record<string, (file: string) => void> = {
    "pages of the file": (file) => {
      const bytes = readFileSync(file);
      writeFileSync(file, bytes.fill(0xa5, 8192));
    },
    "the end of the file": (file) => truncateSync(file, 20_000),
    "a record": (file) => withDatabase(file, (db) => db.exec(`UPDATE log SET value = '{"cut' WHERE key = 'a/7'`)),
  };
  for (const [what, damage] of Object.entries(damages)) {
    const dataDir = folder(t);
    const engine = await open(t, dataDir);
    for (let i = 0; i < 50; i++) await put(engine, `a/${i}`, "x".repeat(1000));
    await engine.close();
    damage(join(dataDir, "store.db"));
    const message = /store\.db is damaged: .* Put the data folder back from a backup\.$/;
    await assert.rejects(openEmbeddedEngine({ clock, dataDir }), { name: "DriverError", message }, what);
  }
});

test("an older schema is brought up step by step, each only once", () => {
  const db = new DatabaseSync(":memory:");
  const steps = ["CREATE TABLE one (x)", "ALTER TABLE one ADD COLUMN y", "CREATE TABLE two (x)"];
  migrate(db, steps.slice(0, 1));
  migrate(db, steps);
  migrate(db, steps);
  checkSchema(db, "file", steps);
  assert.deepEqual(Object.values(db.prepare("PRAGMA user_version").get()!), [3]);
  assert.throws(() => checkSchema(db, "file", steps.slice(0, 2)), { reason: "Unsupported" });
  db.close();
});

test("the file stays small however often records change, and gives space back", async (t) => {
  const dataDir = folder(t);
  const engine = await open(t, dataDir);
  const file = join(dataDir, "store.db");
  const large = "x".repeat(3000);
  const writeRound = (round: number) =>
    Promise.all(Array.from({ length: 1000 }, (_, i) => put(engine, `a/${i}`, { round, large })));
  for (let round = 0; round < 5; round++) await writeRound(round);
  const after5 = statSync(file).size;
  for (let round = 5; round < 25; round++) await writeRound(round);
  assert.ok(statSync(file).size < after5 * 1.5, "no growth with the number of changes");
  for (let i = 0; i < 1000; i++) await engine.commit({ compare: [], put: [], remove: [`a/${i}`] });
  for (let i = 0; i < 2000; i++) await put(engine, "a/one", i);
  await engine.close();
  assert.ok(statSync(file).size < 6 * 2 ** 20, `${statSync(file).size} bytes for one record`);
});

test("the log is copied into the file as it grows, and begins anew", async (t) => {
  const dataDir = folder(t);
  const engine = await open(t, dataDir);
  const sizeOf = (name: string) => statSync(join(dataDir, name)).size;
  const value = "x".repeat(100_000);
  for (let round = 0; round < 30; round++) {
    await Promise.all(Array.from({ length: 10 }, (_, i) => put(engine, `note/${round}-${i}`, value)));
  }
  assert.ok(sizeOf("store.db") > 12 * 2 ** 20, `the file has ${sizeOf("store.db")} bytes`);
  assert.ok(sizeOf("store.db-wal") < 16 * 2 ** 20, `the log has ${sizeOf("store.db-wal")} bytes`);
  await engine.close();
  assert.equal((await (await open(t, dataDir)).list("note/")).entries.length, 300);
});

test("a full disk refuses commits, loses nothing, and commits go on once there is space", async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), "estiva-store-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", dataDir], { stdio: "pipe" });
  } catch (error) {
    rmSync(dataDir, { recursive: true });
    return t.skip(`a small file system cannot be mounted here: ${(error as Error).message.split("\n")[1]}`);
  }
  t.after(() => {
    execFileSync("umount", ["-l", dataDir]);
    rmSync(dataDir, { recursive: true });
  });
  const engine = await openEmbeddedEngine({ clock, dataDir });
  const ballast = join(dataDir, "ballast");
  writeFileSync(ballast, new Uint8Array(2 * 2 ** 20));
  const written: string[] = [];
  const isFull = await fill(engine, written);
  assert.equal(isFull.reason, "NoSpace");
  assert.ok(isFull.retryable);
  assert.deepEqual(await keys(engine), [...written].sort(), "nothing of the refused commit shows");
  await assert.rejects(put(engine, "more", "x".repeat(100_000)), { reason: "NoSpace" });
  rmSync(ballast);
  await put(engine, "z-after", 1);
  await engine.close();
  const again = await openEmbeddedEngine({ clock, dataDir });
  assert.deepEqual(await keys(again), [...written, "z-after"].sort());
  await again.close();
});

async function fill(engine: StoreEngine, written: string[]): Promise<DriverError> {
  for (let i = 0; i < 1000; i++) {
    try {
      await put(engine, `a/${i}`, "x".repeat(50_000));
      written.push(`a/${i}`);
    } catch (error) {
      assert.ok(error instanceof DriverError, String(error));
      return error;
    }
  }
  return assert.fail("The disk never filled");
}

async function keys(engine: StoreEngine): Promise<string[]> {
  return (await engine.list("")).entries.map((entry) => entry.key);
}

function withDatabase(file: string, work: (db: DatabaseSync) => void): void {
  const db = new DatabaseSync(file);
  work(db);
  db.close();
}

test("a copy has what was committed before, while commits go on", async (t) => {
  const dataDir = folder(t);
  const engine = await openEmbeddedEngine({ clock, dataDir });
  for (let i = 0; i < 20; i++) await put(engine, `before-${i}`, "x".repeat(50_000));
  let isWriting = true;
  const writing = (async () => {
    for (let i = 0; isWriting; i++) await put(engine, `meanwhile-${i % 50}`, "x".repeat(20_000));
  })();
  const copies = [0, 1, 2].map((i) => join(dataDir, `copy-${i}`));
  try {
    for (const copy of copies) {
      mkdirSync(copy);
      await put(engine, copy, "the last before");
      await engine.copyTo(join(copy, "store.db"));
      assert.equal(statSync(join(copy, "store.db")).mode & 0o777, 0o600);
    }
  } finally {
    isWriting = false;
    await writing;
  }
  // Closing waits for it.
  mkdirSync(join(dataDir, "last"));
  const last = engine.copyTo(join(dataDir, "last", "store.db"));
  await engine.close();
  await last;
  for (const copy of [...copies, join(dataDir, "last")]) {
    const copied = await open(t, copy);
    assert.equal((await copied.list("before-")).entries.length, 20, copy);
    if (copies.includes(copy)) assert.equal((await copied.get(copy))?.value, "the last before");
  }
});
