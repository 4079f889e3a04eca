/**
 * How fast Logs Insights scans stored logs with the threads of the platform, on a real disk: bytes of messages a second
 * for a filter by a text, a filter by a field of JSON, an extraction by a regular expression and a count by minute;
 * beside a plain reader (this process, which reads a file with the same lines by streams and looks for the text in
 * each), and beside `grep -c` on that file. `node bench/log-queries.ts [MiB]`; 1024 by default.
 */
import { execFileSync } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "#kernel/clock.ts";
import { silentLog } from "#kernel/controller.ts";
import { diskFiles } from "#platform/disk-files.ts";
import { createQueryWorkers } from "#platform/query-workers/index.ts";
import { LogQueries, LogStorage } from "#services/logs/index.ts";
import { type Measurement, report } from "./report.ts";

const mebibytes = Number(process.argv[2] ?? 1024);
const batchLines = 1000;
const [groupId, streamId] = ["0123456789abcdef", "fedcba9876543210"];
const clock = systemClock({ keepAlive: true });
const firstTime = Date.now() - 3_600_000;

function line(number: number): string {
  const level = number % 1000 === 0 ? "ERROR" : number % 50 === 0 ? "WARN" : "INFO";
  const request = { id: (number * 2_654_435_761) % 4_294_967_296, path: `/orders/${number % 977}`, ms: number % 1371 };
  return JSON.stringify({ time: firstTime + number, level, service: "checkout", request, message: "order was placed" });
}

/** Stores the lines, and writes the same into a plain file. Resolves with their bytes. */
async function fill(folder: string, storage: LogStorage): Promise<number> {
  const plain = await open(join(folder, "plain.log"), "w");
  let [bytes, number] = [0, 0];
  while (bytes < mebibytes * 2 ** 20) {
    const lines = Array.from({ length: batchLines }, () => line(number++));
    const events = lines.map((message, i) => ({ timestamp: firstTime + Math.floor((number + i) / 10), message }));
    await storage.append(groupId, { streamId, ingestionTime: Date.now(), source: undefined, events });
    const text = `${lines.join("\n")}\n`;
    await plain.write(text);
    bytes += Buffer.byteLength(text) - lines.length;
  }
  await plain.close();
  await storage.settled();
  return bytes;
}

const queries = {
  "filter by a text": "filter @message like /ERROR/ | stats count(*)",
  "filter by a field": 'filter level = "ERROR" | stats count(*)',
  "filter by a number": "filter request.ms > 1360 | stats count(*)",
  "regular expression": 'parse @message /"path":"(?<path>[^"]+)"/ | stats count(*) by path | limit 10',
  "count by minute": "stats count(*) by bin(1m)",
  "the newest 100": "fields @timestamp, @message | sort @timestamp desc | limit 100",
};

async function secondsOf(all: LogQueries, id: string, text: string): Promise<number> {
  const started = performance.now();
  const groups = [
    { groupId, log: "000000000000:/bench", streams: new Map([[streamId, "s"]]), startTime: 0, endTime: 1e15 },
  ];
  const range = { startTime: 0, endTime: 1e12, logGroupNames: ["/bench"], groups };
  all.start({ account: "000000000000", region: "us-east-1", id, text, limit: undefined, userArn: "-", ...range });
  const query = all.find("000000000000", "us-east-1", id)!;
  while (!query.isOver) await new Promise((resolve) => setTimeout(resolve, 5));
  if (query.status !== "Complete" || query.results().length === 0) throw new Error(`${id}: ${query.status}`);
  return (performance.now() - started) / 1000;
}

async function readPlainly(path: string): Promise<number> {
  const started = performance.now();
  let [rest, found] = ["", 0];
  for await (const chunk of createReadStream(path, { encoding: "utf8", highWaterMark: 2 ** 20 })) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    for (const each of lines) if (each.includes("ERROR")) found++;
  }
  if (found === 0) throw new Error("nothing found");
  return (performance.now() - started) / 1000;
}

function grep(path: string, text: string): number {
  const started = performance.now();
  execFileSync("grep", ["-c", text, path]);
  return (performance.now() - started) / 1000;
}

const folder = await mkdtemp(join(tmpdir(), "estiva-bench-queries-"));
try {
  const files = join(folder, "logs");
  const storage = new LogStorage({ files: diskFiles(files) });
  const bytes = await fill(folder, storage);
  const rate = (seconds: number) => bytes / seconds / 2 ** 20;
  const plain = join(folder, "plain.log");
  const measurements: Measurement[] = [
    { name: "grep -c", value: rate(grep(plain, "ERROR")), unit: "MiB/s", note: "a plain file with the same lines" },
    { name: "plain reader", value: rate(await readPlainly(plain)), unit: "MiB/s", note: "Node.js, one thread" },
  ];
  const reference = measurements[1]!.value;
  const scanner = createQueryWorkers({ folder: files, clock });
  const all = new LogQueries({ storage, scanner, clock, log: silentLog });
  await secondsOf(all, "warm", "filter @message like /nothing/ | stats count(*)");
  for (const [name, text] of Object.entries(queries)) {
    const value = rate(await secondsOf(all, name, text));
    measurements.push({ name, value, unit: "MiB/s", note: `${(value / reference).toFixed(2)} of the plain reader` });
  }
  await all.close();
  const storedMiB = (await storage.storedBytes(groupId)) / 2 ** 20;
  await storage.close();
  const title = `Logs Insights: ${Math.round(bytes / 2 ** 20)} MiB of messages, ${Math.round(storedMiB)} MiB on disk`;
  report(title, measurements);
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.exit();
