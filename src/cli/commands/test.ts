import { type Command, CommandError, type Terminal } from "../command.ts";
import type { Machine } from "./machine.ts";

/** Runs the checkout's test runner with these arguments and resolves with its exit code. */
export type RunTests = (args: readonly string[], terminal: Terminal) => Promise<number>;

/** Without `runTests` there is no checkout: the command says so. */
export function testCommand(machine: Machine, runTests: RunTests | undefined): Command {
  return {
    name: "test",
    usage: "test [--no-install] [WORD...]",
    summary: "Set up what is missing and run every test of this checkout, or the files whose paths contain a WORD.",
    options: { "no-install": { type: "boolean", help: "install nothing; say what is missing" } },
    examples: ["estiva test", "estiva test network e2e/tasks", "ESTIVA_SEEDS=1000 estiva test simulation"],
    positionals: [0, Number.POSITIVE_INFINITY],
    async run(args, terminal) {
      if (runTests === undefined) throw needsCheckout("test");
      const setUp = await setUpOrReason(machine, !args.flags.has("no-install"), terminal);
      // Without an engine the rest is still worth running; that it is missing counts as a failed test.
      if (typeof setUp === "string") return runTests(["--failed", setUp, ...args.positionals], terminal);
      try {
        return await runTests(args.positionals, terminal);
      } finally {
        await setUp.undo();
      }
    },
  };
}

async function setUpOrReason(machine: Machine, install: boolean, terminal: Terminal) {
  try {
    return await machine.setUp({ install, makesImages: true }, (line) => terminal.out(`${line}\n`));
  } catch (error) {
    return (error as Error).message;
  }
}

/** Without `runTests` there is no checkout: the command says so. */
export function checkCommand(runTests: RunTests | undefined): Command {
  return {
    name: "check",
    usage: "check [WORD...]",
    summary: "Check this checkout in seconds: types, lint, style and unit tests.",
    options: {},
    examples: ["estiva check", "estiva check services/ecs"],
    positionals: [0, Number.POSITIVE_INFINITY],
    async run(args, terminal) {
      if (runTests === undefined) throw needsCheckout("check");
      return runTests(["--check", ...args.positionals], terminal);
    },
  };
}

function needsCheckout(name: string): CommandError {
  return new CommandError(`${name} works in a checkout of Estiva's sources: the published package has no tests.`);
}
