import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sleep, systemClock } from "#kernel/clock.ts";
import { isUnserved } from "#kernel/unserved.ts";
import { CommandError } from "../../command.ts";
import type { Machine } from "../../commands/machine.ts";
import { dataFolder } from "../../settings.ts";
import type { ForwardedPort, Forwarder } from "./forwarder.ts";

/**
 * After `up -d` a process of its own keeps the project's ports open. It is told what to do over a socket beside its
 * files, so that nothing is ever done to a process by its number.
 */

export interface ForwarderFiles {
  /** The ports, as JSON. */
  readonly ports: string;
  readonly log: string;
  readonly socket: string;
}

/** A path of a socket has 107 bytes at most. */
const longestSocket = 100;

export function forwarderFiles(env: NodeJS.ProcessEnv, data: string | undefined, project: string): ForwarderFiles {
  const folder = join(dataFolder(env, data), "compose");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const own = join(folder, `${project}.sock`);
  const short = createHash("sha256").update(own).digest("hex").slice(0, 16);
  return {
    ports: join(folder, `${project}.json`),
    log: join(folder, `${project}.log`),
    socket: own.length <= longestSocket ? own : join(tmpdir(), `estiva-compose-${short}.sock`),
  };
}

/** What the process says of itself. */
export type ForwarderStatus = Pick<Forwarder, "listening" | "failed">;

/** The body of the process: answers `status` and, when it is told to `stop`, resolves. */
export async function serveControl(files: ForwarderFiles, forwarder: Forwarder, signal: AbortSignal): Promise<void> {
  rmSync(files.socket, { force: true });
  const stopped = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", (data) => {
      const { listening, failed } = forwarder;
      socket.end(JSON.stringify({ listening, failed }));
      if (data.toString().trim() === "stop") stopped.resolve();
    });
  });
  server.listen(files.socket);
  await once(server, "listening");
  chmodSync(files.socket, 0o600);
  signal.addEventListener("abort", () => stopped.resolve(), { once: true });
  await stopped.promise;
  await forwarder.close();
  for (const path of [files.ports, files.log]) rmSync(path, { force: true });
  // Last, and the socket's file with it: who finds nobody there may write the files anew, and open the ports.
  server.close();
}

/** What the process answers; undefined: there is none. */
async function ask(files: ForwarderFiles, word: "status" | "stop"): Promise<ForwarderStatus | undefined> {
  const socket = connect(files.socket);
  try {
    await once(socket, "connect");
    socket.write(`${word}\n`);
    let answer = "";
    for await (const data of socket) answer += data;
    return answer === "" ? undefined : (JSON.parse(answer) as ForwarderStatus);
  } catch (error) {
    if (isUnserved(error)) return undefined;
    throw error;
  } finally {
    socket.destroy();
  }
}

export function forwarderStatus(files: ForwarderFiles): Promise<ForwarderStatus | undefined> {
  return ask(files, "status");
}

/** Ends the process, if there is one, and takes its files away. Resolves when its ports are free. */
export async function stopForwarder(files: ForwarderFiles): Promise<void> {
  const clock = systemClock({ keepAlive: true });
  if ((await ask(files, "stop")) !== undefined) {
    while ((await ask(files, "status")) !== undefined) await sleep(clock, lookAgainMs);
  }
  for (const path of [files.socket, files.ports, files.log]) rmSync(path, { force: true });
}

const lookAgainMs = 30;
const startSeconds = 60;

export interface BackgroundOptions {
  readonly machine: Machine;
  readonly project: string;
  readonly data: string;
  readonly files: ForwarderFiles;
}

/** Has the process open just these ports: one that does so already goes on. Resolves with what it has opened. */
export async function ensureForwarder(
  options: BackgroundOptions,
  ports: readonly ForwardedPort[],
): Promise<ForwarderStatus> {
  const { machine, project, data, files } = options;
  const wanted = JSON.stringify(ports);
  const running = await forwarderStatus(files);
  if (running !== undefined && readPorts(files) === wanted && running.failed.length === 0) return running;
  await stopForwarder(files);
  if (ports.length === 0) return { listening: [], failed: [] };
  writeFileSync(files.ports, wanted, { mode: 0o600 });
  machine.startInBackground(["compose", "forward", "--project-name", project, "--data", data], files.log);
  const clock = systemClock({ keepAlive: true });
  for (const until = clock.now() + startSeconds * 1000; clock.now() < until; ) {
    const status = await forwarderStatus(files);
    if (status !== undefined) return status;
    await sleep(clock, lookAgainMs);
  }
  throw new CommandError(`The ports could not be opened; see ${files.log}.`);
}

/** The ports that the process is to open, as its files have them. */
export function readPorts(files: ForwarderFiles): string | undefined {
  try {
    return readFileSync(files.ports, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
