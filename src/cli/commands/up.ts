import type { LogLevel } from "#kernel/log.ts";
import { type Arguments, type Command, CommandError, exitCodes, lastValue, type Terminal } from "../command.ts";
import { dataFolder, defaultPort, regionOf } from "../settings.ts";
import { dataOption } from "./options.ts";

/** What `up` asks of the composition root. */
export interface UpOptions {
  readonly listenHost: string;
  readonly port: number;
  readonly dataDir: string;
  readonly dev: boolean;
  readonly account: string;
  readonly region: string;
  readonly stoppedTaskHours: number;
  readonly logLevel: LogLevel;
  readonly logFormat: "text" | "json";
  /** Whether missing parts of the system may be installed. */
  readonly install: boolean;
  /** Whether the tasks are stopped at the end too. */
  readonly stopTasks: boolean;
}

/** Runs the platform until the terminal's signal; resolves with the exit code. `onReady` gets its endpoint. */
export type RunPlatform = (
  options: UpOptions,
  terminal: Terminal,
  onReady: (endpoint: string) => void,
) => Promise<number>;

export function upCommand(runPlatform: RunPlatform): Command {
  return {
    name: "up",
    usage: "up [--host 127.0.0.1] [--port 4566] [--data DIR] [--dev] [--stop-tasks]",
    summary: "Start the platform in the foreground.",
    options: {
      host: { type: "string", value: "ADDRESS", help: "the address to listen on (default: 127.0.0.1)" },
      port: { type: "string", value: "PORT", help: `the port to listen on (default: ${defaultPort})` },
      ...dataOption,
      dev: { type: "boolean", help: "allow POST /_estiva/reset, which empties everything (also ESTIVA_DEV=1)" },
      "stop-tasks": {
        type: "boolean",
        help: "stop all tasks at the end; without it they run on and are adopted again",
      },
      "stopped-task-hours": {
        type: "string",
        value: "HOURS",
        help: "how long stopped tasks stay visible (default: 1)",
      },
      "log-level": { type: "string", value: "LEVEL", help: "debug, info, warn or error (default: info)" },
      "log-format": { type: "string", value: "FORMAT", help: "text or json (default: text)" },
      "no-install": { type: "boolean", help: "install nothing; say what is missing" },
    },
    examples: ["estiva up", "estiva up --port 4567 --data /srv/estiva", "estiva up --dev   # for test suites"],
    positionals: [0, 0],
    run: (args, terminal) =>
      runPlatform(upOptions(args, terminal.env), terminal, (endpoint) =>
        terminal.out(`Estiva is ready at ${endpoint}\n`),
      ),
  };
}

function upOptions(args: Arguments, env: Terminal["env"]): UpOptions {
  const account = env.ESTIVA_ACCOUNT_ID || "000000000000";
  if (!/^\d{12}$/.test(account)) throw new CommandError("ESTIVA_ACCOUNT_ID must have 12 digits.", exitCodes.usage);
  const listenHost = lastValue(args, "host") ?? "127.0.0.1";
  // Taken as no host it would be every address of the machine.
  if (listenHost === "") throw new CommandError("--host takes an address, such as 127.0.0.1.", exitCodes.usage);
  return {
    listenHost,
    port: numberOf(args, "port", defaultPort, 0, 65_535),
    dataDir: dataFolder(env, lastValue(args, "data")),
    dev: args.flags.has("dev") || env.ESTIVA_DEV === "1",
    account,
    region: regionOf(env),
    stoppedTaskHours: numberOf(args, "stopped-task-hours", 1, 1, 87_600),
    logLevel: oneOf(args, "log-level", ["debug", "info", "warn", "error"], "info"),
    logFormat: oneOf(args, "log-format", ["text", "json"], "text"),
    install: !args.flags.has("no-install"),
    stopTasks: args.flags.has("stop-tasks"),
  };
}

function numberOf(args: Arguments, name: string, otherwise: number, least: number, most: number): number {
  const text = lastValue(args, name);
  if (text === undefined) return otherwise;
  const value = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new CommandError(`--${name} takes a whole number from ${least} to ${most}, not ${text}.`, exitCodes.usage);
}

function oneOf<T extends string>(args: Arguments, name: string, allowed: readonly T[], otherwise: T): T {
  const text = lastValue(args, name) ?? otherwise;
  if ((allowed as readonly string[]).includes(text)) return text as T;
  throw new CommandError(`--${name} takes ${allowed.join(", ")}, not ${text}.`, exitCodes.usage);
}
