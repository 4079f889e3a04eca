import { type Command, CommandError, exitCodes } from "../command.ts";
import { clusterOf, withClient } from "./connect.ts";
import { explainService } from "./explain-service.ts";
import { explainTask } from "./explain-task.ts";
import { clusterOption, dataOption, jsonOption } from "./options.ts";

export const explainCommand: Command = {
  name: "explain",
  usage: "explain service NAME | explain task ID [--cluster NAME] [--json]",
  summary: "Say why a service or a task is as it is, what was decided and what it waits for.",
  options: { ...clusterOption, ...dataOption, ...jsonOption },
  examples: [
    "estiva explain service web",
    "estiva explain task 3f2a",
    "estiva explain service web --cluster prod --json | jq -r '.waitsFor[].words'",
  ],
  positionals: [2, 2],
  run: async (args, terminal) => {
    const [kind, identifier] = args.positionals as [string, string];
    const cluster = clusterOf(args, identifier);
    const explain = kinds[kind];
    if (explain === undefined) {
      const message = `estiva explains a service or a task, not ${kind}.\nTry: estiva explain --help`;
      throw new CommandError(message, exitCodes.usage);
    }
    return withClient(args, terminal, async (client) => {
      await explain({ client, cluster, identifier, terminal, json: args.flags.has("json") });
      return exitCodes.ok;
    });
  },
};

const kinds: Readonly<Record<string, typeof explainService>> = { service: explainService, task: explainTask };
