import { type Command, exitCodes } from "../command.ts";
import { jsonOption } from "./options.ts";

export function versionCommand(version: string): Command {
  return {
    name: "version",
    usage: "version [--json]",
    summary: "Tell the version of this program.",
    options: jsonOption,
    examples: ["estiva version", "estiva version --json"],
    positionals: [0, 0],
    async run(args, terminal) {
      terminal.out(args.flags.has("json") ? `${JSON.stringify({ version }, undefined, 2)}\n` : `estiva ${version}\n`);
      return exitCodes.ok;
    },
  };
}
