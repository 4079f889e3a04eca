import { sleep, systemClock } from "#kernel/clock.ts";
import type { Client } from "../client.ts";
import { type Command, CommandError, exitCodes, lastValue, type Terminal } from "../command.ts";
import { timeOf } from "../times.ts";
import { clusterOf, findTask, idOf, leftUnanswered, overRestarts, withLeavingClient } from "./connect.ts";
import { logsQueryCommand } from "./logs-query.ts";
import { clusterOption, dataOption, jsonOption } from "./options.ts";

/** How often a followed stream is asked for more; a command that a person watches, not the platform. */
const followMs = 250;

export const logsCommand: Command = {
  name: "logs",
  usage: "logs [-f] [--since TIME] [--container NAME] [--cluster NAME] TASK",
  summary: [
    "Print what a task's containers wrote, from CloudWatch Logs (the awslogs driver).",
    "",
    `  logs query  ${logsQueryCommand.summary}`,
    "",
    "It explains itself: estiva logs query --help",
  ].join("\n"),
  subcommands: [logsQueryCommand],
  options: {
    follow: { type: "boolean", short: "f", help: "go on until the task has stopped, over restarts of the platform" },
    since: { type: "string", value: "TIME", help: "from 15m, 2h or 7d ago, or from a date on (default: all there is)" },
    container: { type: "string", value: "NAME", help: "only this container" },
    ...clusterOption,
    ...dataOption,
    ...jsonOption,
  },
  examples: ["estiva logs 3f2a", "estiva logs -f --container app 3f2a", "estiva logs --since 15m 3f2a"],
  positionals: [1, 1],
  run(args, terminal) {
    const since = lastValue(args, "since");
    const startTime = since === undefined ? undefined : timeOf("since", since, systemClock().now());
    return withLeavingClient(args, terminal, leftUnanswered, async (client) => {
      const [identifier] = args.positionals as [string];
      const cluster = clusterOf(args, identifier);
      const task = await findTask(client, cluster, identifier);
      const streams = await streamsOf(client, cluster, task, lastValue(args, "container"));
      const print = printer(terminal, streams.length > 1, args.flags.has("json"));
      const followers = streams.map((stream) => new StreamReader(client, stream, print, startTime));
      if (args.flags.has("follow")) await follow({ client, cluster, task, followers, terminal });
      else await readAll(followers);
      return exitCodes.ok;
    });
  },
};

interface Following {
  readonly client: Client;
  readonly cluster: string;
  readonly task: string;
  readonly followers: readonly StreamReader[];
  readonly terminal: Terminal;
}

/** Until the task has stopped, or a signal ends it; over restarts of the platform. */
export async function follow({ client, cluster, task, followers, terminal }: Following): Promise<void> {
  while (!terminal.signal.aborted) {
    const ended = await overRestarts(terminal, () => hasStopped(client, cluster, task));
    await overRestarts(terminal, () => readAll(followers));
    if (ended) return;
    await sleep(systemClock({ keepAlive: true }), followMs, terminal.signal).catch(() => undefined);
  }
}

async function readAll(readers: readonly StreamReader[]): Promise<void> {
  for (const reader of readers) await reader.readAll();
}

interface Stream {
  readonly container: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
}

/** The log streams of a task's containers, by the awslogs options of its definition. */
export async function streamsOf(client: Client, cluster: string, taskArn: string, only?: string): Promise<Stream[]> {
  const { tasks } = await client.ecs("DescribeTasks", { cluster, tasks: [taskArn] });
  const task = tasks?.[0];
  if (task === undefined) throw new CommandError(`The task ${idOf(taskArn)} is not known any more.`);
  const { taskDefinition } = await client.ecs("DescribeTaskDefinition", { taskDefinition: task.taskDefinitionArn! });
  const containers = (taskDefinition?.containerDefinitions ?? []).filter(
    (container) => !only || container.name === only,
  );
  if (containers.length === 0) throw new CommandError(`The task has no container named ${only}.`);
  const streams = containers.flatMap((container): Stream[] => {
    const options = container.logConfiguration?.options ?? {};
    if (container.logConfiguration?.logDriver !== "awslogs" || !options["awslogs-group"]) return [];
    const prefix = options["awslogs-stream-prefix"];
    const { runtimeId } = task.containers?.find(({ name }) => name === container.name) ?? {};
    // Without a prefix it is named by the container's id in the runtime, once it has one.
    const logStreamName = prefix ? `${prefix}/${container.name}/${idOf(taskArn)}` : runtimeId;
    if (logStreamName === undefined) return [];
    return [{ container: container.name ?? "", logGroupName: options["awslogs-group"], logStreamName }];
  });
  if (streams.length > 0) return streams;
  throw new CommandError("No container of the task uses the awslogs driver: its output is not in CloudWatch Logs.");
}

async function hasStopped(client: Client, cluster: string, taskArn: string): Promise<boolean> {
  const { tasks } = await client.ecs("DescribeTasks", { cluster, tasks: [taskArn] });
  return tasks?.[0] === undefined || tasks[0].lastStatus === "STOPPED";
}

/** Reads one stream on and on, each event once. */
export class StreamReader {
  readonly #client: Client;
  readonly #stream: Stream;
  readonly #print: (stream: Stream, message: string, timestamp: number) => void;
  readonly #startTime: number | undefined;
  #nextToken: string | undefined;

  /** From `startTime` on, in milliseconds since the epoch. */
  constructor(
    client: Client,
    stream: Stream,
    print: (stream: Stream, message: string, timestamp: number) => void,
    startTime?: number,
  ) {
    this.#startTime = startTime;
    this.#client = client;
    this.#stream = stream;
    this.#print = print;
  }

  /** Prints all that has come since the last time. A stream that does not exist yet has nothing. */
  async readAll(): Promise<void> {
    for (;;) {
      const page = await this.#read();
      for (const event of page?.events ?? []) this.#print(this.#stream, event.message ?? "", event.timestamp ?? 0);
      const done = page === undefined || page.nextForwardToken === this.#nextToken;
      this.#nextToken = page?.nextForwardToken ?? this.#nextToken;
      if (done) return;
    }
  }

  async #read() {
    const { logGroupName, logStreamName } = this.#stream;
    try {
      return await this.#client.logs("GetLogEvents", {
        logGroupName,
        logStreamName,
        startFromHead: true,
        ...(this.#startTime !== undefined && { startTime: this.#startTime }),
        ...(this.#nextToken && { nextToken: this.#nextToken }),
      });
    } catch (error) {
      if ((error as { code?: string }).code === "ResourceNotFoundException") return undefined;
      throw error;
    }
  }
}

function printer(terminal: Terminal, several: boolean, json: boolean) {
  return (stream: Stream, message: string, timestamp: number) => {
    if (json) terminal.out(`${JSON.stringify({ container: stream.container, timestamp, message })}\n`);
    else terminal.out(`${several ? `${stream.container}: ` : ""}${message}\n`);
  };
}
