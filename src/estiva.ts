import { join } from "node:path";
import { exitCodes, type Terminal } from "#cli/command.ts";
import { createCommands } from "#cli/commands/index.ts";
import type { Machine } from "#cli/commands/machine.ts";
import type { RunPlatform } from "#cli/commands/up.ts";
import type { Streams } from "#cli/exec/streams.ts";
import { runProgram } from "#cli/index.ts";
import { startInBackground } from "#platform/background.ts";
import { findTests } from "#platform/checkout.ts";
import { version } from "./version.ts";

/** The executable. Most commands are clients of the public API; `up` starts the platform in this process. */

/** Loaded only when it is used: the clients start without the platform. */
const machine: Machine = {
  setUp: async (...args) => (await load()).setUp(...args),
  requireEngine: async () => (await load()).requireEngine(),
  makeDemoImage: async () => (await load()).makeDemoImage(),
  startPlatform: async (...args) => (await load()).startPlatform(...args),
  exportImage: async (...args) => (await load()).exportImage(...args),
  buildImage: async (...args) => (await load()).buildImage(...args),
  startInBackground,
  examine: async (...args) => (await load()).examine(...args),
};

async function load(): Promise<Machine> {
  return (await import("#platform/machine.ts")).createMachine(process.env);
}

const runPlatform: RunPlatform = async (options, terminal, onReady) => {
  const tell = (line: string) => terminal.err(`${line}\n`);
  // An engine that goes away later is waited for; one that is not there at the start is somebody's mistake.
  if (options.install) await machine.setUp({ install: true, makesImages: false }, tell);
  else await machine.requireEngine();
  return (await import("./main.ts")).runPlatform(options, terminal, onReady);
};

/** Opened only when they are used. */
const streams: Streams = {
  get input() {
    return process.stdin;
  },
  get output() {
    return process.stdout;
  },
  get errors() {
    return process.stderr;
  },
};
const runTests = findTests(join(import.meta.dirname, ".."));
const commands = createCommands({ machine, runPlatform, runTests, streams, version });

const stopping = new AbortController();
const leaving = new AbortController();
// SIGUSR2 is `estiva down`, which may come while the platform starts.
for (const signal of ["SIGINT", "SIGTERM", "SIGUSR2"] as const) {
  process.on(signal, () => (stopping.signal.aborted ? leaving : stopping).abort(signal));
}
// A reader that goes away (`estiva ps | head -1`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(exitCodes.ok);
});
// A platform outlives whoever read what it tells.
process.stderr.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

const terminal: Terminal = {
  env: process.env,
  interactive: process.stderr.isTTY === true,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  signal: stopping.signal,
  secondSignal: leaving.signal,
};

process.exitCode = await runProgram(commands, process.argv.slice(2), terminal);
// A start that failed half way has parts that keep the process; nothing of them is worth waiting for.
if (process.exitCode !== exitCodes.ok) process.exit();
