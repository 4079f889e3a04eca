import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Worker } from "node:worker_threads";
import { seededRandom } from "#kernel/random.ts";
import { freeServiceAddress, makeDataFolder, openDataFolder } from "./data-folder.ts";
import { readMasterKey } from "./master-key.ts";

const base = mkdtempSync(join(tmpdir(), "estiva-data-"));
after(() => rmSync(base, { recursive: true }));
const random = seededRandom(1);

test("what is made at the first start stays, readable by its owner only", () => {
  const path = join(base, "new");
  const first = openDataFolder(path, {}, random);
  const again = openDataFolder(path, {}, random);
  assert.deepEqual(
    [again.platformId, again.serviceAddress, again.root],
    [first.platformId, first.serviceAddress, first.root],
  );
  assert.match(first.root.accessKeyId, /^AKIA[A-Z2-7]{16}$/);
  assert.equal(first.root.secretAccessKey.length, 40);
  assert.equal(statSync(path).mode & 0o777, 0o700);
  assert.equal(statSync(join(path, "credentials.json")).mode & 0o777, 0o600);
});

test("a folder that cannot be made is refused, where the file system takes none and where a file is in the way", () => {
  const words = /^The folder .* cannot be made: .*Name another one with --data\.$/;
  for (const path of ["/proc/none/deep", join(base, "new", "identity.json", "deep")]) {
    assert.throws(() => openDataFolder(path, {}, random), { name: "DriverError", message: words }, path);
  }
});

test("a file or a link to nowhere in the folder's place is named", () => {
  writeFileSync(join(base, "a-file"), "");
  symlinkSync(join(base, "nowhere"), join(base, "a-link"));
  const refusals = {
    "a-file": /it is a file\. Name another/,
    "a-link": /it is a link to something that is not there\./,
  };
  for (const [name, message] of Object.entries(refusals)) {
    assert.throws(() => makeDataFolder(join(base, name)), { name: "DriverError", message }, name);
  }
});

test("a file of the folder that is not whole is refused with what to do", () => {
  const path = join(base, "broken");
  openDataFolder(path, {}, random);
  const mends = {
    "identity.json": /from a backup: it names/,
    "credentials.json": /or remove it/,
    "metrics-token": /or remove/,
  };
  for (const [name, message] of Object.entries(mends)) {
    const whole = readFileSync(join(path, name));
    for (const text of name === "metrics-token" ? ["", "two words"] : ["", '{"cut', "{}", "null"]) {
      writeFileSync(join(path, name), text);
      assert.throws(() => openDataFolder(path, {}, random), { name: "DriverError", message }, `${name}: ${text}`);
    }
    writeFileSync(join(path, name), whole);
  }
  openDataFolder(path, {}, random);
});

test("starts at the same time make the folder together", async () => {
  const path = join(base, ...Array.from({ length: 300 }, () => "d"));
  const gate = new SharedArrayBuffer(4);
  const module = JSON.stringify(import.meta.resolve("./data-folder.ts"));
  const program = `
    const { workerData: { gate, path }, parentPort } = require("node:worker_threads");
    import(${module}).then(({ makeDataFolder }) => {
      parentPort.postMessage("ready");
      Atomics.wait(new Int32Array(gate), 0, 0);
      makeDataFolder(path);
    });`;
  const starts = Array.from({ length: 3 }, () => new Worker(program, { eval: true, workerData: { gate, path } }));
  await Promise.all(starts.map((start) => once(start, "message")));
  const ends = starts.map((start) => once(start, "exit"));
  Atomics.store(new Int32Array(gate), 0, 1);
  Atomics.notify(new Int32Array(gate), 0);
  assert.deepEqual(await Promise.all(ends), [[0], [0], [0]]);
  makeDataFolder(path);
});

test("the host's service address is a free one, and seldom the same for platforms that are set up together", () => {
  const all = Array.from({ length: 254 }, (_, i) => `169.254.172.${i + 1}`);
  for (const free of ["169.254.172.1", "169.254.172.254"]) {
    assert.equal(freeServiceAddress(new Set(all.filter((address) => address !== free)), random), free);
  }
  const chosen = new Set(Array.from({ length: 20 }, (_, i) => freeServiceAddress(new Set(), seededRandom(i))));
  assert.ok(chosen.size > 10, [...chosen].join(" "));
});

test("credentials of the environment are used and not written down", () => {
  const path = join(base, "env");
  const env = { ESTIVA_ROOT_ACCESS_KEY_ID: "AKIAX", ESTIVA_ROOT_SECRET_ACCESS_KEY: "s" };
  assert.equal(openDataFolder(path, env, random).root.accessKeyId, "AKIAX");
  assert.equal(existsSync(join(path, "credentials.json")), false);
  for (const name of Object.keys(env)) {
    assert.throws(() => openDataFolder(path, { ...env, [name]: "" }, random), /Set both/, name);
    assert.throws(() => openDataFolder(path, { ...env, [name]: undefined }, random), /Set both/, name);
  }
});

test("the platform is announced and withdrawn", () => {
  const data = openDataFolder(join(base, "announce"), {}, random);
  data.announce({ endpoint: "http://e", pid: 1, version: "0", account: "1" });
  assert.equal(JSON.parse(readFileSync(join(data.path, "platform.json"), "utf8")).endpoint, "http://e");
  data.withdraw();
  assert.equal(existsSync(join(data.path, "platform.json")), false);
});

test("the master key lies outside the data folder, or comes from the environment", () => {
  const env = { XDG_CONFIG_HOME: join(base, "config") };
  const key = readMasterKey("p1", env, random);
  assert.equal(key.length, 32);
  assert.deepEqual(readMasterKey("p1", env, random), key);
  assert.notDeepEqual(readMasterKey("p2", env, random), key);
  assert.equal(statSync(join(base, "config", "estiva", "p1.key")).mode & 0o777, 0o600);
  const given = Buffer.alloc(32, 7).toString("base64");
  assert.deepEqual(readMasterKey("p1", { ESTIVA_MASTER_KEY: given }, random), Buffer.alloc(32, 7));
  writeFileSync(join(base, "k"), "short");
  assert.throws(() => readMasterKey("p1", { ESTIVA_MASTER_KEY_FILE: join(base, "k") }, random), /32 bytes/);
  assert.throws(() => readMasterKey("p1", { ESTIVA_MASTER_KEY_FILE: join(base, "none") }, random), /cannot be read/);
  // Where the file system takes no folders, the recursive way of making them does not end.
  const refused = { name: "DriverError", message: /^The master key .* cannot be written: .* or another folder by XDG/ };
  assert.throws(() => readMasterKey("p1", { XDG_CONFIG_HOME: "/proc/none" }, random), refused);
});
