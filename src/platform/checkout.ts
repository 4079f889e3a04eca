import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { exitCodes } from "#cli/command.ts";
import type { RunTests } from "#cli/commands/test.ts";

/**
 * How to run the tests of the checkout at `root`, or undefined where there is none: the published package comes without
 * tests. The runner is a process of its own, so that the program knows nothing of it.
 */
export function findTests(root: string): RunTests | undefined {
  const runner = join(root, "test/runner/run.ts");
  if (!existsSync(runner)) return undefined;
  return (args, terminal) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [...process.execArgv, runner, ...args], { cwd: root, stdio: "inherit" });
      // It ends its own children and sums up what has run.
      const stop = () => child.kill("SIGTERM");
      terminal.signal.addEventListener("abort", stop, { once: true });
      child.once("error", reject);
      child.once("exit", (code) => {
        terminal.signal.removeEventListener("abort", stop);
        resolve(code ?? exitCodes.failure);
      });
    });
}
