import { spawn } from "node:child_process";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import type { Clock } from "#kernel/clock.ts";
import { Follower } from "./follower.ts";
import type { PrivilegedShell } from "./privileged-shell.ts";
import { type ShellChannel, ShellSession } from "./shell-session.ts";

/** Programs of the system that an ordinary PATH leaves out. */
export const systemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** A shell on this machine, for a platform that runs as root. `command` starts it; by default `/bin/sh`. */
export function createDirectShell(options: {
  readonly clock: Clock;
  readonly command?: readonly string[];
}): PrivilegedShell {
  const [program = "/bin/sh", ...args] = options.command ?? [];
  const channel = () => open(program, args);
  const session = new ShellSession(channel, options.clock);
  const followers: Follower[] = [];
  return {
    name: "direct",
    run: (script) => session.run(script),
    follow: (command, onLine) => void followers.push(new Follower(channel, options.clock, command, onLine)),
    async close() {
      session.close();
      for (const follower of followers) follower.close();
    },
  };
}

async function open(program: string, args: readonly string[]): Promise<ShellChannel> {
  // Nothing of the platform's environment, which holds secrets, goes to the shell.
  const env = { PATH: systemPath, LC_ALL: "C" };
  const shell = spawn(program, args, { cwd: "/", env, stdio: ["pipe", "pipe", "pipe"], detached: true });
  await once(shell, "spawn");
  const output = new PassThrough();
  shell.stdout.pipe(output, { end: false });
  shell.stderr.pipe(output, { end: false });
  shell.stdin.on("error", () => {}); // the end of the shell, which its output tells of
  shell.on("close", () => output.end());
  return { input: shell.stdin, output, kill: () => killGroup(shell.pid) };
}

/** The shell leads a process group of its own (`detached`), so that what it runs ends with it. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it has ended by itself
  }
}
