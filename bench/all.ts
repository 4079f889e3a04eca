/**
 * Runs every bench, one after another, each in a process of its own, and prints one table, or with `--json` one JSON
 * document. Names of benches run only those: `node bench/all.ts api run-task [--json]`.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { formatMeasurements, type Measurement, meetsGoal } from "./report.ts";

/** What each needs besides Node.js is said in docs/performance.md. */
const benches = [
  "gateway",
  "store",
  "iam",
  "placement",
  "events",
  "api",
  "platform",
  "logs",
  "log-queries",
  "runtime",
  "network",
  "run-task",
  "services",
  "services-scale",
  "registry",
  "load-balancer",
  "metrics",
  "telemetry",
] as const;
/** The store's bench measures the heap after a collection. */
const execArgv = ["--disable-warning=ExperimentalWarning", "--expose-gc"];

interface BenchResult {
  readonly bench: string;
  readonly measurements: readonly Measurement[];
  /** Load of the machine when it began, over one minute: how busy others kept it. */
  readonly load: number;
  /** Why there are no measurements. */
  readonly failure?: string;
}

const asJson = process.argv.includes("--json");
const named = process.argv.slice(2).filter((word) => !word.startsWith("-"));
const unknown = named.filter((name) => !benches.some((bench) => bench === name));
if (unknown.length > 0) {
  console.error(`No such bench: ${unknown.join(", ")}. There are: ${benches.join(", ")}.`);
  process.exit(64);
}

const results: BenchResult[] = [];
for (const bench of benches) {
  if (named.length > 0 && !named.includes(bench)) continue;
  if (!asJson) console.error(`${bench}...`);
  results.push(await run(bench));
}
if (asJson) console.log(JSON.stringify({ node: process.version, processors: cpus().length, results }, undefined, 2));
else printAll(results);

async function run(bench: string): Promise<BenchResult> {
  const load = loadavg()[0]!;
  const program = [...execArgv, join(import.meta.dirname, `${bench}.ts`), "--json"];
  const child = spawn(process.execPath, program, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (data: Buffer) => {
    output += data;
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) return { bench, measurements: [], load, failure: `it ended with ${code ?? "a signal"}` };
  // One that cannot run here says why instead.
  if (!output.startsWith("{")) return { bench, measurements: [], load, failure: output.trim() };
  const { measurements } = JSON.parse(output) as { measurements: Measurement[] };
  return { bench, measurements, load };
}

function printAll(all: readonly BenchResult[]): void {
  for (const { bench, measurements, load, failure } of all) {
    console.log(`\n${bench} (load ${load.toFixed(1)} on ${cpus().length} processors)`);
    console.log(failure ?? formatMeasurements(measurements));
  }
  const goals = all.flatMap(({ measurements }) => measurements).map(meetsGoal);
  const count = (met: boolean) => goals.filter((goal) => goal === met).length;
  console.log(`\ngoals: ${count(true)} met, ${count(false)} missed`);
}
