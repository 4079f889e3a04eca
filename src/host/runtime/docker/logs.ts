import { sleep } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import type { LogRecord, ReadLogsOptions } from "../driver.ts";
import { createLogSequence, type LogPosition } from "../log-records.ts";
import type { ContainerAnswer } from "./api.ts";
import { readPass, readRest } from "./api-logs.ts";
import type { DockerContext } from "./context.ts";
import { hasReason } from "./errors.ts";
import { type LogFile, openLogFile } from "./log-files.ts";
import { readLogFiles } from "./read-log-files.ts";
import { inspect } from "./requests.ts";

/** How far before the position reading begins; see `createLogSequence`. */
const overlapSeconds = 2n;
const nanosPerSecond = 1_000_000_000n;
/** The pause before following again a container that has not ended though the engine has ended its answer. */
const followAgainMs = 200;

/**
 * A container's output: from the engine's own files where they can be read, else through its API. Both give the same
 * records, so that one can go on from a position that the other has given. When the API follows, the engine may end its
 * answer before it has sent the last lines (seen with 20.10: what is written in the moment of the end), so the rest is
 * asked for once more.
 */
export async function* readLogs(
  context: DockerContext,
  containerId: string,
  options: ReadLogsOptions,
): AsyncGenerator<readonly LogRecord[]> {
  const { signal } = options;
  let since = options.since;
  let last: LogRecord | undefined;
  for (let first = true; ; first = false) {
    const container = await inspect(context, containerId);
    if (container === undefined && !first) return; // removed while it was followed
    if (container === undefined) throw new DriverError("NotFound", `No such container: ${containerId}`);
    if (container.HostConfig.LogConfig.Type === "none") {
      throw new DriverError("InvalidSpec", `Container ${containerId} was made without keeping its output`);
    }
    const tty = container.Config.Tty;
    const follow = options.follow && (container.State.Running || container.State.Status === "created");
    const file = await openOwnFile(context, container, since);
    if (file !== undefined) {
      yield* readFiles(context, container, file, { since, follow, signal });
      return;
    }
    if (!follow && last !== undefined && since !== undefined) {
      const rest = await readRest(context, containerId, { tty, signal, last, since });
      if (rest !== undefined && rest.length > 0) yield rest;
      if (rest !== undefined) return;
    }
    if (follow && !first) await sleep(context.clock, followAgainMs, signal).catch(() => {});
    const sequence = createLogSequence(since);
    for await (const kept of readPass(context, containerId, { ...sinceQuery(since), follow }, { tty, signal })) {
      const records = kept.map(sequence).filter((record) => record !== undefined);
      last = kept.at(-1);
      if (records.length === 0) continue;
      since = positionAfter(since, records);
      yield records;
    }
    if (!follow || signal.aborted) return;
  }
}

/** Where reading begins to give what is behind the position. */
function startNanos(since: LogPosition): bigint {
  return BigInt(since.timeNanos) - overlapSeconds * nanosPerSecond;
}

function sinceQuery(since: LogPosition | undefined): { since?: string } {
  return since === undefined ? {} : { since: String(startNanos(since) / nanosPerSecond) };
}

/** The file with the output, where the engine keeps one and this process may read it. */
async function openOwnFile(
  context: DockerContext,
  { HostConfig, LogPath }: ContainerAnswer,
  since: LogPosition | undefined,
): Promise<LogFile | undefined> {
  // A container that has not been started yet has none.
  if (!context.readsLogFiles || !LogPath || HostConfig.LogConfig.Type !== "json-file") return undefined;
  if (!(await context.engine()).info.local) return undefined;
  return await openLogFile(LogPath, since && startNanos(since)).catch((error: NodeJS.ErrnoException) => {
    if (["ENOENT", "EACCES", "EPERM", "ENOTDIR"].includes(error.code ?? "")) return undefined;
    throw new DriverError("Failed", `${LogPath} cannot be read`, { cause: error, retryable: true });
  });
}

async function* readFiles(
  context: DockerContext,
  { Id, LogPath, Config }: ContainerAnswer,
  file: LogFile,
  options: ReadLogsOptions & { readonly since: LogPosition | undefined },
): AsyncGenerator<readonly LogRecord[]> {
  const { clock, log } = context;
  const { since, follow } = options;
  const reading = new AbortController();
  const signal = AbortSignal.any([options.signal, reading.signal]);
  const ended = follow ? untilEnded(context, Id, signal) : undefined;
  const sequence = createLogSequence(since);
  try {
    for await (const kept of readLogFiles({ path: LogPath!, file, tty: Config.Tty, ended, clock, signal, log })) {
      const records = kept.map(sequence).filter((record) => record !== undefined);
      if (records.length > 0) yield records;
    }
  } finally {
    reading.abort();
  }
}

/** Resolves when the container has ended; the engine has written all of its output by then. */
async function untilEnded(context: DockerContext, containerId: string, signal: AbortSignal): Promise<void> {
  try {
    await context.client.call("POST", `/containers/${containerId}/wait`, { timeoutSeconds: 0, signal });
  } catch (error) {
    if (!signal.aborted && !hasReason(error, "NotFound")) throw error;
  }
}

function positionAfter(before: LogPosition | undefined, records: readonly LogRecord[]): LogPosition {
  const { timeNanos } = records.at(-1)!;
  let count = 0;
  for (let i = records.length - 1; i >= 0 && records[i]!.timeNanos === timeNanos; i--) count++;
  const goesOn = count === records.length && before?.timeNanos === timeNanos;
  return { timeNanos, count: goesOn ? count + before.count : count };
}
