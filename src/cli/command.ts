import { parseArgs } from "node:util";

/** Exit codes that scripts can use, after sysexits(3). `estiva run` passes the container's own code on. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 64,
  /** The platform, or the container engine, does not answer or is missing. */
  unavailable: 69,
  /** The platform found a bug in itself. */
  bug: 70,
  /** Ended by SIGINT or SIGTERM, as a shell tells it. */
  interrupted: 130,
} as const;

/** An error for the user: its message says what is wrong and what to do. Shown without a stack. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.failure) {
    super(message);
    this.exitCode = exitCode;
  }
}

export interface Option {
  readonly type: "boolean" | "string";
  readonly short?: string;
  readonly multiple?: boolean;
  /** What stands for the value in the help: `DIR`. */
  readonly value?: string;
  readonly help: string;
}

/** Values of a command line: flags by name, and what stands free. */
export interface Arguments {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, readonly string[]>;
  readonly positionals: readonly string[];
}

/** Where a command reads and writes, so that tests can look. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person watches: progress is drawn only then. */
  readonly interactive: boolean;
  out(text: string): void;
  err(text: string): void;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  /** Aborted by the next one: whoever still tidies up is to leave at once. Absent: there is none. */
  readonly secondSignal?: AbortSignal;
}

export interface Command {
  readonly name: string;
  /** `run [OPTIONS] IMAGE [COMMAND...]` */
  readonly usage: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, Option>>;
  readonly examples: readonly string[];
  /** How many positionals there may be: [least, most]. */
  readonly positionals: readonly [number, number];
  /** Options end at the first positional: the rest belongs to the command in the container. */
  readonly stopAtPositional?: boolean;
  /** Commands of its own, by the words that call them: `compose up`. Their help is documented with its. */
  readonly subcommands?: readonly Command[];
  /** Resolves with the exit code. */
  run(args: Arguments, terminal: Terminal): Promise<number>;
}

const helpOption: Option = { type: "boolean", short: "h", help: "show this help" };

/** The parsed words, or a `CommandError` that says which word is wrong. */
export function parseCommandLine(command: Command, words: readonly string[]): Arguments {
  const [own, rest] = command.stopAtPositional ? splitAtPositional(command, words) : [words, []];
  const options = Object.fromEntries(
    Object.entries({ ...command.options, help: helpOption }).map(([name, { type, short, multiple }]) => [
      name,
      { type, ...(short && { short }), multiple: multiple ?? false },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...own], options, allowPositionals: true, strict: true });
    return check(command, toArguments(values, [...positionals, ...rest]));
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw usageError(command, (error as Error).message.split(". ")[0]!.replace(/\.$/, ""));
  }
}

function toArguments(values: Record<string, unknown>, positionals: readonly string[]): Arguments {
  const entries = Object.entries(values);
  return {
    flags: new Set(entries.flatMap(([name, value]) => (value === true ? [name] : []))),
    values: new Map(
      entries.flatMap(([name, value]) => {
        const texts = [value].flat().filter((text): text is string => typeof text === "string");
        return texts.length > 0 ? [[name, texts] as const] : [];
      }),
    ),
    positionals,
  };
}

function check(command: Command, args: Arguments): Arguments {
  const [least, most] = command.positionals;
  if (args.flags.has("help")) return args;
  if (args.positionals.length < least) throw usageError(command, "An argument is missing");
  if (args.positionals.length > most) throw usageError(command, `Unexpected argument: ${args.positionals[most]}`);
  return args;
}

/** Splits before the first word that is neither an option nor an option's value. */
function splitAtPositional(command: Command, words: readonly string[]): [readonly string[], readonly string[]] {
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === "--") return [words.slice(0, i), words.slice(i + 1)];
    if (!word.startsWith("-")) return [words.slice(0, i), words.slice(i)];
    const option = Object.entries(command.options).find(
      ([name, { short }]) => word === `--${name}` || word === `-${short}`,
    );
    if (option?.[1].type === "string") i++;
  }
  return [words, []];
}

function usageError(command: Command, problem: string): CommandError {
  const hint = `Usage: estiva ${command.usage}\nTry: estiva ${command.name} --help`;
  return new CommandError(`${problem}.\n${hint}`, exitCodes.usage);
}

/** The last value given for an option. */
export function lastValue(args: Arguments, name: string): string | undefined {
  return args.values.get(name)?.at(-1);
}

function valueName(option: Option): string {
  return option.type === "string" ? ` ${option.value ?? "VALUE"}` : "";
}

export function helpText(command: Command): string {
  const options = Object.entries({ ...command.options, help: helpOption }).map(([name, option]) => [
    `${option.short ? `-${option.short}, ` : "    "}--${name}${valueName(option)}`,
    option.help,
  ]);
  const width = Math.max(...options.map(([left]) => left!.length));
  return [
    `Usage: estiva ${command.usage}`,
    "",
    command.summary,
    "",
    "Options:",
    ...options.map(([left, right]) => `  ${left!.padEnd(width)}  ${right}`),
    "",
    "Examples:",
    ...command.examples.map((example) => `  ${example}`),
    "",
  ].join("\n");
}
