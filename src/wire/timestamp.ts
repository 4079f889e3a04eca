import type { TimestampFormat } from "./table.ts";

/** Formats milliseconds since the epoch; `unixTimestamp` gives a number of seconds with millisecond precision. */
export function formatTimestamp(ms: number, format: TimestampFormat): string | number {
  switch (format) {
    case "unixTimestamp":
      return ms / 1000;
    case "iso8601":
      return formatIso8601(ms);
    case "rfc822":
      return new Date(ms).toUTCString();
  }
}

/** `2026-01-31T12:00:00Z`, with the milliseconds when they are not zero. */
function formatIso8601(ms: number): string {
  const text = new Date(ms).toISOString();
  return ms % 1000 === 0 ? `${text.slice(0, -5)}Z` : text;
}

const iso8601 = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)([Zz]|[+-]\d{2}:?\d{2})?)?$/;
const rfc822 = /^[A-Za-z]{3}, \d{2} [A-Za-z]{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const seconds = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
/** The range of JavaScript's dates. */
const largestMs = 8.64e15;

/** Milliseconds since the epoch of a timestamp in any of AWS's formats, or undefined. A number counts seconds. */
export function parseTimestamp(value: string | number): number | undefined {
  const ms = typeof value === "number" ? Math.round(value * 1000) : parseText(value);
  return Number.isFinite(ms) && Math.abs(ms) <= largestMs ? ms : undefined;
}

function parseText(text: string): number {
  if (seconds.test(text)) return Math.round(Number(text) * 1000);
  if (rfc822.test(text)) return Date.parse(text);
  const match = iso8601.exec(text);
  if (match === null) return Number.NaN;
  const [, date, time = "00:00", zone = "Z"] = match;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  return Date.parse(`${date}T${time}${offset}`);
}
