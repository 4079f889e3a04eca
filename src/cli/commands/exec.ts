import { joinWords } from "#kernel/command-words.ts";
import { type Arguments, type Command, CommandError, lastValue, type Terminal } from "../command.ts";
import type { Streams } from "../exec/streams.ts";
import { clusterOf, findTask, withClient } from "./connect.ts";
import { clusterOption, dataOption } from "./options.ts";

export function execCommand(streams: Streams): Command {
  return {
    name: "exec",
    usage: "exec [OPTIONS] TASK [COMMAND...]",
    summary: "Run a command in a container of a running task (ECS Exec), by default sh, and exit with its code.",
    options: {
      container: { type: "string", value: "NAME", help: "the container; needed when the task has several" },
      interactive: {
        type: "boolean",
        short: "i",
        help: "pass standard input on, though it is no terminal",
      },
      "no-tty": {
        type: "boolean",
        short: "T",
        help: "give the command no terminal, so that its output is not changed and stderr stays apart",
      },
      ...clusterOption,
      ...dataOption,
    },
    examples: [
      "estiva exec 3f2a",
      "estiva exec --container app 3f2a sh -c 'ls -l /data'",
      "estiva exec -i 3f2a sh -c 'cat > /data/seed.sql' < seed.sql",
    ],
    positionals: [1, Number.POSITIVE_INFINITY],
    stopAtPositional: true,
    run: (args, terminal) => execute(args, terminal, streams),
  };
}

async function execute(args: Arguments, terminal: Terminal, streams: Streams): Promise<number> {
  const [identifier, ...words] = args.positionals as [string, ...string[]];
  const cluster = clusterOf(args, identifier);
  const container = lastValue(args, "container");
  const { session } = await withClient(args, terminal, async (client) =>
    client.ecs("ExecuteCommand", {
      cluster,
      task: await findTask(client, cluster, identifier),
      command: words.length > 0 ? joinWords(words) : "sh",
      interactive: true,
      ...(container && { container }),
    }),
  );
  if (!session?.streamUrl || !session.tokenValue) throw new CommandError("The platform gave no session.");
  const isTerminal = !args.flags.has("no-tty") && streams.input.isTTY === true && streams.output.isTTY === true;
  // Loaded only here: the other commands need no web sockets.
  const { runExecSession } = await import("../exec/session.ts");
  return runExecSession({
    ...{ streamUrl: session.streamUrl, tokenValue: session.tokenValue, streams, signal: terminal.signal },
    terminal: isTerminal,
    passInput: isTerminal || args.flags.has("interactive"),
  });
}
