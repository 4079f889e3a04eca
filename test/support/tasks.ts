import { GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import {
  type ContainerDefinition,
  CreateClusterCommand,
  DescribeTasksCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  type RunTaskCommandInput,
  type Task,
} from "@aws-sdk/client-ecs";
import { busyboxReference } from "../images/busybox.ts";
import type { TestPlatform } from "./platform.ts";
import { until } from "./until.ts";

export type Clients = ReturnType<TestPlatform["clients"]>;

export const cluster = "test";
export const logGroup = "/test";
/** A script that goes on until it is told to stop. */
export const untilTold = "trap 'exit 0' TERM; while :; do sleep 0.1; done";

/** A container that runs a shell script, its output in CloudWatch Logs. */
export function shell(name: string, script: string, fields: Partial<ContainerDefinition> = {}): ContainerDefinition {
  return {
    name,
    image: busyboxReference,
    command: ["sh", "-c", script],
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": logGroup,
        "awslogs-region": "us-east-1",
        "awslogs-stream-prefix": "t",
        "awslogs-create-group": "true",
      },
    },
    ...fields,
  };
}

/** Registers a Fargate task definition of these containers. Resolves with its ARN. */
export async function register(
  { ecs }: Clients,
  family: string,
  containerDefinitions: ContainerDefinition[],
  fields: Partial<RegisterTaskDefinitionCommandInput> = {},
): Promise<string> {
  const { taskDefinition } = await ecs.send(
    new RegisterTaskDefinitionCommand({
      family,
      networkMode: "awsvpc",
      requiresCompatibilities: ["FARGATE"],
      cpu: "256",
      memory: "512",
      executionRoleArn: "arn:aws:iam::000000000000:role/ecsTaskExecutionRole",
      containerDefinitions,
      ...fields,
    }),
  );
  return taskDefinition!.taskDefinitionArn!;
}

/** Starts tasks of a definition in the default VPC, in the cluster of the tests. */
export async function runTasks(
  { ecs, ec2 }: Clients,
  taskDefinition: string,
  fields: Partial<RunTaskCommandInput> = {},
): Promise<Task[]> {
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
  const { tasks } = await ecs.send(
    new RunTaskCommand({
      cluster,
      taskDefinition,
      launchType: "FARGATE",
      networkConfiguration: { awsvpcConfiguration: { subnets: [Subnets![0]!.SubnetId!], assignPublicIp: "ENABLED" } },
      ...fields,
    }),
  );
  return tasks!;
}

export async function describe({ ecs }: Clients, taskArn: string): Promise<Task> {
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [taskArn], include: ["TAGS"] }));
  if (tasks?.[0] === undefined) throw new Error(`The task ${taskArn} is missing`);
  return tasks[0];
}

/** Resolves with the task once `when` holds; rejects with its last state when that takes too long. */
export function untilTask(clients: Clients, taskArn: string, when: (task: Task) => boolean): Promise<Task> {
  return until(`${when} of a task`, () => describe(clients, taskArn), when);
}

export const running = (clients: Clients, taskArn: string) =>
  untilTask(clients, taskArn, (task) => task.lastStatus === "RUNNING" || task.lastStatus === "STOPPED");
export const stopped = (clients: Clients, taskArn: string) =>
  untilTask(clients, taskArn, (task) => task.lastStatus === "STOPPED");

/** Starts one task, waits for its end, and gives it with the lines of its container `app`. */
export async function runToEnd(clients: Clients, taskDefinition: string, fields: Partial<RunTaskCommandInput> = {}) {
  const [task] = await runTasks(clients, taskDefinition, fields);
  const ended = await stopped(clients, task!.taskArn!);
  return { task: ended, lines: await logLines(clients, ended, "app") };
}

/** All lines that a container of the task wrote, from the first. */
export async function logLines({ logs }: Clients, task: Task, container: string): Promise<string[]> {
  const logStreamName = `t/${container}/${task.taskArn!.split("/").at(-1)}`;
  const lines: string[] = [];
  for (let nextToken: string | undefined; ; ) {
    const page = await logs.send(
      new GetLogEventsCommand({
        logGroupName: logGroup,
        logStreamName,
        startFromHead: true,
        ...(nextToken && { nextToken }),
      }),
    );
    lines.push(...(page.events ?? []).map((event) => event.message ?? ""));
    if (page.nextForwardToken === nextToken) return lines;
    nextToken = page.nextForwardToken;
  }
}

/** Resolves with all lines of a container once there are `count`, or this one. */
export function untilLogged(
  clients: Clients,
  task: Task,
  container: string,
  wanted: string | number,
): Promise<string[]> {
  const isThere = (lines: readonly string[]) =>
    typeof wanted === "string" ? lines.includes(wanted) : lines.length >= wanted;
  // The stream is made with the first line.
  const look = () => logLines(clients, task, container).catch((error: Error) => [error.name]);
  return until(`${wanted} in the log`, look, (lines) => lines[0] !== "ResourceNotFoundException" && isThere(lines));
}
