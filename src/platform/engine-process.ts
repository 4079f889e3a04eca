import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

/** A container engine that this program has started, where there is no systemd to do it. */
export interface EngineProcess {
  hasEnded(): boolean;
  /** Tells it to end, and resolves when it has: until then the next one does not start on its files. */
  stop(): Promise<void>;
}

/** `pidFile` is where the engine, which is `program`, keeps its process id. It goes on when this process ends. */
export function launchEngine(program: string, pidFile: string, logPath: string): EngineProcess {
  // An engine that was killed leaves the file behind, and the next one refuses to start where any process has that
  // number now.
  if (!isHeld(pidFile)) rmSync(pidFile, { force: true });
  const log = openSync(logPath, "a", 0o640);
  const engine = spawn(program, [], { detached: true, stdio: ["ignore", log, log] });
  engine.unref();
  const hasEnded = () => engine.exitCode !== null || engine.signalCode !== null;
  return {
    hasEnded,
    async stop() {
      if (hasEnded()) return;
      engine.ref();
      engine.kill("SIGTERM");
      await once(engine, "exit");
    },
  };
}

/** Whether the process that the file names is an engine that runs: it starts, serves, or is about to end. */
export function isHeld(pidFile: string): boolean {
  if (!existsSync(pidFile)) return false;
  const stat = join("/proc", readFileSync(pidFile, "utf8").trim(), "stat");
  return existsSync(stat) && isRunningEngine(readFileSync(stat, "utf8"));
}

/** By the text of `/proc/PID/stat`. The number may be another program's by now, or of one that nobody waited for. */
export function isRunningEngine(stat: string): boolean {
  const [, program, state] = /\((.*)\) (\S)/.exec(stat) ?? [];
  return program === "dockerd" && state !== "Z" && state !== "X";
}
