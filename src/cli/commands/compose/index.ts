import {
  type Arguments,
  type Command,
  CommandError,
  exitCodes,
  helpText,
  parseCommandLine,
  type Terminal,
} from "../../command.ts";
import type { Streams } from "../../exec/streams.ts";
import type { Machine } from "../machine.ts";
import { convertCommand } from "./convert.ts";
import { downCommand, forwardCommand } from "./down.ts";
import { execCommand, logsCommand, psCommand } from "./look.ts";
import { projectOptions } from "./project.ts";
import { upCommand } from "./up.ts";

/** `estiva compose`: each of its subcommands is a command of its own. */
export function composeCommand(machine: Machine, streams: Streams): Command {
  const subcommands = [upCommand(machine), psCommand, logsCommand, execCommand(streams), convertCommand, downCommand];
  const width = Math.max(...subcommands.map(({ name }) => name.length));
  return {
    name: "compose",
    usage: "compose [OPTIONS] COMMAND [...]",
    summary: [
      "Run a compose file on ECS: its services become ECS services on Fargate.",
      "",
      ...subcommands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
      "",
      "Each explains itself: estiva compose up --help",
    ].join("\n"),
    options: projectOptions,
    examples: ["estiva compose up -d", "estiva compose -f shop.yaml -p shop up", "estiva compose down"],
    positionals: [1, Number.POSITIVE_INFINITY],
    stopAtPositional: true,
    subcommands,
    run: (args, terminal) => runSubcommand([...subcommands, forwardCommand], args, terminal),
  };
}

async function runSubcommand(commands: readonly Command[], outer: Arguments, terminal: Terminal): Promise<number> {
  const [name, ...words] = outer.positionals as [string, ...string[]];
  const command = commands.find((candidate) => candidate.name === `compose ${name}`);
  if (command === undefined) {
    throw new CommandError(`compose ${name} is not a command.\nTry: estiva compose --help`, exitCodes.usage);
  }
  const inner = parseCommandLine(command, words);
  if (inner.flags.has("help")) {
    terminal.out(helpText(command));
    return exitCodes.ok;
  }
  // Options that stand before the command count as those behind it, which are later.
  const values = new Map(outer.values);
  for (const [option, texts] of inner.values) values.set(option, [...(values.get(option) ?? []), ...texts]);
  return command.run({ ...inner, values }, terminal);
}
