import type { LogRecord, ReadLogsOptions } from "./driver.ts";

export type LogPosition = NonNullable<ReadLogsOptions["since"]>;

/**
 * Gives records times that never go back and leaves out what has been seen. The engine stamps the lines of stdout and
 * stderr before it writes them, so that two lines may be kept in the other order of their times; a record's time is
 * therefore the latest so far. As long as reading begins some seconds before the position to resume from, the same
 * record gets the same time and the same count among its equals whenever it is read.
 */
export function createLogSequence(since: ReadLogsOptions["since"]): (raw: LogRecord) => LogRecord | undefined {
  let toSkip = since?.count ?? 0;
  let latest = "0";
  let resumed = since === undefined;
  return (raw) => {
    if (isLater(raw.timeNanos, latest)) latest = raw.timeNanos;
    if (!resumed && since !== undefined) {
      if (isLater(since.timeNanos, latest)) return undefined;
      if (latest === since.timeNanos && toSkip > 0) {
        toSkip--;
        return undefined;
      }
      resumed = true;
    }
    return latest === raw.timeNanos ? raw : { ...raw, timeNanos: latest };
  };
}

/** Times are decimal digits without leading zeros: of two of one length the greater text is the later time. */
function isLater(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length;
}

/**
 * Reads times such as `2026-01-02T03:04:05.123456789Z` into nanoseconds since the epoch, as decimal digits. It
 * remembers the last second, which most lines share: hundreds of thousands are read in a second.
 */
export function createTimeParser(): (text: string) => string {
  let lastSecond = "";
  let lastZone = "";
  let seconds = "";
  return (text) => {
    // What an engine writes in nearly every line, told by the dot and the Z at their places.
    if (text.charCodeAt(19) === 0x2e && text.charCodeAt(text.length - 1) === 0x5a && lastZone === "Z") {
      if (text.startsWith(lastSecond)) return seconds + text.slice(20, -1).padEnd(9, "0");
    }
    const second = text.slice(0, 19);
    const fraction = /^\.(\d+)/.exec(text.slice(19))?.[1] ?? "";
    const zone = text.slice(fraction === "" ? 19 : 20 + fraction.length);
    if (second !== lastSecond || zone !== lastZone) {
      lastSecond = second;
      lastZone = zone;
      seconds = String(Math.floor(Date.parse(second + zone) / 1000));
    }
    return seconds + fraction.padEnd(9, "0");
  };
}
