import type { Task } from "#generated/ecs/types.ts";
import { type Clock, sleep, systemClock } from "#kernel/clock.ts";
import { type Client, createClient, textsOf } from "../client.ts";
import { type Arguments, type Command, CommandError, exitCodes, lastValue, type Terminal } from "../command.ts";
import { dataFolder, findConnection, regionOf } from "../settings.ts";
import { idOf } from "./connect.ts";
import { ensureExecutionRole } from "./execution-role.ts";
import { askHealth } from "./health.ts";
import { ensureLogGroup } from "./log-group.ts";
import { StreamReader, streamsOf } from "./logs.ts";
import type { Machine } from "./machine.ts";
import { dataOption } from "./options.ts";

const cluster = "demo";
const family = "hello";
const logGroup = "/estiva/demo";
const watchMs = 50;
const script =
  'echo "Hello from a Fargate task of Estiva."; echo "My address: $(hostname -i 2>/dev/null)"; sleep 1; echo Bye.';

type Tell = (line: string) => void;

export function demoCommand(machine: Machine): Command {
  return {
    name: "demo",
    usage: "demo [--keep] [--no-install]",
    summary: "Set up what is missing, start the platform, and run a real Fargate task.",
    options: {
      keep: { type: "boolean", help: "leave the platform running afterwards" },
      "no-install": { type: "boolean", help: "install nothing; say what is missing" },
      ...dataOption,
    },
    examples: ["estiva demo", "estiva demo --keep"],
    positionals: [0, 0],
    run: (args, terminal) => demo(machine, args, terminal),
  };
}

async function demo(machine: Machine, args: Arguments, terminal: Terminal): Promise<number> {
  const tell = (line: string) => terminal.out(`${line}\n`);
  const setUp = await machine.setUp({ install: !args.flags.has("no-install"), makesImages: true }, tell);
  const folder = dataFolder(terminal.env, lastValue(args, "data"));
  const running = await alreadyRunning(terminal, folder);
  const started = running ? undefined : machine.startPlatform(folder);
  const platform = await started?.catch(async (error: unknown) => {
    await setUp.undo();
    throw error;
  });
  tell(platform ? `The platform is ready at ${platform.endpoint}` : `The platform is running at ${running}`);
  // The platform of this folder, whatever endpoint the shell's environment names.
  const client = createClient(findConnection({ ...terminal.env, AWS_ENDPOINT_URL: undefined }, folder));
  try {
    const exitCode = await runDemoTask(client, terminal, await machine.makeDemoImage(), tell);
    if (args.flags.has("keep"))
      tell('\nThe platform goes on. Next:\n\n  eval "$(./estiva env)"\n  aws ecs list-clusters');
    return exitCode;
  } finally {
    client.close();
    if (args.flags.has("keep")) platform?.detach();
    else {
      await platform?.stop();
      await setUp.undo();
    }
  }
}

/**
 * The endpoint of the platform that runs on this folder, if it answers. One that is silent is not there; if it is after
 * all, the next one says who has the folder.
 */
async function alreadyRunning(terminal: Terminal, folder: string): Promise<string | undefined> {
  try {
    const { endpoint } = findConnection({ ...terminal.env, AWS_ENDPOINT_URL: undefined }, folder);
    return (await askHealth(endpoint)).ok ? endpoint : undefined;
  } catch {
    // Nobody has started one here, or it is gone.
    return undefined;
  }
}

async function runDemoTask(client: Client, terminal: Terminal, image: string, tell: Tell): Promise<number> {
  await client.ecs("CreateCluster", { clusterName: cluster });
  const definition = await register(client, terminal, image);
  await ensureLogGroup(client, logGroup);
  const subnets = textsOf(
    await client.ec2("DescribeSubnets", { "Filter.1.Name": "default-for-az", "Filter.1.Value.1": "true" }),
    "subnetId",
  );
  const { tasks } = await client.ecs("RunTask", {
    cluster,
    taskDefinition: definition,
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration: { subnets, assignPublicIp: "ENABLED" } },
  });
  const taskArn = tasks?.[0]?.taskArn;
  if (taskArn === undefined) throw new CommandError("RunTask started no task.");
  tell(`\nRunTask: ${taskArn}`);
  const task = await watchTask(client, taskArn, terminal, tell);
  await cleanUp(client, definition);
  const exitCode = task.containers?.[0]?.exitCode;
  tell(`\n${task.stoppedReason} (${task.stopCode}), exit code ${exitCode ?? "none"}`);
  return exitCode === 0 ? exitCodes.ok : exitCodes.failure;
}

async function register(client: Client, terminal: Terminal, image: string): Promise<string> {
  const { taskDefinition } = await client.ecs("RegisterTaskDefinition", {
    family,
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "512",
    executionRoleArn: await ensureExecutionRole(client),
    containerDefinitions: [
      {
        name: "app",
        image,
        command: ["sh", "-c", script],
        logConfiguration: {
          logDriver: "awslogs",
          options: {
            "awslogs-group": logGroup,
            "awslogs-region": regionOf(terminal.env),
            "awslogs-stream-prefix": "demo",
            "awslogs-create-group": "true",
          },
        },
      },
    ],
  });
  return taskDefinition!.taskDefinitionArn!;
}

/** Tells each state that it sees with the time since RunTask, and the output; resolves with the stopped task. */
async function watchTask(client: Client, taskArn: string, { signal }: Terminal, tell: Tell): Promise<Task> {
  const clock: Clock = systemClock({ keepAlive: true });
  const startedAt = clock.now();
  const [stream] = await streamsOf(client, cluster, taskArn);
  const reader = new StreamReader(client, stream!, (_, message) => tell(`            | ${message}`));
  for (let shown = ""; ; ) {
    const { tasks } = await client.ecs("DescribeTasks", { cluster, tasks: [taskArn] });
    const task = tasks?.[0];
    if (task === undefined) throw new CommandError(`The task ${idOf(taskArn)} is not known any more.`);
    const status = task.lastStatus ?? "";
    if (status !== shown) tell(`  ${((clock.now() - startedAt) / 1000).toFixed(2).padStart(5)} s   ${status}`);
    shown = status;
    await reader.readAll();
    if (status === "STOPPED") return task;
    // What the demo started is stopped on the way out.
    if (signal.aborted) throw new CommandError("Interrupted.", exitCodes.interrupted);
    await sleep(clock, watchMs);
  }
}

async function cleanUp(client: Client, taskDefinition: string): Promise<void> {
  await client.ecs("DeregisterTaskDefinition", { taskDefinition });
  await client.ecs("DeleteCluster", { cluster });
  await client.logs("DeleteLogGroup", { logGroupName: logGroup });
}
