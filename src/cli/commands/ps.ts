import type { Task } from "#generated/ecs/types.ts";
import { systemClock } from "#kernel/clock.ts";
import type { Client } from "../client.ts";
import { type Command, exitCodes, lastValue } from "../command.ts";
import { ago, table } from "../table.ts";
import { idOf, listAllTasks, listTasks, withClient } from "./connect.ts";
import { clusterOption, dataOption, jsonOption } from "./options.ts";

/** DescribeTasks takes so many at once. */
const describeBatch = 100;

export const psCommand: Command = {
  name: "ps",
  usage: "ps [--all] [--cluster NAME] [--json]",
  summary: "List tasks.",
  options: {
    all: { type: "boolean", short: "a", help: "stopped tasks too" },
    ...clusterOption,
    ...dataOption,
    ...jsonOption,
  },
  examples: ["estiva ps", "estiva ps --all --cluster web", "estiva ps --json | jq -r '.[].taskArn'"],
  positionals: [0, 0],
  run: (args, terminal) =>
    withClient(args, terminal, async (client) => {
      const cluster = lastValue(args, "cluster") ?? "default";
      const arns = await (args.flags.has("all")
        ? listAllTasks(client, cluster)
        : listTasks(client, cluster, "RUNNING"));
      const tasks = await describe(client, cluster, arns);
      if (args.flags.has("json")) terminal.out(`${JSON.stringify(tasks, undefined, 2)}\n`);
      else terminal.out(table(["task", "definition", "status", "address", "started", "reason"], tasks.map(row)));
      return exitCodes.ok;
    }),
};

async function describe(client: Client, cluster: string, arns: readonly string[]): Promise<Task[]> {
  const tasks: Task[] = [];
  for (let i = 0; i < arns.length; i += describeBatch) {
    const page = await client.ecs("DescribeTasks", { cluster, tasks: arns.slice(i, i + describeBatch) });
    tasks.push(...(page.tasks ?? []));
  }
  return tasks.sort((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0));
}

/** The JSON protocol has times in seconds. */
function row(task: Task): string[] {
  const started = task.startedAt === undefined ? undefined : task.startedAt * 1000;
  return [
    idOf(task.taskArn ?? "").slice(0, 12),
    idOf(task.taskDefinitionArn ?? ""),
    task.lastStatus ?? "-",
    addressOf(task) ?? "-",
    ago(started, systemClock().now()),
    task.stoppedReason ?? "",
  ];
}

export function addressOf(task: Task): string | undefined {
  return task.containers?.[0]?.networkInterfaces?.[0]?.privateIpv4Address;
}
