import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { type Message, messageFd, type Outcome } from "./messages.ts";

export interface RunFilesOptions {
  readonly root: string;
  /** Relative to the root. */
  readonly files: readonly string[];
  /** All files in one process, or a process a file, so many at a time. */
  readonly isolation: "none" | "process";
  readonly concurrency: number;
  /** Ends the run at once. */
  readonly signal: AbortSignal;
  readonly onOutcome: (outcome: Outcome) => void;
}

/** A test, or a file of tests with a process of its own, that takes longer has hung. */
const timeoutMs = 20 * 60_000;

/**
 * Runs test files in a child process, `node --test` with a reporter of ours. Resolves when all have been run; a child
 * that breaks off (a crash, an exit inside a test) counts as a failed test.
 */
export async function runFiles(options: RunFilesOptions): Promise<void> {
  if (options.files.length === 0 || options.signal.aborted) return;
  const child = start(options);
  let ended = false;
  const output: Buffer[] = [];
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (data: Buffer) => output.push(data));
  const lines = createInterface({ input: child.stdio[messageFd] as Readable });
  lines.on("line", (line) => {
    const message = JSON.parse(line) as Message;
    if (message.kind === "end") ended = true;
    else if (message.kind === "stderr") process.stderr.write(message.text);
    else if (message.kind === "diagnostic") {
      // An error that was thrown after its test had ended fails no test, says Node.js; here it does.
      if (message.text.startsWith("Error: ")) options.onOutcome(failure("after the end of a test", message.text));
    } else options.onOutcome(message);
  });
  const allRead = once(lines, "close");
  const how = await new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  await allRead;
  if (!ended && !options.signal.aborted)
    options.onOutcome(failure(`test process (${how})`, Buffer.concat(output).toString().trim()));
}

function start({ root, files, isolation, concurrency, signal }: RunFilesOptions): ChildProcess {
  const args = [
    "--disable-warning=ExperimentalWarning",
    "--test",
    `--test-isolation=${isolation}`,
    `--test-concurrency=${concurrency}`,
    `--test-timeout=${timeoutMs}`,
    // In one process a timer that one file forgets must not keep all of them.
    ...(isolation === "none" ? ["--test-force-exit"] : []),
    `--test-reporter=${join(import.meta.dirname, "reporter.ts")}`,
  ];
  const child = spawn(process.execPath, [...args, ...files], { cwd: root, stdio: ["ignore", "pipe", "pipe", "pipe"] });
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  child.once("close", () => signal.removeEventListener("abort", stop));
  return child;
}

function failure(name: string, reason: string): Outcome {
  return { kind: "fail", name, file: undefined, line: undefined, nesting: 0, durationMs: 0, reason };
}
