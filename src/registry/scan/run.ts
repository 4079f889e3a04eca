import { spawn } from "node:child_process";
import type { Clock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";

export interface RunOptions {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  readonly signal: AbortSignal;
}

/** What is kept of what a program complains of. */
const complaintBytes = 4096;

/**
 * Runs a program to its end and gives what it wrote. It is killed with all that it has started when it takes too long,
 * writes too much, or the signal aborts. Rejects with a `DriverError`: `TimedOut`, `Aborted` or `Failed`.
 */
export async function run(options: RunOptions): Promise<Buffer> {
  const { file, args, cwd, env, clock, signal } = options;
  signal.throwIfAborted();
  // A group of its own, so that its children end with it.
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let ended: DriverError | undefined;
  const end = (error: DriverError) => {
    ended ??= error;
    killGroup(child.pid);
  };
  const timer = clock.after(options.timeoutMs, () => {
    end(new DriverError("TimedOut", `The scanner took longer than ${Math.round(options.timeoutMs / 1000)} seconds.`));
  });
  const abort = () => end(new DriverError("Aborted", "The scan was broken off: the platform is being stopped."));
  signal.addEventListener("abort", abort, { once: true });
  const output: Buffer[] = [];
  let outputBytes = 0;
  let complaint = "";
  child.stdout.on("data", (piece: Buffer) => {
    outputBytes += piece.length;
    if (outputBytes <= options.maxOutputBytes) output.push(piece);
    else end(new DriverError("Failed", "The scanner's answer is too large."));
  });
  child.stderr.on("data", (piece: Buffer) => (complaint = `${complaint}${piece}`.slice(-complaintBytes)));
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    if (ended !== undefined) throw ended;
    if (code !== 0) throw new DriverError("Failed", lastWords(complaint) ?? `The scanner ended with the code ${code}.`);
    return Buffer.concat(output);
  } catch (cause) {
    if (cause instanceof DriverError) throw cause;
    throw new DriverError("Failed", "The scanner could not be started.", { cause });
  } finally {
    timer.cancel();
    signal.removeEventListener("abort", abort);
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // It has ended by itself.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** The last line that says something, short enough for a status. */
function lastWords(complaint: string): string | undefined {
  const line = complaint
    .split("\n")
    .map((each) => each.trim())
    .findLast((each) => each !== "");
  return line?.slice(0, 300);
}
