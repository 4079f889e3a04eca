import type { Clock } from "./clock.ts";
import type { Log, LogFields } from "./controller.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";
const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/**
 * A log of one line a message: time, level, message, then `name=value` for each field, quoted as JSON where that is
 * needed, or the whole as one JSON object. An error among the fields is shown by its message, with its stack in JSON.
 */
export function createLog(options: {
  readonly clock: Clock;
  readonly level: LogLevel;
  readonly format: "text" | "json";
  readonly write: (line: string) => void;
}): Log {
  const least = levels.indexOf(options.level);
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (levels.indexOf(level) < least) return;
      const time = new Date(options.clock.now()).toISOString();
      options.write(
        options.format === "json" ? jsonLine(time, level, message, fields) : textLine(time, level, message, fields),
      );
    };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function jsonLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  const plain = Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof Error ? (value.stack ?? value.message) : value,
    ]),
  );
  return `${JSON.stringify({ time, level, message, ...plain })}\n`;
}

function textLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${textOf(value)}`);
  return `${time} ${level.padEnd(5)} ${message}${rest.join("")}\n`;
}

function textOf(value: unknown): string {
  const text = value instanceof Error ? value.message : typeof value === "string" ? value : JSON.stringify(value);
  return text === undefined || /^[\w./:@-]+$/.test(text) ? String(text) : JSON.stringify(text);
}
