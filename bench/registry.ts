/**
 * Pushing and pulling an image of 500 MB (one layer of 400 MB and ten of 10 MB, four at a time, as engines do) to and
 * from the registry and the distribution project's registry, each a process of its own, by turns, with curl as the
 * client of both. The latter is found as `docker-registry` in the PATH, or named by DOCKER_REGISTRY; Debian has it in
 * the package of that name. Without it only our numbers are shown.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, readFileSync } from "node:fs";
import { mkdir, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { startRegistry } from "../test/support/registry.ts";
import { type Measurement, quantile, report } from "./report.ts";

const megabytes = [400, ...Array.from({ length: 10 }, () => 10)];
const totalMB = megabytes.reduce((sum, each) => sum + each, 0);
const parallel = 4;
const rounds = 3;
/** A pull is over so soon that a neighbour's moment decides it: several of them a round, by turns. */
const pullsPerRound = 3;
const goalMemoryMiB = 150;

interface Layer {
  readonly path: string;
  readonly digest: string;
}

interface Subject {
  readonly name: string;
  readonly url: string;
  readonly process: ChildProcess;
  readonly push: Sample[];
  readonly pull: Sample[];
}

interface Sample {
  readonly seconds: number;
  /** What the registry's process has worked for it, which other programs on the machine do not change much. */
  readonly cpuSeconds: number;
}

const run = promisify(execFile);

async function makeLayers(dir: string): Promise<Layer[]> {
  const layers: Layer[] = [];
  const block = Buffer.alloc(2 ** 20);
  for (const [i, size] of megabytes.entries()) {
    const path = join(dir, `layer-${i}`);
    const file = await open(path, "w");
    for (let written = 0; written < size; written++) {
      block.writeDoubleLE(Math.random(), 0);
      block.copy(block, 8, 0, 1000);
      await file.write(block, 0, 1_000_000);
    }
    await file.sync();
    await file.close();
    const hash = createHash("sha256");
    for await (const piece of createReadStream(path)) hash.update(piece);
    layers.push({ path, digest: `sha256:${hash.digest("hex")}` });
  }
  return layers;
}

async function inParallel(
  { process }: Subject,
  layers: readonly Layer[],
  work: (layer: Layer) => Promise<void>,
): Promise<Sample> {
  const [started, worked] = [performance.now(), cpuSeconds(process)];
  const waiting = [...layers];
  const worker = async () => {
    for (let layer = waiting.shift(); layer !== undefined; layer = waiting.shift()) await work(layer);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
  return { seconds: (performance.now() - started) / 1000, cpuSeconds: cpuSeconds(process) - worked };
}

const push = (url: string, repository: string) => async (layer: Layer) => {
  const begun = await fetch(`${url}/v2/${repository}/blobs/uploads/`, { method: "POST" });
  const upload = new URL(begun.headers.get("location")!, url).href;
  // Bodies are sent as they are: without Expect, as engines do.
  const headers = ["-H", "Expect:", "-H", "Content-Type: application/octet-stream", "-H", "Transfer-Encoding: chunked"];
  const patch = ["-sf", "-X", "PATCH", "-T", layer.path, ...headers, "-D", "-", "-o", "/dev/null", upload];
  const { stdout } = await run("curl", patch);
  const next = new URL(/^location: (.*)\r$/im.exec(stdout)![1]!, url);
  next.searchParams.set("digest", layer.digest);
  const done = await fetch(next, { method: "PUT" });
  if (done.status !== 201) throw new Error(`status ${done.status}: ${await done.text()}`);
};

const pull = (url: string, repository: string) => async (layer: Layer) => {
  await run("curl", ["-sf", "-o", "/dev/null", `${url}/v2/${repository}/blobs/${layer.digest}`]);
};

/** Our registry, in a process of its own, as it is published: in one file, whose types need not be stripped first. */
async function startOurs(dir: string): Promise<Subject> {
  // Loaded here, since the bundle itself has no use for it.
  const { rolldown } = await import("rolldown");
  const bundle = await rolldown({
    input: import.meta.filename,
    platform: "node",
    external: ["rolldown"],
    logLevel: "silent",
  });
  const { output } = await bundle.write({ dir, format: "esm", entryFileNames: "[name].mjs" });
  await bundle.close();
  const program = join(dir, output[0].fileName);
  const child = spawn(process.execPath, [program, "--serve"], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: child.stdout })) {
    return { name: "estiva", url: line, process: child, push: [], pull: [] };
  }
  throw new Error("the registry has not started");
}

async function startTheirs(dir: string): Promise<Subject | undefined> {
  const program =
    process.env.DOCKER_REGISTRY ?? (await run("which", ["docker-registry"]).then(trimmed, () => undefined));
  if (program === undefined) return undefined;
  const port = await freePort();
  await mkdir(join(dir, "theirs"));
  const config = [
    "version: 0.1",
    "log: {accesslog: {disabled: true}, level: error}",
    `storage: {filesystem: {rootdirectory: "${join(dir, "theirs")}"}}`,
    `http: {addr: "127.0.0.1:${port}"}`,
  ].join("\n");
  await writeFile(join(dir, "config.yml"), config);
  const child = spawn(program, ["serve", join(dir, "config.yml")], { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await fetch(`${url}/v2/`).catch(() => undefined);
    if (answer?.ok) return { name: "docker-registry", url, process: child, push: [], pull: [] };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${program} has not started`);
}

const trimmed = ({ stdout }: { readonly stdout: string }) => stdout.trim();

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function peakMiB({ pid }: ChildProcess): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024;
}

/** User and system, as the kernel counts it: in hundredths. */
function cpuSeconds({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function measurementsOf(ours: Subject, theirs: Subject | undefined): Measurement[] {
  const median = (samples: readonly Sample[], of: keyof Sample = "seconds") =>
    quantile(
      samples.map((sample) => sample[of]),
      0.5,
    );
  const rows = [ours, theirs].flatMap((subject): Measurement[] => {
    if (subject === undefined) return [];
    const goal = subject === ours ? { goal: { atMost: goalMemoryMiB } } : {};
    return [
      { name: `push, ${subject.name}`, value: totalMB / median(subject.push), unit: "MB/s", note: "median of rounds" },
      { name: `pull, ${subject.name}`, value: totalMB / median(subject.pull), unit: "MB/s", note: "median of rounds" },
      { name: `push, ${subject.name}, processor`, value: median(subject.push, "cpuSeconds"), unit: "s" },
      { name: `pull, ${subject.name}, processor`, value: median(subject.pull, "cpuSeconds"), unit: "s" },
      { name: `peak memory, ${subject.name}`, value: peakMiB(subject.process), unit: "MiB", ...goal },
    ];
  });
  if (theirs === undefined) return rows;
  const ratio = (kind: "push" | "pull"): Measurement => ({
    ...{ name: `${kind} beside docker-registry`, value: median(theirs[kind]) / median(ours[kind]), unit: "x" },
    goal: { atLeast: 1 },
  });
  return [...rows, ratio("push"), ratio("pull")];
}

async function bench(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "estiva-bench-registry-"));
  const ours = await startOurs(dir);
  const theirs = await startTheirs(dir);
  if (theirs === undefined) console.error("docker-registry is not installed: nothing to compare with");
  try {
    const subjects = theirs === undefined ? [ours] : [ours, theirs];
    for (let round = 0; round < rounds; round++) {
      // Other content in each round: nothing is there already.
      const layers = await makeLayers(dir);
      const order = round % 2 === 0 ? [...subjects] : [...subjects].reverse();
      const repository = `bench${round}`;
      for (const each of order) each.push.push(await inParallel(each, layers, push(each.url, repository)));
      for (let turn = 0; turn < pullsPerRound; turn++) {
        for (const each of order) each.pull.push(await inParallel(each, layers, pull(each.url, repository)));
        order.reverse();
      }
    }
    report("registry", measurementsOf(ours, theirs));
  } finally {
    ours.process.kill();
    theirs?.process.kill();
    await rm(dir, { recursive: true });
  }
}

if (process.argv.includes("--serve")) {
  const registry = await startRegistry();
  console.log(registry.url);
  process.once("SIGTERM", () => void registry.close().then(() => process.exit(0)));
} else {
  await bench();
}
