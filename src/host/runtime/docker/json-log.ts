import type { LogRecord } from "../driver.ts";
import { createTimeParser } from "../log-records.ts";

/**
 * The lines that the engine's log driver `json-file` keeps a container's output in:
 * `{"log":"text\n","stream":"stdout","time":"2026-01-02T03:04:05.123456789Z"}`. What has no `\n` at its end is a part
 * of a longer line.
 */
interface KeptLine {
  readonly log: string;
  readonly stream: "stdout" | "stderr";
  readonly time: string;
}

const backslash = 0x5c;
const quote = 0x22;
const start = Buffer.from('{"log":"');
const middles = {
  stdout: Buffer.from('","stream":"stdout","time":"'),
  stderr: Buffer.from('","stream":"stderr","time":"'),
};
const end = Buffer.from('"}');
/** As long as a time may be. */
const maxTimeBytes = 40;

/** Reads such lines, given without their ends; undefined for what is none. Messages share the line's memory. */
export function createJsonLogParser(tty: boolean): (line: Buffer) => LogRecord | undefined {
  const parseTime = createTimeParser();
  return (line) => {
    const record = readPlain(line, parseTime) ?? readEscaped(line, tty, parseTime);
    return record?.timeNanos.startsWith("NaN") ? undefined : record;
  };
}

/** Most lines have nothing escaped but their end: their bytes are the message's. Undefined for others. */
function readPlain(line: Buffer, parseTime: (text: string) => string): LogRecord | undefined {
  // The time stands at the end, behind a quote.
  const lineEnd = line.length - end.length;
  let timeStart = lineEnd;
  while (timeStart > lineEnd - maxTimeBytes && line[timeStart - 1] !== quote) timeStart--;
  for (const stream of ["stdout", "stderr"] as const) {
    const middle = middles[stream];
    const textEnd = timeStart - middle.length;
    if (textEnd < start.length || line.compare(middle, 0, middle.length, textEnd, timeStart) !== 0) continue;
    const escaped = line.indexOf(backslash, start.length);
    const partial = escaped < 0 || escaped >= textEnd;
    if (!partial && (escaped !== textEnd - 2 || line[escaped + 1] !== 0x6e)) return undefined;
    const timeNanos = parseTime(line.toString("latin1", timeStart, lineEnd));
    return { timeNanos, stream, message: line.subarray(start.length, partial ? textEnd : escaped), partial };
  }
  return undefined;
}

function readEscaped(line: Buffer, tty: boolean, parseTime: (text: string) => string): LogRecord | undefined {
  let kept: KeptLine;
  try {
    kept = JSON.parse(line.toString()) ?? {};
  } catch {
    return undefined;
  }
  const { log, stream, time } = kept;
  if (typeof log !== "string" || (stream !== "stdout" && stream !== "stderr")) return undefined;
  const timeNanos = parseTime(String(time));
  const whole = log.endsWith("\n");
  // A terminal ends its lines with both.
  const ending = whole ? (tty && log.endsWith("\r\n") ? 2 : 1) : 0;
  return { timeNanos, stream, message: Buffer.from(log.slice(0, log.length - ending)), partial: !whole };
}
