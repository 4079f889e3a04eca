import type { Duplex } from "node:stream";
import { sleep } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import type { ExecProcess, ExecSpec } from "../driver.ts";
import type { ContainerAnswer, ExecAnswer } from "./api.ts";
import type { DockerContext } from "./context.ts";
import { hasReason } from "./errors.ts";
import { demultiplex, type Frame } from "./frames.ts";
import { createExecKiller, type ExecKiller } from "./kill-exec.ts";

export interface Execs {
  start(containerId: string, spec: ExecSpec): Promise<ExecProcess>;
  endLost(containerId: string): Promise<void>;
}

/**
 * Keys that leave a terminal and its process behind. The engine has some by default (Ctrl-P Ctrl-Q), and holds the
 * first back until the next is typed; these begin with what nobody types alone. The engine shows them when it is asked
 * about a process, so that they also mark what drivers have started: nothing else of it can be chosen.
 */
const detachKeys = "ctrl-@,ctrl-_,ctrl-^,ctrl-],ctrl-_,ctrl-^,ctrl-]";
const detachCodes = Buffer.from([0, 31, 30, 29, 31, 30, 29]).toString("base64");

export function createExecs(context: DockerContext): Execs {
  /** What this driver itself is connected to. */
  const live = new Set<string>();
  const killer = createExecKiller(context);
  return {
    async start(containerId, spec) {
      const id = await create(context, containerId, spec);
      live.add(id);
      try {
        const process = await connect(context, killer, { id, containerId }, spec);
        const forget = () => void live.delete(id);
        process.exited.then(forget, forget);
        return process;
      } catch (error) {
        live.delete(id);
        throw error;
      }
    },
    async endLost(containerId) {
      const path = `/containers/${containerId}/json`;
      const { ExecIDs }: ContainerAnswer = await context.client.call("GET", path);
      const end = async (id: string) => {
        const isOurs = [detachCodes, detachKeys].includes((await inspect(context, id))?.DetachKeys ?? "");
        const answer = isOurs ? await untilStarted(context, id) : undefined;
        if (answer !== undefined) await killer.end(containerId, answer);
      };
      await Promise.all((ExecIDs ?? []).filter((id) => !live.has(id)).map(end));
    },
  };
}

async function create(context: DockerContext, containerId: string, spec: ExecSpec): Promise<string> {
  const body = {
    Cmd: spec.command,
    Env: spec.environment,
    User: spec.user,
    Tty: spec.tty,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    DetachKeys: detachKeys,
    ...consoleSize(spec),
  };
  const { Id: id } = await context.client.call("POST", `/containers/${containerId}/exec`, { body });
  return id;
}

/** Engines before API 1.42 pass it over; they are told once the process runs. */
function consoleSize({ size }: ExecSpec): object {
  return size === undefined ? {} : { ConsoleSize: [size.rows, size.columns] };
}

interface ExecId {
  readonly id: string;
  readonly containerId: string;
}

/** Starts the process and takes over the connection to it. */
async function connect(
  context: DockerContext,
  killer: ExecKiller,
  { id, containerId }: ExecId,
  spec: ExecSpec,
): Promise<ExecProcess> {
  const { client } = context;
  const body = { Detach: false, Tty: spec.tty, ...consoleSize(spec) };
  const socket = await client.hijack(`/exec/${id}/start`, { body });
  const givenUp = new AbortController();
  const exited = exitCode(context, id, socket, givenUp.signal);
  exited.catch(() => {}); // who asks for it is told
  const resize = async (columns: number, rows: number) => {
    await client.call("POST", `/exec/${id}/resize`, { query: { w: columns, h: rows } }).catch(async (error) => {
      // One that has ended has no terminal; engines have several words for that.
      if ((await inspect(context, id))?.Running) throw error;
    });
  };
  const process: ExecProcess = {
    output: output(socket, spec.tty, givenUp.signal),
    write: (data) => write(socket, data),
    closeInput: () => socket.end(),
    resize,
    exited,
    async kill() {
      const answer = await untilStarted(context, id);
      givenUp.abort();
      // A process of the sort that cannot be killed keeps nobody waiting for its output.
      if (answer?.Running) await killer.end(containerId, answer).finally(() => socket.destroy());
      else socket.destroy();
    },
  };
  try {
    if (spec.size !== undefined) await resize(spec.size.columns, spec.size.rows);
  } catch (error) {
    await process.kill(); // nobody else knows of it
    throw error;
  }
  return process;
}

/** What the engine knows of it; undefined when that is nothing any more. */
async function inspect(context: DockerContext, id: string): Promise<ExecAnswer | undefined> {
  return await context.client.call("GET", `/exec/${id}/json`).catch((error) => {
    if (hasReason(error, "NotFound")) return undefined;
    throw error;
  });
}

/** So long a process may take to start, once the engine has been told. */
const startMs = 60_000;

/**
 * The engine hands the connection over before the process runs: only then can it be ended. One that has not started in
 * time never will: the driver that made it was killed before it told the engine to.
 */
async function untilStarted(context: DockerContext, id: string): Promise<ExecAnswer | undefined> {
  const until = context.clock.now() + startMs;
  for (let delayMs = 5; ; delayMs = Math.min(1000, delayMs * 2)) {
    const answer = await inspect(context, id);
    const hasStarted = answer === undefined || answer.Pid > 0 || answer.ExitCode !== null;
    if (hasStarted || context.clock.now() >= until) return answer;
    await sleep(context.clock, delayMs);
  }
}

async function* output(
  socket: Duplex,
  tty: boolean,
  givenUp: AbortSignal,
): AsyncGenerator<{ stream: "stdout" | "stderr"; data: Uint8Array }> {
  try {
    if (tty) for await (const data of socket) yield { stream: "stdout", data };
    else for await (const frames of demultiplex(socket)) yield* frames satisfies Frame[];
  } catch (error) {
    if (!givenUp.aborted) throw new DriverError("Failed", "The connection to the process has broken", { cause: error });
  }
}

function write(socket: Duplex, data: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(data, (cause) => {
      if (cause) reject(new DriverError("Failed", "The process no longer reads its input", { cause }));
      else resolve();
    });
  });
}

/** The engine closes the connection when the process ends, and knows its exit code a moment later. */
async function exitCode(context: DockerContext, id: string, socket: Duplex, givenUp: AbortSignal): Promise<number> {
  await new Promise<void>((resolve) => {
    socket.once("end", resolve);
    socket.once("close", resolve);
    socket.on("error", () => resolve()); // how it ended is asked for below
  });
  for (let delayMs = 5; ; delayMs = Math.min(1000, delayMs * 2)) {
    const state = await inspect(context, id);
    if (state === undefined) throw new DriverError("NotFound", "The process and its container are gone");
    if (!state.Running && state.ExitCode !== null) return state.ExitCode;
    if (givenUp.aborted && delayMs === 1000) throw new DriverError("Failed", "The process could not be ended");
    await sleep(context.clock, delayMs);
  }
}
