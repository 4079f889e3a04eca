import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { type Message, messageFd, type Outcome } from "./messages.ts";

export interface RunFilesOptions {
  readonly root: string;
  /** Relative to the root. They run one after another in one process. */
  readonly files: readonly string[];
  /** Ends the process after the last test, whatever it still waits for. */
  readonly forceExit: boolean;
  /** A test, or a hook, that takes longer has hung, and fails. */
  readonly testTimeoutMs: number;
  /** Ends the run as soon as what the tests have started is undone. */
  readonly signal: AbortSignal;
  readonly onOutcome: (outcome: Outcome) => void;
}

/** Beyond what a test may take, for its hooks; then the process has hung where no timeout of a test helps. */
const graceMs = 120_000;

/**
 * Runs test files in a child process, `node --test` with a reporter of ours. Resolves when all have been run; a child
 * that breaks off (a crash, an exit inside a test) or tells nothing for too long (its tests are done, and it does not
 * end) counts as a failed test.
 */
export async function runFiles(options: RunFilesOptions): Promise<void> {
  if (options.files.length === 0 || options.signal.aborted) return;
  const child = start(options);
  let ended = false;
  let last = "its start";
  const silenceMs = options.testTimeoutMs + graceMs;
  const silence = setTimeout(() => {
    ended = true;
    options.onOutcome(failure(`${options.files} has hung`, `It told nothing for ${silenceMs / 1000} s after ${last}.`));
    child.kill("SIGKILL");
  }, silenceMs);
  const output: Buffer[] = [];
  for (const stream of [child.stdout!, child.stderr!]) stream.on("data", (data: Buffer) => output.push(data));
  child.stderr!.on("data", (data: Buffer) => process.stderr.write(data));
  const lines = createInterface({ input: child.stdio[messageFd] as Readable });
  lines.on("line", (line) => {
    const message = JSON.parse(line) as Message;
    silence.refresh();
    if ("name" in message) last = message.name;
    if (message.kind === "end") ended = true;
    else if (message.kind === "diagnostic") {
      // An error that was thrown after its test had ended fails no test, says Node.js; here it does.
      if (message.text.startsWith("Error: ")) options.onOutcome(failure("after the end of a test", message.text));
      // That a test fails whose platform is taken away says nothing.
    } else if (!(message.kind === "fail" && options.signal.aborted)) options.onOutcome(message);
  });
  const allRead = once(lines, "close");
  const how = await new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  clearTimeout(silence);
  await allRead;
  if (!ended && !options.signal.aborted)
    options.onOutcome(failure(`test process of ${options.files} (${how})`, Buffer.concat(output).toString().trim()));
}

function start({ root, files, forceExit, testTimeoutMs, signal }: RunFilesOptions): ChildProcess {
  const args = [
    "--disable-warning=ExperimentalWarning",
    "--test",
    "--test-isolation=none",
    `--test-timeout=${testTimeoutMs}`,
    ...(forceExit ? ["--test-force-exit"] : []),
    `--test-reporter=${join(import.meta.dirname, "reporter.ts")}`,
  ];
  // In a group of its own Ctrl-C does not reach it, and what it has started, before it can undo that.
  const stdio = ["pipe", "pipe", "pipe", "pipe"] as const;
  const child = spawn(process.execPath, [...args, ...files], { cwd: root, detached: true, stdio: [...stdio] });
  const stop = () => child.stdin!.destroy();
  signal.addEventListener("abort", stop, { once: true });
  child.once("close", () => signal.removeEventListener("abort", stop));
  return child;
}

function failure(name: string, reason: string): Outcome {
  return { kind: "fail", name, file: undefined, line: undefined, nesting: 0, durationMs: 0, reason };
}
