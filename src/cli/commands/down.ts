import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sleep, systemClock } from "#kernel/clock.ts";
import { isUnserved } from "#kernel/unserved.ts";
import { type Command, CommandError, exitCodes, lastValue } from "../command.ts";
import { dataFolder, type PlatformFile } from "../settings.ts";
import { askHealth } from "./health.ts";
import { dataOption } from "./options.ts";

/** A task may take its stopTimeout, 120 seconds at most on Fargate, and a busy engine as long to remove them all. */
const mostSeconds = 300;
const lookAgainMs = 50;

export const downCommand: Command = {
  name: "down",
  usage: "down [--keep-tasks] [--data DIR]",
  summary: "Stop the platform of this machine and its tasks.",
  options: {
    "keep-tasks": { type: "boolean", help: "stop the platform only; tasks run on" },
    ...dataOption,
  },
  examples: ["estiva down", "estiva down --keep-tasks"],
  positionals: [0, 0],
  async run(args, terminal) {
    const folder = dataFolder(terminal.env, lastValue(args, "data"));
    const pid = await runningPid(folder);
    if (pid === undefined) {
      terminal.err(`No platform runs on ${folder}.\n`);
      return exitCodes.ok;
    }
    process.kill(pid, args.flags.has("keep-tasks") ? "SIGTERM" : "SIGUSR2");
    const clock = systemClock({ keepAlive: true });
    for (const until = clock.now() + mostSeconds * 1000; clock.now() < until; await sleep(clock, lookAgainMs)) {
      if (!isAlive(pid)) return exitCodes.ok;
    }
    throw new CommandError(`The platform (process ${pid}) has not ended after ${mostSeconds} s.`);
  },
};

/**
 * The process of the platform that answers at the endpoint announced in the data folder. The number in the file alone
 * is not enough: after a crash it may be another process's by now.
 */
async function runningPid(folder: string): Promise<number | undefined> {
  try {
    const { endpoint, pid } = JSON.parse(readFileSync(join(folder, "platform.json"), "utf8")) as PlatformFile;
    const answer = await askHealth(endpoint);
    return ((await answer.json()) as { pid?: number }).pid === pid ? pid : undefined;
  } catch (error) {
    if (isUnserved(error)) return undefined;
    if ((error as Error).name !== "TimeoutError") throw error;
    const message = `The platform of ${folder} does not answer: it hangs, or its machine is very busy.`;
    throw new CommandError(`${message} Its process is in ${join(folder, "store.db.holder")}.`, exitCodes.unavailable);
  }
}

/** Not one that has ended and that nobody waits for: the first process of a container (`tail -f`) may be no `init`. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}

function isZombie(pid: number): boolean {
  const path = `/proc/${pid}/stat`;
  // Elsewhere than on Linux there is none.
  return existsSync(path) && /\) [ZX] /.test(readFileSync(path, "utf8"));
}
