import type { Task } from "#generated/ecs/types.ts";
import { sleep, systemClock } from "#kernel/clock.ts";
import { systemRandom, uuid } from "#kernel/random.ts";
import { type Client, textsOf } from "../client.ts";
import { type Arguments, type Command, CommandError, exitCodes, lastValue, type Terminal } from "../command.ts";
import { Progress } from "../progress.ts";
import { type PullState, pullWords } from "../pull-words.ts";
import { regionOf } from "../settings.ts";
import { idOf, orLeft, overRestarts, untilSignal, withLastingClient } from "./connect.ts";
import { ensureExecutionRole, ensureTaskRole } from "./execution-role.ts";
import { ensureLogGroup } from "./log-group.ts";
import { StreamReader, streamsOf } from "./logs.ts";
import { clusterOption, dataOption } from "./options.ts";

const logGroup = "/estiva/run";
const watchMs = 150;
const interrupted = "Interrupted.";

export const runCommand: Command = {
  name: "run",
  usage: "run [OPTIONS] IMAGE [COMMAND...]",
  summary: "Run an image as a Fargate task, follow its output, and exit with its code.",
  options: {
    env: {
      type: "string",
      short: "e",
      multiple: true,
      value: "NAME=VALUE",
      help: "an environment variable; may be repeated",
    },
    cpu: { type: "string", value: "UNITS", help: "CPU units of the task, 1024 a core (default: 256)" },
    memory: { type: "string", short: "m", value: "MIB", help: "memory of the task in MiB (default: 512)" },
    family: {
      type: "string",
      value: "NAME",
      help: "the task definition's family (default: made from the image's name)",
    },
    detach: { type: "boolean", short: "d", help: "print the task's id and return at once" },
    ...clusterOption,
    ...dataOption,
  },
  examples: [
    "estiva run busybox echo hello",
    "estiva run -e GREETING=hi --memory 1024 my-image:latest",
    "estiva run -d nginx",
  ],
  positionals: [1, Number.POSITIVE_INFINITY],
  stopAtPositional: true,
  run: (args, terminal) => withLastingClient(args, terminal, (client) => runImage(args, terminal, client)),
};

async function runImage(args: Arguments, terminal: Terminal, client: Client): Promise<number> {
  const cluster = lastValue(args, "cluster") ?? "default";
  // From here on a platform that is away comes back; one that is not there to begin with is told of at once.
  await orLeft(terminal, client.ecs("CreateCluster", { clusterName: cluster }), interrupted);
  const registering = lasting(terminal, async () => {
    await ensureLogGroup(client, logGroup);
    return register(args, terminal, client);
  });
  const taskDefinition = await orLeft(terminal, registering, interrupted);
  if (terminal.signal.aborted) throw new CommandError(interrupted, exitCodes.interrupted);
  // The platform may have died after it had started the task: asked again, it answers with the same one.
  const clientToken = uuid(systemRandom());
  const starting = lasting(terminal, () => start(client, cluster, taskDefinition, clientToken));
  const task = await orLeft(terminal, starting, `${interrupted} The task may have been started: see estiva ps.`);
  if (args.flags.has("detach")) {
    terminal.out(`${idOf(task.taskArn!)}\n`);
    return exitCodes.ok;
  }
  return follow(client, terminal, cluster, task.taskArn!);
}

/** What the platform answers, over its restarts. A signal ends the wait, and the command. */
async function lasting<T>(terminal: Terminal, ask: () => Promise<T>): Promise<T> {
  const answer = await overRestarts(terminal, ask);
  if (answer === undefined) throw new CommandError(interrupted, exitCodes.interrupted);
  return answer;
}

async function register(args: Arguments, terminal: Terminal, client: Client): Promise<string> {
  const [image, ...command] = args.positionals as [string, ...string[]];
  const family = lastValue(args, "family") ?? familyOf(image);
  const { taskDefinition } = await client.ecs("RegisterTaskDefinition", {
    family,
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: lastValue(args, "cpu") ?? "256",
    memory: lastValue(args, "memory") ?? "512",
    executionRoleArn: await ensureExecutionRole(client),
    taskRoleArn: await ensureTaskRole(client),
    containerDefinitions: [
      {
        name: "app",
        image,
        essential: true,
        ...(command.length > 0 && { command }),
        environment: (args.values.get("env") ?? []).map(variableOf),
        logConfiguration: {
          logDriver: "awslogs",
          options: {
            "awslogs-group": logGroup,
            "awslogs-region": regionOf(terminal.env),
            "awslogs-stream-prefix": family,
            "awslogs-create-group": "true",
          },
        },
      },
    ],
  });
  return taskDefinition!.taskDefinitionArn!;
}

/** `registry.local:5000/team/my.app:1` -> `run-my-app`: families have letters, digits, hyphens and underscores. */
function familyOf(image: string): string {
  const name = image
    .split("/")
    .at(-1)!
    .replace(/[:@].*$/, "");
  return `run-${name.replace(/[^A-Za-z0-9_-]/g, "-")}`;
}

function variableOf(text: string): { name: string; value: string } {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) throw new CommandError(`--env takes NAME=VALUE, not ${text}.`, exitCodes.usage);
  return { name, value: value ?? "" };
}

async function start(client: Client, cluster: string, taskDefinition: string, clientToken: string): Promise<Task> {
  const subnets = textsOf(
    await client.ec2("DescribeSubnets", { "Filter.1.Name": "default-for-az", "Filter.1.Value.1": "true" }),
    "subnetId",
  );
  if (subnets.length === 0)
    throw new CommandError("The region has no default subnet. Make one: aws ec2 create-default-vpc");
  const { tasks, failures } = await client.ecs("RunTask", {
    cluster,
    taskDefinition,
    clientToken,
    launchType: "FARGATE",
    startedBy: "estiva-run",
    enableExecuteCommand: true,
    networkConfiguration: { awsvpcConfiguration: { subnets, assignPublicIp: "ENABLED" } },
  });
  if (tasks?.[0]) return tasks[0];
  throw new CommandError(`The task could not be placed: ${failures?.[0]?.reason ?? "no reason was given"}.`);
}

/**
 * Shows status until output comes, then the output, over restarts of the platform. Ctrl-C stops the task; a platform
 * that does not answer is waited for `graceSeconds` from then on, and a second Ctrl-C leaves at once.
 */
export async function follow(
  client: Client,
  terminal: Terminal,
  cluster: string,
  taskArn: string,
  graceSeconds?: number,
): Promise<number> {
  const progress = new Progress(terminal);
  const clock = systemClock({ keepAlive: true });
  const print = (_: unknown, message: string) => {
    progress.clear();
    terminal.out(`${message}\n`);
  };
  const streams = await untilSignal(
    terminal,
    overRestarts(terminal, () => streamsOf(client, cluster, taskArn)),
  );
  const readers = (streams ?? []).map((stream) => new StreamReader(client, stream, print));
  let asked = false;
  const look = async () => {
    const { tasks } = await client.ecs("DescribeTasks", { cluster, tasks: [taskArn] });
    const task = tasks?.[0];
    if (task?.lastStatus !== "RUNNING") progress.show(await statusLine(client, terminal, taskArn, task));
    else progress.clear();
    for (const reader of readers) await reader.readAll();
    return { task };
  };
  const id = idOf(taskArn);
  const mend = `It is stopped by: estiva stop ${id}`;
  const notStopped = `The task ${id} may not have been told to stop: no platform answers. ${mend}`;
  // One look at a time, also when a signal has ended the wait for it: each goes on with the output where the last was.
  let looking: Promise<{ task: Task | undefined } | undefined> | undefined;
  const lookOn = async () => {
    looking ??= asked ? look() : overRestarts(terminal, look);
    return looking.finally(() => {
      looking = undefined;
    });
  };
  for (;;) {
    if (terminal.signal.aborted && !asked) {
      asked = true;
      await orLeft(terminal, stop(client, cluster, taskArn), notStopped, graceSeconds);
    }
    // Who has interrupted does not wait for a platform that is away.
    const stopping = `The task ${id} has been told to stop, and may take a while.`;
    const seen = await (asked ? orLeft(terminal, lookOn(), stopping, graceSeconds) : untilSignal(terminal, lookOn()));
    if (seen !== undefined && (seen.task === undefined || seen.task.lastStatus === "STOPPED")) {
      progress.clear();
      return exitCodeOf(seen.task, terminal);
    }
    await orLeft(terminal, sleep(clock, watchMs), stopping);
  }
}

async function stop(client: Client, cluster: string, taskArn: string): Promise<void> {
  try {
    await client.ecs("StopTask", { cluster, task: taskArn, reason: "Interrupted" });
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    throw new CommandError(`The task ${idOf(taskArn)} was not stopped: ${error.message}`, error.exitCode);
  }
}

/** `0123456789ab  PENDING  pulling nginx: 3 of 7 layers, 12.5 of 80.1 MB`; the numbers are for a terminal only. */
async function statusLine(client: Client, terminal: Terminal, taskArn: string, task: Task | undefined) {
  const line = `${idOf(taskArn).slice(0, 12)}  ${task?.lastStatus ?? "MISSING"}`;
  if (task?.lastStatus !== "PENDING") return line;
  // The task goes on whether its progress can be had or not: what speaks ECS need not be this platform.
  const answer = await client.ask("pulls", { tasks: [taskArn] }).catch(() => ({ pulls: [] }));
  const [pull] = (answer as { pulls: readonly (PullState & { image: string })[] }).pulls;
  if (pull === undefined) return line;
  const words = terminal.interactive ? pullWords(pull) : "";
  return `${line}  pulling ${pull.image}${words && `: ${words}`}`;
}

function exitCodeOf(task: Task | undefined, terminal: Terminal): number {
  const container = task?.containers?.[0];
  if (container?.exitCode !== undefined) return container.exitCode;
  const reason = container?.reason ?? task?.stoppedReason ?? "no reason is known";
  terminal.err(`estiva: the task did not run: ${reason}\n`);
  return exitCodes.failure;
}
