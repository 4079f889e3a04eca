import { type Command, exitCodes, lastValue } from "../command.ts";
import { findTask, idOf, withClient } from "./connect.ts";
import { clusterOption, dataOption, jsonOption } from "./options.ts";

export const stopCommand: Command = {
  name: "stop",
  usage: "stop [--reason TEXT] [--cluster NAME] TASK...",
  summary: "Stop tasks, by their ids or the beginnings of them.",
  options: {
    reason: { type: "string", value: "TEXT", help: "what DescribeTasks shows as stoppedReason" },
    ...clusterOption,
    ...dataOption,
    ...jsonOption,
  },
  examples: ["estiva stop 3f2a", 'estiva stop --reason "no longer needed" 3f2a 77c1'],
  positionals: [1, Number.POSITIVE_INFINITY],
  run: (args, terminal) =>
    withClient(args, terminal, async (client) => {
      const cluster = lastValue(args, "cluster") ?? "default";
      const reason = lastValue(args, "reason");
      const stopped = [];
      for (const identifier of args.positionals) {
        const task = await findTask(client, cluster, identifier);
        const answer = await client.ecs("StopTask", { cluster, task, ...(reason && { reason }) });
        stopped.push(answer.task);
        if (!args.flags.has("json")) terminal.out(`${idOf(answer.task?.taskArn ?? task)}\n`);
      }
      if (args.flags.has("json")) terminal.out(`${JSON.stringify(stopped, undefined, 2)}\n`);
      return exitCodes.ok;
    }),
};
