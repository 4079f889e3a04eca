/**
 * How fast the output of containers is stored by the collector of the agent and the segment storage, on a real disk:
 * from a source that always has more, beside the plainest thing that could store the same bytes (one file, a write and
 * an fdatasync a megabyte); and from a real container, beside what the engine alone does with the same output while
 * nobody reads it, and beside only reading it through the engine's API.
 */
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogCollector } from "#host/agent/logs/index.ts";
import { createDockerDriver } from "#host/runtime/docker/driver.ts";
import type { LogRecord, RuntimeDriver } from "#host/runtime/driver.ts";
import { systemClock } from "#kernel/clock.ts";
import { silentLog } from "#kernel/controller.ts";
import { systemRandom } from "#kernel/random.ts";
import { diskFiles } from "#platform/disk-files.ts";
import { createLogSink, LogStorage, logsCollections } from "#services/logs/index.ts";
import { logGroupKey } from "#services/logs/model.ts";
import { createStore, memoryEngine } from "#store/index.ts";
import { containerSpec, EventLog, start } from "../test/contracts/runtime/fixture.ts";
import { busyboxReference } from "../test/images/busybox.ts";
import { testDocker } from "../test/images/docker.ts";
import { testEngine } from "../test/images/engine.ts";
import { type Measurement, quantile, report } from "./report.ts";

const lineCount = 1_000_000;
const containerLineCount = 250_000;
const containerRounds = 3;
const lineBytes = 100;
const goalLinesPerSecond = 50_000;
const stream = { account: "000000000000", region: "us-east-1", logGroupName: "/bench", logStreamName: "bench" };

const line = (number: number): string => `${String(number).padStart(10, "0")} ${"x".repeat(lineBytes - 11)}`;

/** Output of about 64 KiB at a time, as it comes from an engine's socket. */
function* output(): Generator<LogRecord[]> {
  const startNanos = BigInt(Date.now()) * 1_000_000n;
  const chunkLines = 640;
  for (let first = 0; first < lineCount; first += chunkLines) {
    yield Array.from({ length: Math.min(chunkLines, lineCount - first) }, (_, i) => ({
      timeNanos: String(startNanos + BigInt(first + i) * 10_000n),
      stream: "stdout",
      message: Buffer.from(line(first + i)),
      partial: false,
    }));
  }
}

/** Seconds that it takes to store all lines by the plainest means. */
async function storePlainly(folder: string): Promise<number> {
  const started = performance.now();
  const file = await open(join(folder, "plain"), "w");
  let pending: Uint8Array[] = [];
  let bytes = 0;
  for (const records of output()) {
    for (const { message } of records) {
      pending.push(message, Buffer.from("\n"));
      bytes += message.length + 1;
    }
    if (bytes < 2 ** 20) continue;
    await file.write(Buffer.concat(pending));
    await file.datasync();
    pending = [];
    bytes = 0;
  }
  await file.write(Buffer.concat(pending));
  await file.datasync();
  await file.close();
  return (performance.now() - started) / 1000;
}

interface Collected {
  readonly seconds: number;
  /** Of this process: what remains of a busy machine's noise when time is no measure. */
  readonly cpuSeconds: number;
  readonly peakMiB: number;
  readonly storedMiB: number;
}

/** Stores all the output of a container, and reads it back to see that each line is there once. */
async function collect(
  folder: string,
  driver: Pick<RuntimeDriver, "readLogs" | "inspectContainer">,
  runtimeId: string,
  lines: number,
): Promise<Collected> {
  const clock = systemClock({ keepAlive: true });
  const random = systemRandom();
  const store = await createStore({ engine: memoryEngine({ clock }), collections: logsCollections, clock });
  const storage = new LogStorage({ files: diskFiles(folder) });
  const sink = createLogSink({ store, storage, clock, random });
  const before = process.memoryUsage().rss;
  let peak = before;
  const sampling = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().rss);
  }, 20);
  const started = performance.now();
  const cpu = process.cpuUsage();
  const collector = createLogCollector({ driver, sink, clock, log: silentLog });
  await collector.drained({
    runtimeId,
    taskArn: "arn:aws:ecs:us-east-1:000000000000:task/bench/1",
    stream,
    createGroup: true,
    eventStart: undefined,
    maxBufferBytes: 10 * 2 ** 20,
  });
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  clearInterval(sampling);
  const groupId = (await store.get(logGroupKey(stream, stream.logGroupName))).value!.id;
  await storage.settled();
  await verify(storage, groupId, lines);
  const storedMiB = (await storage.storedBytes(groupId)) / 2 ** 20;
  await storage.close();
  return { seconds, cpuSeconds: (user + system) / 1e6, peakMiB: (peak - before) / 2 ** 20, storedMiB };
}

const endlessSource = {
  async *readLogs(_id, { follow }) {
    if (follow) yield* output();
  },
  inspectContainer: async () => ({ state: "exited" }) as never,
} satisfies Pick<RuntimeDriver, "readLogs" | "inspectContainer">;

/** 50,000 lines a second on one core are 20 microseconds a line. */
function processorTime(cpuSeconds: number, lines: number): Measurement {
  const goal = { atMost: 1e6 / goalLinesPerSecond };
  return {
    name: "processor time",
    value: (cpuSeconds * 1e6) / lines,
    unit: "us a line",
    goal,
    note: "of this process",
  };
}

/** The same with a real container, by turns with its references; without an engine there is nothing to measure. */
async function measureContainer(folder: string): Promise<Measurement[]> {
  const engine = await testEngine();
  if ("skip" in engine) {
    console.error(`no real container: ${engine.skip}`);
    return [];
  }
  const docker = await testDocker(engine.socket);
  const { owner, driver } = docker;
  const api = createDockerDriver({ owner, socket: engine.socket, log: console.error, readsLogFiles: false });
  const [unread, reading, storing]: [number[], number[], Collected[]] = [[], [], []];
  try {
    for (let round = 0; round < containerRounds; round++) {
      unread.push(await leaveContainer(driver, `leave-${round}`));
      reading.push(await readContainer(api, `read-${round}`));
      storing.push(await storeContainer(driver, `store-${round}`, join(folder, String(round))));
    }
  } finally {
    await api.close();
    await docker.close();
  }
  const median = (pick: (collected: Collected) => number) => quantile(storing.map(pick), 0.5);
  const name = "from a real container";
  const ratio = quantile(
    storing.map(({ seconds }, i) => seconds / unread[i]!),
    0.5,
  );
  const rate = containerLineCount / median(({ seconds }) => seconds);
  return [
    { name, value: rate, unit: "lines/s", goal: { atLeast: goalLinesPerSecond }, note: "Docker, as it is written" },
    {
      ...processorTime(
        median(({ cpuSeconds }) => cpuSeconds),
        containerLineCount,
      ),
      name: "processor time with a real container",
    },
    { name: "kept by the engine, read by nobody", value: containerLineCount / quantile(unread, 0.5), unit: "lines/s" },
    { name: "against that", value: ratio, unit: "x", note: "time; less is better" },
    { name: "only read through the API", value: containerLineCount / quantile(reading, 0.5), unit: "lines/s" },
    {
      name: "memory with a real container",
      value: Math.max(...storing.map(({ peakMiB }) => peakMiB)),
      unit: "MiB",
      goal: { atMost: 250 },
    },
  ];
}

const print = `printf "%010d ${"x".repeat(lineBytes - 11)}\\n", i`;
const writer = containerSpec({
  image: busyboxReference,
  command: ["awk", `BEGIN { for (i = 0; i < ${containerLineCount}; i++) ${print} }`],
});

/** Seconds that a container takes to write all, while the engine keeps it and nobody reads. */
async function leaveContainer(driver: RuntimeDriver, name: string): Promise<number> {
  const events = new EventLog(driver);
  await events.until(({ type }) => type === "resync");
  const { sandboxId, containerId } = await start(driver, name, writer);
  const started = performance.now();
  await events.of("exited", containerId);
  const seconds = (performance.now() - started) / 1000;
  events.close();
  await driver.removeSandbox(sandboxId);
  return seconds;
}

/** Seconds that it takes to read all that a container writes, and to do nothing with it. */
async function readContainer(driver: RuntimeDriver, name: string): Promise<number> {
  const { sandboxId, containerId } = await start(driver, name, writer);
  const started = performance.now();
  const options = { follow: true, signal: new AbortController().signal };
  for await (const _ of driver.readLogs(containerId, options)) {
    // Only the reading is measured.
  }
  const seconds = (performance.now() - started) / 1000;
  await driver.removeSandbox(sandboxId);
  return seconds;
}

async function storeContainer(driver: RuntimeDriver, name: string, folder: string): Promise<Collected> {
  const { sandboxId, containerId } = await start(driver, name, writer);
  const collected = await collect(folder, driver, containerId, containerLineCount);
  await driver.removeSandbox(sandboxId);
  return collected;
}

/** Reads everything back, page by page: each line once, in its order. */
async function verify(storage: LogStorage, groupId: string, lines: number): Promise<void> {
  let [expected, after]: [number, { timestamp: number; sequence: number } | undefined] = [0, undefined];
  do {
    const page = await storage.read(groupId, {
      ...{ streams: { has: () => true }, startTime: 0, endTime: Number.MAX_SAFE_INTEGER, direction: "forward" },
      ...{ limit: 10_000, maxBytes: 2 ** 20, maxScannedBytes: 2 ** 26, after },
    });
    for (const { message } of page.events) {
      if (message !== line(expected)) throw new Error(`line ${expected} is lost or out of its order: ${message}`);
      expected++;
    }
    after = page.next;
  } while (after !== undefined);
  if (expected !== lines) throw new Error(`${lines - expected} lines are lost`);
}

const folder = await mkdtemp(join(tmpdir(), "estiva-bench-logs-"));
try {
  const plainSeconds = await storePlainly(folder);
  const { seconds, cpuSeconds, peakMiB, storedMiB } = await collect(
    join(folder, "source"),
    endlessSource,
    "c",
    lineCount,
  );
  const written = `${lineCount.toLocaleString("en-US")} lines of ${lineBytes} bytes from one container`;
  report("logs", [
    {
      name: "stored",
      value: lineCount / seconds,
      unit: "lines/s",
      goal: { atLeast: goalLinesPerSecond },
      note: written,
    },
    processorTime(cpuSeconds, lineCount),
    { name: "plain file", value: lineCount / plainSeconds, unit: "lines/s", note: "write and fdatasync a megabyte" },
    { name: "against a plain file", value: seconds / plainSeconds, unit: "x", note: "time; less is better" },
    { name: "memory", value: peakMiB, unit: "MiB", goal: { atMost: 250 }, note: "growth of the process at its peak" },
    { name: "on disk", value: storedMiB, unit: "MiB", note: "the full segments are compressed" },
    ...(await measureContainer(join(folder, "container"))),
  ]);
} finally {
  await rm(folder, { recursive: true });
}
