import { type Command, CommandError, exitCodes, helpText, parseCommandLine, type Terminal } from "./command.ts";

/** Runs one command line. Resolves with the exit code; what goes wrong has been told on the terminal. */
export async function runProgram(
  commands: readonly Command[],
  words: readonly string[],
  terminal: Terminal,
): Promise<number> {
  const [word, ...given] = words;
  const name = word === "--version" ? "version" : word;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    if (given.length > 0) return runProgram(commands, [...given, "--help"], terminal);
    terminal.out(overview(commands));
    return exitCodes.ok;
  }
  const outer = commands.find((candidate) => candidate.name === name);
  const inner = outer?.subcommands?.find((candidate) => candidate.name === `${name} ${given[0]}`);
  const [command, rest] = inner === undefined ? [outer, given] : [inner, given.slice(1)];
  if (command === undefined) {
    terminal.err(`estiva: ${name} is not a command.${suggestion(commands, name)}\nTry: estiva --help\n`);
    return exitCodes.usage;
  }
  try {
    const args = parseCommandLine(command, rest);
    if (args.flags.has("help")) {
      terminal.out(helpText(command));
      return exitCodes.ok;
    }
    return await command.run(args, terminal);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    terminal.err(`estiva: ${error.message}\n`);
    return error.exitCode;
  }
}

/** What `estiva --help` prints. */
function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    "Estiva: ECS, Fargate and the AWS APIs around them, on your own machines.",
    "",
    "Usage: estiva COMMAND [OPTIONS]",
    "",
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary.split("\n")[0]}`),
    "",
    "Start with: estiva demo",
    "Each command explains itself with examples: estiva COMMAND --help",
    "",
  ].join("\n");
}

/** The command whose name is at most two edits away. */
function suggestion(commands: readonly Command[], name: string): string {
  const near = commands
    .map((command) => ({ name: command.name, edits: editDistance(command.name, name) }))
    .sort((a, b) => a.edits - b.edits)[0];
  return near && near.edits <= 2 && near.edits < near.name.length ? ` Did you mean ${near.name}?` : "";
}

/** Letters to add, drop, replace, or swap with their neighbour (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (_, j) => i || j));
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const edits = [rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, rows[i - 1]![j - 1]! + (same ? 0 : 1)];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      rows[i]![j] = Math.min(...edits, ...(swapped ? [rows[i - 2]![j - 2]! + 1] : []));
    }
  }
  return rows[a.length]![b.length]!;
}
