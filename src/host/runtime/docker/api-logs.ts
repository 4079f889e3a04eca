import { DriverError } from "#kernel/fault.ts";
import type { LogRecord } from "../driver.ts";
import { createLogSequence, createTimeParser, type LogPosition } from "../log-records.ts";
import type { DockerContext } from "./context.ts";
import { connectionError } from "./errors.ts";
import { demultiplex, type Frame, terminalLines } from "./frames.ts";

/** A container's output through the engine's API. */

/** How many of the last lines are looked at for what following has left out. */
const tailLines = 1000;

export interface Pass {
  readonly tty: boolean;
  readonly signal: AbortSignal;
}

/** One answer of the engine, to its end; records as they are kept. */
export async function* readPass(
  context: DockerContext,
  containerId: string,
  query: Readonly<Record<string, string | number | boolean>>,
  { tty, signal }: Pass,
): AsyncGenerator<LogRecord[]> {
  const parse = createFrameParser(tty);
  try {
    await using stream = await context.client.stream("GET", `/containers/${containerId}/logs`, {
      query: { stdout: true, stderr: true, timestamps: true, ...query },
      signal,
    });
    for await (const frames of tty ? terminalLines(stream) : demultiplex(stream)) yield frames.map(parse);
  } catch (cause) {
    if (signal.aborted) return;
    throw cause instanceof DriverError ? cause : connectionError(cause, context.client.address.url);
  }
}

/**
 * What is kept behind the last record that following gave, found again among the log's last lines, which the engine
 * reads from the end without going through the whole log. Undefined when it is not there: much more was left out.
 */
export async function readRest(
  context: DockerContext,
  containerId: string,
  pass: Pass & { readonly last: LogRecord; readonly since: LogPosition },
): Promise<LogRecord[] | undefined> {
  const tail: LogRecord[] = [];
  for await (const kept of readPass(context, containerId, { tail: tailLines }, pass)) tail.push(...kept);
  const { last, since } = pass;
  const at = tail.findLastIndex(
    ({ timeNanos, stream, message }) =>
      timeNanos === last.timeNanos && stream === last.stream && Buffer.compare(message, last.message) === 0,
  );
  if (at < 0) return undefined;
  const sequence = createLogSequence(undefined);
  sequence({ ...last, timeNanos: since.timeNanos }); // times go on from the last one given
  return tail
    .slice(at + 1)
    .map(sequence)
    .filter((record) => record !== undefined);
}

/** A frame is a time, a blank, and a line with its end; without the end it is a part of a longer line. */
function createFrameParser(tty: boolean): (frame: Frame) => LogRecord {
  const parseTime = createTimeParser();
  return ({ stream, data }) => {
    const blank = data.indexOf(0x20);
    const time = data.toString("latin1", 0, blank < 0 ? data.length : blank);
    const whole = data[data.length - 1] === 0x0a;
    let end = whole ? data.length - 1 : data.length;
    if (tty && whole && data[end - 1] === 0x0d) end--; // a terminal ends its lines with both
    const message = blank < 0 ? data.subarray(data.length) : data.subarray(blank + 1, Math.max(blank + 1, end));
    return { timeNanos: parseTime(time), stream, message, partial: !whole };
  };
}
