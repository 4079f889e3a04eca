import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "#kernel/clock.ts";
import { type Collection, keyOf } from "#kernel/store.ts";
import { createStore, openEmbeddedEngine, type StoreHost } from "#store/index.ts";
import { type Measurement, quantile, report } from "./report.ts";

/*
 * The store on a real file, in the system's folder for temporary files: durable commits, opening with much state, and
 * memory. The reference is `node:sqlite` by itself: the same JSON inserted into one table, as many rows a transaction
 * as the store had writers. `node --expose-gc bench/store.ts [--json]`
 */

interface Task {
  readonly taskArn: string;
  readonly cluster: string;
  readonly service: string;
  readonly host: string;
  readonly lastStatus: string;
  readonly version: number;
  readonly containers: readonly object[];
}

const tasks: Collection<Task, "cluster" | "service" | "host" | "status"> = {
  name: "ecs/task",
  indexes: {
    cluster: (task) => task.cluster,
    service: (task) => task.service,
    host: (task) => task.host,
    status: (task) => `${task.cluster}/${task.lastStatus}`,
  },
};

const clock = systemClock();
const writers = 64;
const writeCount = 60_000;
const taskCount = 10_000;

const dataDir = mkdtempSync(join(tmpdir(), "estiva-bench-"));
try {
  const measurements = [...(await benchWrites()), ...(await benchState())];
  report("store", measurements);
} finally {
  rmSync(dataDir, { recursive: true });
}

async function benchWrites(): Promise<Measurement[]> {
  const small = await measureCommits("small", (i) => ({ n: i, text: "x".repeat(100) }));
  const large = await measureCommits("large", newTask);
  const raw = measureRawInserts((i) => ({ n: i, text: "x".repeat(100) }));
  return [
    {
      name: "raw node:sqlite inserts",
      value: raw,
      unit: "1/s",
      note: `reference: 120-byte rows, ${writers} a transaction`,
    },
    { name: "durable commits", value: small.perSecond, unit: "1/s", note: `120-byte records, ${writers} writers` },
    { name: "durable commits, share of raw", value: small.perSecond / raw, unit: "x" },
    { name: "durable commit, p99", value: small.p99Ms, unit: "ms", goal: { atMost: 50 } },
    {
      name: "durable commits of a task",
      value: large.perSecond,
      unit: "1/s",
      goal: { atLeast: 1500 },
      note: `${kib(newTask(0))} KiB records in 4 indexes`,
    },
    { name: "durable commit of a task, p99", value: large.p99Ms, unit: "ms", goal: { atMost: 50 } },
  ];
}

/** Every writer commits one record after another; latencies are those of single commits. */
async function measureCommits(id: string, makeValue: (i: number) => unknown) {
  const { store, close } = await open(`writes-${id}`);
  const latencies: number[] = [];
  let next = 0;
  const startedAt = performance.now();
  const write = async () => {
    for (let i = next++; i < writeCount; i = next++) {
      const at = performance.now();
      await store.commit({ put: [{ key: keyOf(tasks, "000000000000", String(i % taskCount)), value: makeValue(i) }] });
      latencies.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
  const seconds = (performance.now() - startedAt) / 1000;
  await close();
  return { perSecond: writeCount / seconds, p99Ms: quantile(latencies, 0.99) };
}

function measureRawInserts(makeValue: (i: number) => unknown): number {
  const db = new DatabaseSync(join(dataDir, "raw.db"));
  db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  db.exec("CREATE TABLE log (id INTEGER PRIMARY KEY, key TEXT, value TEXT)");
  const insert = db.prepare("INSERT INTO log (key, value) VALUES (?, ?)");
  const startedAt = performance.now();
  for (let i = 0; i < writeCount; ) {
    db.exec("BEGIN");
    for (const end = Math.min(i + writers, writeCount); i < end; i++) {
      insert.run(`ecs/task/000000000000/${i % taskCount}`, JSON.stringify(makeValue(i)));
    }
    db.exec("COMMIT");
  }
  const seconds = (performance.now() - startedAt) / 1000;
  db.close();
  return writeCount / seconds;
}

async function benchState(): Promise<Measurement[]> {
  const before = await open("state");
  const emptyMiB = heapMiB();
  for (let i = 0; i < taskCount; i += 500) {
    const put = Array.from({ length: 500 }, (_, n) => ({ key: taskKey(i + n), value: newTask(i + n) }));
    await before.store.commit({ put });
  }
  await before.close();
  const fileMiB = statSync(join(dataDir, "state", "store.db")).size / 2 ** 20;
  const startedAt = performance.now();
  const { store, close } = await open("state");
  const openMs = performance.now() - startedAt;
  const stateMiB = heapMiB() - emptyMiB;
  const [byMs, pageMs] = [measureBy(store), measureBy(store, { after: taskKey(5000), limit: 100 })];
  await close();
  const state = `${taskCount} tasks of ${kib(newTask(0))} KiB`;
  return [
    { name: "open", value: openMs, unit: "ms", goal: { atMost: 3000 }, note: `${state}, views built` },
    { name: "file", value: fileMiB, unit: "MiB", note: state },
    {
      name: "heap of the state",
      value: stateMiB,
      unit: "MiB",
      note: globalThis.gc ? state : "without --expose-gc: a guess",
    },
    { name: `by() of ${taskCount} entries`, value: byMs, unit: "ms" },
    { name: "by() of a page of 100 of them", value: pageMs, unit: "ms" },
  ];
}

function measureBy(store: StoreHost, options?: { after: string; limit: number }): number {
  const view = store.view(tasks);
  const samples = Array.from({ length: 200 }, () => {
    const at = performance.now();
    view.by("cluster", "default", options);
    return performance.now() - at;
  });
  return quantile(samples, 0.5);
}

async function open(id: string) {
  const engine = await openEmbeddedEngine({ clock, dataDir: join(dataDir, id) });
  const store = await createStore({ engine, collections: [tasks], clock });
  return {
    store,
    async close() {
      store.close();
      await engine.close();
    },
  };
}

function heapMiB(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

function kib(value: unknown): string {
  return (JSON.stringify(value).length / 1024).toFixed(1);
}

function taskKey(i: number) {
  return keyOf(tasks, "000000000000", "us-east-1", "default", `task-${i}`);
}

/** About what a task with three containers has. */
function newTask(i: number): Task {
  const containers = ["app", "proxy", "logs"].map((name) => ({
    name,
    image: `registry.example.com/team/${name}:1.${i % 40}`,
    containerArn: `arn:aws:ecs:us-east-1:000000000000:container/default/${i}/${name}`,
    lastStatus: "RUNNING",
    runtimeId: `${i}-${name}`.padEnd(64, "0"),
    imageDigest: `sha256:${String(i % 40).padEnd(64, "a")}`,
    networkInterfaces: [{ attachmentId: `eni-${i}`, privateIpv4Address: `172.31.${i >> 8}.${i & 255}` }],
    environment: Array.from({ length: 8 }, (_, n) => ({ name: `SETTING_${n}`, value: `value ${n} of ${name}` })),
  }));
  return {
    taskArn: `arn:aws:ecs:us-east-1:000000000000:task/default/${i}`,
    cluster: "default",
    service: `service-${i % 100}`,
    host: `host-${i % 10}`,
    lastStatus: "RUNNING",
    version: i,
    containers,
  };
}
