import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileJournal } from "./journal.ts";
import { payload } from "./testing/payloads.ts";

const dataDir = await mkdtemp(join(tmpdir(), "journal-"));
after(() => rm(dataDir, { recursive: true }));
const journal = fileJournal(dataDir);
const memory = { sequence: 1, containers: { app: { metadataId: "m", restartCount: 0 } } };

test("what is saved is loaded, by whoever comes next, and nobody else may read it", async () => {
  assert.deepEqual(await journal.load(), []);
  await journal.save("t1", { payload: payload("t1"), memory });
  await journal.save("t1", { payload: payload("t1"), memory: { ...memory, sequence: 2 } });
  assert.deepEqual(await fileJournal(dataDir).load(), [{ payload: payload("t1"), memory: { ...memory, sequence: 2 } }]);
  assert.equal((await stat(join(dataDir, "tasks", "t1", "task.json"))).mode & 0o777, 0o600);
});

test("a record that was half written counts as none, and its files can be removed", async () => {
  await journal.save("t2", { payload: payload("t2"), memory });
  for (const broken of ["", '{"payload":', "{}", "null"]) {
    await writeFile(join(dataDir, "tasks", "t2", "task.json"), broken);
    assert.deepEqual(
      (await journal.load()).map((entry) => entry.payload.taskArn),
      [payload("t1").taskArn],
    );
  }
  assert.deepEqual([...(await journal.ids())].sort(), ["t1", "t2"]);
  await journal.remove("t2");
  await journal.remove("t2");
  assert.deepEqual(await journal.ids(), ["t1"]);
});

test("a record that the disk does not give is no task that is gone", async () => {
  await mkdir(join(dataDir, "tasks", "t3", "task.json"), { recursive: true });
  await assert.rejects(journal.load(), { code: "EISDIR" });
  await journal.remove("t3");
  assert.equal((await journal.load()).length, 1);
});

test("files of a container stay the same files when they are written again, for they may be mounted", async () => {
  const { hosts, resolvConf } = await journal.writeFiles("t1", "app", { hosts: "a\n", resolvConf: "b\n" });
  const { ino } = await stat(hosts!);
  assert.deepEqual(await journal.writeFiles("t1", "app", { hosts: "c\n" }), { hosts });
  assert.equal((await stat(hosts!)).ino, ino);
  assert.equal(await readFile(hosts!, "utf8"), "c\n");
  assert.equal(dirname(resolvConf!), dirname(hosts!));
  assert.equal((await stat(hosts!)).mode & 0o777, 0o644);
});

test("a container may have the longest name there is", async () => {
  const { hosts } = await journal.writeFiles("t1", "x".repeat(255), { hosts: "a\n" });
  assert.equal(await readFile(hosts!, "utf8"), "a\n");
});

test("a task id that is a path is refused", async () => {
  await assert.rejects(journal.save("../x", { payload: payload("t1"), memory }), /Not a task id/);
});
