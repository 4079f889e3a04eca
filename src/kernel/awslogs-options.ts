import { compileRegex, type Regex, RegexError } from "./regex/regex.ts";

/**
 * The options of the `awslogs` log driver, with the words of Docker's driver for what is wrong with them. They are read
 * where task definitions are registered and where the output of containers is collected.
 */
export interface AwslogsOptions {
  readonly group: string;
  readonly region: string;
  /** Streams are named prefix/container/task; without one by the container's id in the runtime. */
  readonly streamPrefix: string | undefined;
  readonly createGroup: boolean;
  /** Matches the first line of an event; lines that do not match belong to the event before. */
  readonly eventStart: Regex | undefined;
  /** How much output may wait in memory. */
  readonly maxBufferBytes: number;
}

const knownOptions = new Set([
  "awslogs-group",
  "awslogs-region",
  "awslogs-stream-prefix",
  "awslogs-create-group",
  "awslogs-datetime-format",
  "awslogs-multiline-pattern",
  "mode",
  "max-buffer-size",
]);
/** The default of `max-buffer-size`. */
const defaultBufferBytes = 10 * 2 ** 20;

/** Reads the options; a string says what is wrong with them. */
export function readAwslogsOptions(options: Readonly<Record<string, string>>): AwslogsOptions | string {
  const unknown = Object.keys(options).filter((name) => !knownOptions.has(name));
  if (unknown.length > 0) return `Log driver awslogs disallows options: ${unknown.join(", ")}`;
  const missing = ["awslogs-region", "awslogs-group"].filter((name) => !options[name]);
  if (missing.length > 0) return `Log driver awslogs requires options: ${missing.join(", ")}`;
  const createGroup = readBoolean(options["awslogs-create-group"] ?? "false");
  if (createGroup === undefined) {
    const given = JSON.stringify(options["awslogs-create-group"]);
    return `must specify valid value for log opt 'awslogs-create-group': parsing ${given}: invalid syntax`;
  }
  const eventStart = readEventStart(options);
  if (typeof eventStart === "string") return eventStart;
  const maxBufferBytes = readBuffer(options);
  if (typeof maxBufferBytes === "string") return maxBufferBytes;
  return {
    group: options["awslogs-group"]!,
    region: options["awslogs-region"]!,
    streamPrefix: options["awslogs-stream-prefix"] || undefined,
    createGroup,
    eventStart,
    maxBufferBytes,
  };
}

function readBoolean(text: string): boolean | undefined {
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true;
  return /^(0|f|F|false|FALSE|False)$/.test(text) ? false : undefined;
}

function readBuffer(options: Readonly<Record<string, string>>): number | string {
  const { mode = "", "max-buffer-size": size } = options;
  if (!["", "blocking", "non-blocking"].includes(mode)) return `logger: logging mode not supported: ${mode}`;
  if (size === undefined) return defaultBufferBytes;
  if (mode === "blocking") return "logger: max-buffer-size option is only supported with 'mode=non-blocking'";
  const parts = /^(\d+(?:\.\d+)?) ?([kmgtp]?)i?b?$/i.exec(size);
  if (parts === null) return `error parsing option max-buffer-size: invalid size: '${size}'`;
  return Math.floor(Number(parts[1]) * 1024 ** " kmgtp".indexOf(parts[2]?.toLowerCase() || " "));
}

function readEventStart(options: Readonly<Record<string, string>>): Regex | undefined | string {
  const { "awslogs-datetime-format": format, "awslogs-multiline-pattern": pattern } = options;
  if (format !== undefined && pattern !== undefined) {
    return "you cannot configure log opt 'awslogs-datetime-format' and 'awslogs-multiline-pattern' at the same time";
  }
  if (!format && !pattern) return undefined;
  const source = format ? fromDatetimeFormat(format) : { source: pattern! };
  if (typeof source === "string") return source;
  try {
    return compileRegex(source.source);
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    const key = JSON.stringify(source.source);
    return `awslogs could not parse multiline pattern key ${key}: error parsing regexp: ${error.message}`;
  }
}

/** What the conversions of strftime stand for, after the table in Docker's documentation of the driver. */
const conversions: Readonly<Record<string, string>> = {
  a: "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)",
  A: "(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)",
  b: "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)",
  B: "(?:January|February|March|April|May|June|July|August|September|October|November|December)",
  d: "(?:0[1-9]|[12][0-9]|3[01])",
  f: "\\d{6}",
  H: "(?:[01][0-9]|2[0-3])",
  I: "(?:0[0-9]|1[0-2])",
  j: "(?:0[0-9][1-9]|[12][0-9][0-9]|3[0-5][0-9]|36[0-6])",
  L: "\\.\\d{3}",
  m: "(?:0[1-9]|1[0-2])",
  M: "[0-5][0-9]",
  p: "[AP]M",
  S: "[0-5][0-9]",
  w: "[0-6]",
  y: "\\d{2}",
  Y: "\\d{4}",
  z: "[+-]\\d{4}",
  Z: "[A-Z]{1,4}T",
};

/** What is no conversion stands in the format as part of a regular expression, as in Docker. */
function fromDatetimeFormat(format: string): { readonly source: string } | string {
  const unknown = [...format.matchAll(/%(.)/g)].find(([, letter]) => !Object.hasOwn(conversions, letter!));
  if (unknown !== undefined) return `unknown conversion '${unknown[0]}' in log opt 'awslogs-datetime-format'`;
  return { source: format.replaceAll(/%(.)/g, (_, letter: string) => conversions[letter]!) };
}
