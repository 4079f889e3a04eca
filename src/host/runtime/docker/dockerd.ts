import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, openSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { type Clock, sleep } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import { parseAddress } from "./address.ts";
import { createEngineClient } from "./client.ts";

/** What `dockerd` needs on a Debian-like system, and the programs by which each package is known. */
const packages: readonly (readonly [string, readonly string[]])[] = [
  ["docker.io", ["dockerd", "containerd", "runc"]],
  ["iptables", ["iptables"]],
  ["iproute2", ["ip"]],
];
/** Where Debian keeps programs for root, which an ordinary user's PATH leaves out. */
const systemFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin"];

/** The Debian packages that have to be installed before `startDockerd` can work; none when all is there. */
export function missingEnginePackages(env: Readonly<Record<string, string | undefined>>): string[] {
  return packages
    .filter(([, programs]) => programs.some((name) => findProgram(name, env) === undefined))
    .map(([name]) => name);
}

export interface DockerdOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** `/var/run/docker.sock` by default. */
  readonly socket?: string;
  /** Where its output goes; the last lines of it are in the error when it does not start. */
  readonly logFile: string;
  /** More of its options: `["--data-root", "/data/docker"]`. */
  readonly arguments?: readonly string[];
  /** 60 by default. */
  readonly timeoutSeconds?: number;
}

/**
 * Starts `dockerd` in the background, without systemd, and waits until it answers. It goes on when this process ends.
 * Rejects with a `DriverError` that has the end of its log when it ends or does not answer in time; it is then stopped.
 */
export async function startDockerd(
  options: DockerdOptions,
): Promise<{ readonly pid: number; readonly socket: string }> {
  const { clock, logFile, env, socket = "/var/run/docker.sock", timeoutSeconds = 60 } = options;
  const program = findProgram("dockerd", env);
  if (program === undefined) {
    const missing = missingEnginePackages(env).join(" ");
    throw new DriverError("NotFound", `There is no dockerd here: apt-get install ${missing}`);
  }
  await mkdir(join(logFile, ".."), { recursive: true });
  const log = openSync(logFile, "a", 0o600);
  const child = spawn(program, ["--host", `unix://${socket}`, ...(options.arguments ?? [])], {
    detached: true,
    stdio: ["ignore", log, log],
    env: { ...env, PATH: [env.PATH, ...systemFolders].filter(Boolean).join(delimiter) },
  });
  const failure = await answerOrFailure(child, socket, clock, timeoutSeconds);
  if (failure === undefined) {
    child.unref();
    return { pid: child.pid!, socket };
  }
  child.kill("SIGTERM");
  const words = (await readFile(logFile, "utf8")).trim().split("\n").slice(-5).join("\n");
  throw new DriverError("Failed", `dockerd ${failure}. The end of ${logFile}:\n${words}`);
}

async function answerOrFailure(
  child: ChildProcess,
  socket: string,
  clock: Clock,
  timeoutSeconds: number,
): Promise<string | undefined> {
  let ended: string | undefined;
  child.once("error", (error) => {
    ended = `could not be started (${error.message})`;
  });
  child.once("exit", (code, signal) => {
    ended = `has ended (${signal ?? `exit code ${code}`})`;
  });
  const client = createEngineClient(parseAddress(socket), clock);
  const deadline = clock.now() + timeoutSeconds * 1000;
  try {
    while (ended === undefined && clock.now() < deadline) {
      const answers = await client.call("GET", "/version", { timeoutSeconds: 5 }).then(
        () => true,
        () => false, // not yet: asked again until the deadline
      );
      if (answers) return undefined;
      await sleep(clock, 100);
    }
    return ended ?? `did not answer at ${socket} within ${timeoutSeconds} seconds`;
  } finally {
    client.close();
  }
}

function findProgram(name: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const folders = [...(env.PATH ?? "").split(delimiter).filter(Boolean), ...systemFolders];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // not there, or not for us
  }
}
