import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { sourceFiles } from "../support/sources.ts";
import { Linted } from "./linted.ts";
import type { Outcome } from "./messages.ts";
import { runFiles } from "./run-files.ts";
import { dealOut, findTestFiles, longestFirst, testTimeoutMs, testTimeoutOf } from "./suites.ts";
import { Summary } from "./summary.ts";

/**
 * Runs the tests of the checkout; `estiva test` and `estiva check` call it. With `--check` only types, lint and the
 * unit suite. Words among the arguments run only the test files whose paths contain one of them. `--failed TEXT` adds
 * a failure that the caller has met. Ends with the line `N passed, N failed`; exits with 0 when nothing has failed.
 */

const root = join(import.meta.dirname, "../..");

/** A command that passes or fails as a whole and counts as one test. */
interface Step {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  /** Called when it has passed. */
  readonly onPassed?: () => void;
}

const node = [process.execPath, "--disable-warning=ExperimentalWarning"] as const;
const typesKept = "node_modules/.cache/estiva/types.tsbuildinfo";
/** What it found out is kept for the next time, which then takes a second when little has changed. */
const types: Step = {
  name: "types (tsc)",
  command: ["node_modules/.bin/tsc", "--incremental", "--tsBuildInfoFile", typesKept],
};
const generated: Step = { name: "generated code", command: [...node, "codegen/generate.ts", "--check"] };

/** All files; or, when that will do, those that have not passed as they are. */
function lint(options: { readonly all: boolean }): Step {
  const files = sourceFiles(root).filter((file) => !file.startsWith("src/generated/"));
  const linted = new Linted(root, files, "node_modules/.cache/estiva/linted");
  const paths = options.all
    ? ["."]
    : [...linted.unknown(), "scripts/bin.js", "package.json", "tsconfig.json", "biome.json"];
  const command = ["node_modules/.bin/biome", "check", "--error-on-warnings", ...paths] as const;
  return { name: "lint (biome)", command: [...command], onPassed: () => linted.keep() };
}

async function main(args: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const [words, failed] = split(args);
  const check = args.includes("--check");
  const summary = new Summary(root);
  const signal = untilInterrupted();
  const found = findTestFiles(root, words);
  if (words.length > 0 && Object.values(found).every(({ length }) => length === 0)) {
    process.stdout.write(`No test file has ${words.join(" or ")} in its path.\n`);
  }
  const common = { root, signal, onOutcome: record };
  const runFile = (file: string) =>
    runFiles({ ...common, files: [file], forceExit: false, testTimeoutMs: testTimeoutOf(file) });
  // In one process a timer that one file forgets must not keep all of them.
  const runUnits = dealOut(found.unit, availableParallelism()).map((files) =>
    runFiles({ ...common, files, forceExit: true, testTimeoutMs }),
  );
  const steps = words.length > 0 ? [] : [types, lint({ all: !check }), ...(check ? [] : [generated])];

  if (failed !== undefined) record(outcome("fail", "set-up of the machine", 0, failed));
  await Promise.all([...steps.map((step) => runStep(step, record, signal)), ...runUnits]);
  if (!check) {
    await forEach(found.process.toSorted(longestFirst), availableParallelism(), runFile);
    await forEach(found.machine, 1, runFile);
  }
  if (signal.aborted) process.stdout.write("\nInterrupted: not all tests have been run.\n");
  process.stdout.write(summary.text((performance.now() - startedAt) / 1000));
  if (signal.aborted) return 130;
  return summary.failed === 0 && summary.passed > 0 ? 0 : 1;

  function record(result: Outcome): void {
    summary.add(result);
    // At once, so that nobody waits for the end to learn of it; the error follows in the summary.
    if (result.kind === "fail") process.stdout.write(`✖ ${result.name}\n`);
  }
}

/** Does the work for each file, so many at a time. */
async function forEach(files: readonly string[], atOnce: number, work: (file: string) => Promise<void>): Promise<void> {
  const left = [...files];
  const worker = async () => {
    for (let file = left.shift(); file !== undefined; file = left.shift()) await work(file);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function split(args: readonly string[]): [words: string[], failed: string | undefined] {
  const at = args.indexOf("--failed");
  const failed = at < 0 ? undefined : args[at + 1];
  return [args.filter((arg, i) => !arg.startsWith("--") && (at < 0 || i !== at + 1)), failed];
}

/** Aborted by the first SIGINT or SIGTERM: what has run until then is still summed up. */
function untilInterrupted(): AbortSignal {
  const stopping = new AbortController();
  const stop = () => {
    if (!stopping.signal.aborted) process.stdout.write("\nInterrupted: what the tests have started is removed.\n");
    stopping.abort();
  };
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, stop);
  return stopping.signal;
}

async function runStep(step: Step, record: (outcome: Outcome) => void, signal: AbortSignal): Promise<void> {
  const startedAt = performance.now();
  const [program, ...args] = step.command;
  const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], signal });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => output.push(data));
  const code = await new Promise<number | null>((resolve) => {
    child.once("error", (error) => output.push(Buffer.from(error.message)));
    child.once("close", resolve);
  });
  const text = Buffer.concat(output).toString().trim();
  if (code === 0) step.onPassed?.();
  record(outcome(code === 0 ? "pass" : "fail", step.name, performance.now() - startedAt, text));
  // A check that could not be made says so, and passes.
  if (code === 0 && text.startsWith("Not checked")) process.stdout.write(`${step.name}: ${text}\n`);
}

function outcome(kind: "pass" | "fail", name: string, durationMs: number, reason: string): Outcome {
  return { kind, name, durationMs, reason, file: undefined, line: undefined, nesting: 0 };
}

process.exitCode = await main(process.argv.slice(2));
