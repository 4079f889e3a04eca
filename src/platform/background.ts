import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";

/** Starts a command of this very program that outlives it. */
export function startInBackground(words: readonly string[], logPath: string): void {
  const log = openSync(logPath, "a", 0o600);
  const program = [...process.execArgv, process.argv[1]!, ...words];
  spawn(process.execPath, program, { detached: true, stdio: ["ignore", log, log] }).unref();
  closeSync(log);
}
