import { type Command, CommandError, exitCodes, lastValue } from "../command.ts";
import { findTask, idOf, withClient } from "./connect.ts";
import { clusterOption, dataOption, jsonOption } from "./options.ts";

interface Answer {
  readonly taskArns: readonly string[];
  readonly failures: readonly { readonly arn: string; readonly reason: string }[];
}

export const interruptCommand: Command = {
  name: "interrupt",
  usage: "interrupt [--cluster NAME] (TASK... | --count N [--service NAME])",
  summary: "Take the capacity of FARGATE_SPOT tasks away, as AWS does when it needs it.",
  options: {
    count: { type: "string", value: "N", help: "so many tasks, the oldest first" },
    service: { type: "string", value: "NAME", help: "with --count: of this service only" },
    ...clusterOption,
    ...dataOption,
    ...jsonOption,
  },
  examples: ["estiva interrupt 3f2a", "estiva interrupt --cluster web --service app --count 2"],
  positionals: [0, Number.POSITIVE_INFINITY],
  run: (args, terminal) =>
    withClient(args, terminal, async (client) => {
      const cluster = lastValue(args, "cluster") ?? "default";
      const [count, service] = [lastValue(args, "count"), lastValue(args, "service")];
      if ((count === undefined) === (args.positionals.length === 0)) {
        throw new CommandError("Name tasks, or give their number with --count.", exitCodes.usage);
      }
      if (count === undefined && service !== undefined) {
        throw new CommandError("--service goes with --count.", exitCodes.usage);
      }
      if (count !== undefined && !/^[1-9]\d{0,5}$/.test(count)) {
        throw new CommandError(`--count takes a number from 1 on, not ${count}.`, exitCodes.usage);
      }
      const named = [];
      for (const identifier of args.positionals) named.push(await findTask(client, cluster, identifier));
      const which = count === undefined ? { tasks: named } : { count: Number(count), ...(service && { service }) };
      const answer = (await client.ask("spot-interruptions", { cluster, ...which })) as Answer;
      if (args.flags.has("json")) terminal.out(`${JSON.stringify(answer, undefined, 2)}\n`);
      else for (const arn of answer.taskArns) terminal.out(`${idOf(arn)}\n`);
      for (const { arn, reason } of answer.failures) terminal.err(`${idOf(arn)}: ${reason}\n`);
      return answer.failures.length > 0 ? exitCodes.failure : exitCodes.ok;
    }),
};
