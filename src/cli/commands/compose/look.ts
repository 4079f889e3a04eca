import type { Task } from "#generated/ecs/types.ts";
import { sleep, systemClock } from "#kernel/clock.ts";
import { joinWords } from "#kernel/command-words.ts";
import type { Client } from "../../client.ts";
import { type Arguments, type Command, CommandError, exitCodes, lastValue, type Terminal } from "../../command.ts";
import { findCluster, listTasksOf, serviceOf } from "../../compose/apply/services.ts";
import { forwarderFiles, forwarderStatus } from "../../compose/forward/background.ts";
import { LogPrinter, ProjectLogs } from "../../compose/logs.ts";
import { endOf } from "../../compose/plan/readiness.ts";
import type { Streams } from "../../exec/streams.ts";
import { ago, table } from "../../table.ts";
import { idOf, leftUnanswered, overRestarts, withClient, withLeavingClient } from "../connect.ts";
import { jsonOption } from "../options.ts";
import { addressOf } from "../ps.ts";
import { projectName, projectOptions } from "./project.ts";

const followMs = 250;

/** The project, which must be there. */
async function findProject(args: Arguments, terminal: Terminal, client: Client): Promise<string> {
  const project = await projectName(args, terminal);
  if ((await findCluster(client, project)) === "project") return project;
  throw new CommandError(`There is no project ${project} here. Start it with: estiva compose up`);
}

export const psCommand: Command = {
  name: "compose ps",
  usage: "compose ps [--all] [--json] [SERVICE...]",
  summary: "List the tasks of a project, and its ports on this machine.",
  options: { all: { type: "boolean", short: "a", help: "stopped tasks too" }, ...projectOptions, ...jsonOption },
  examples: ["estiva compose ps", "estiva compose ps -p shop --all"],
  positionals: [0, Number.POSITIVE_INFINITY],
  run: (args, terminal) =>
    withClient(args, terminal, async (client) => {
      const project = await findProject(args, terminal, client);
      const statuses = args.flags.has("all") ? (["RUNNING", "STOPPED"] as const) : (["RUNNING"] as const);
      const tasks = (await listTasksOf(client, project, {}, statuses)).filter(
        (task) => args.positionals.length === 0 || args.positionals.includes(serviceOf(task)),
      );
      if (args.flags.has("json")) {
        terminal.out(`${JSON.stringify(tasks, undefined, 2)}\n`);
        return exitCodes.ok;
      }
      const status = await forwarderStatus(forwarderFiles(terminal.env, lastValue(args, "data"), project));
      const ports = (service: string) =>
        (status?.listening ?? [])
          .filter((port) => port.service === service)
          .map(({ hostIp, hostPort, containerPort }) => `${hostIp}:${hostPort}->${containerPort}`)
          .join(", ");
      const rows = tasks.map((task) => [...row(task), ports(serviceOf(task))]);
      terminal.out(table(["service", "task", "status", "address", "started", "ports"], rows));
      return exitCodes.ok;
    }),
};

function row(task: Task): string[] {
  const { taskArn = "", lastStatus = "-", healthStatus, startedAt } = task;
  const health = healthStatus === undefined || healthStatus === "UNKNOWN" ? "" : ` (${healthStatus.toLowerCase()})`;
  const started = startedAt === undefined ? undefined : startedAt * 1000;
  return [
    serviceOf(task),
    idOf(taskArn).slice(0, 12),
    lastStatus === "STOPPED" ? endOf(task) : `${lastStatus}${health}`,
    addressOf(task) ?? "-",
    ago(started, systemClock().now()),
  ];
}

export const logsCommand: Command = {
  name: "compose logs",
  usage: "compose logs [-f] [--tail N] [SERVICE...]",
  summary: "Print what the tasks of a project wrote.",
  options: {
    ...projectOptions,
    file: {
      type: "string",
      multiple: true,
      value: "FILE",
      help: "a compose file (default: compose.yaml, here or above)",
    },
    follow: { type: "boolean", short: "f", help: "go on until interrupted" },
    tail: { type: "string", short: "n", value: "N", help: "only the last lines" },
    "no-log-prefix": { type: "boolean", help: "the lines alone, without the names of services" },
  },
  examples: ["estiva compose logs", "estiva compose logs -f web", "estiva compose logs --tail 20 db"],
  positionals: [0, Number.POSITIVE_INFINITY],
  run: (args, terminal) =>
    withLeavingClient(args, terminal, leftUnanswered, async (client) => {
      const project = await findProject(args, terminal, client);
      const tail = lastValue(args, "tail");
      if (tail !== undefined && !/^(\d+|all)$/.test(tail)) {
        throw new CommandError(`--tail takes a number, not ${tail}.`, exitCodes.usage);
      }
      const logs = new ProjectLogs(client, project, args.positionals);
      const printer = new LogPrinter((text) => terminal.out(text), !args.flags.has("no-log-prefix"));
      const lines = await logs.read();
      const shown =
        tail === undefined || tail === "all" ? lines : lines.slice(Math.max(0, lines.length - Number(tail)));
      for (const line of shown) printer.print(line);
      while (args.flags.has("follow") && !terminal.signal.aborted) {
        await sleep(systemClock({ keepAlive: true }), followMs, terminal.signal).catch(() => undefined);
        for (const line of (await overRestarts(terminal, () => logs.read())) ?? []) printer.print(line);
      }
      return exitCodes.ok;
    }),
};

export function execCommand(streams: Streams): Command {
  return {
    name: "compose exec",
    usage: "compose exec [OPTIONS] SERVICE [COMMAND...]",
    summary: "Run a command in the newest running task of a service, by default sh, and exit with its code.",
    options: {
      "no-tty": { type: "boolean", short: "T", help: "give the command no terminal" },
      interactive: { type: "boolean", short: "i", help: "pass standard input on, though it is no terminal" },
      index: { type: "string", value: "N", help: "the Nth of the service's tasks, the oldest first" },
      ...projectOptions,
    },
    examples: ["estiva compose exec web", "estiva compose exec -T db sh -c 'ls /data'"],
    positionals: [1, Number.POSITIVE_INFINITY],
    stopAtPositional: true,
    run: (args, terminal) => execute(args, terminal, streams),
  };
}

async function execute(args: Arguments, terminal: Terminal, streams: Streams): Promise<number> {
  const [service, ...words] = args.positionals as [string, ...string[]];
  const { session } = await withClient(args, terminal, async (client) => {
    const cluster = await findProject(args, terminal, client);
    const all = await listTasksOf(client, cluster, {}, ["RUNNING"]);
    const tasks = all.filter((task) => serviceOf(task) === service && task.lastStatus === "RUNNING");
    const index = lastValue(args, "index");
    const task = index === undefined ? tasks.at(-1) : tasks[Number(index) - 1];
    if (task === undefined) throw new CommandError(`No task of ${service} runs. See: estiva compose ps --all`);
    const command = words.length > 0 ? joinWords(words) : "sh";
    return client.ecs("ExecuteCommand", {
      cluster,
      task: task.taskArn!,
      command,
      container: service,
      interactive: true,
    });
  });
  if (!session?.streamUrl || !session.tokenValue) throw new CommandError("The platform gave no session.");
  const isTerminal = !args.flags.has("no-tty") && streams.input.isTTY === true && streams.output.isTTY === true;
  // Loaded only here: the other commands need no web sockets.
  const { runExecSession } = await import("../../exec/session.ts");
  return runExecSession({
    ...{ streamUrl: session.streamUrl, tokenValue: session.tokenValue, streams, signal: terminal.signal },
    terminal: isTerminal,
    passInput: isTerminal || args.flags.has("interactive"),
  });
}
