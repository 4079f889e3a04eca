import type { CreateServiceRequest, RegisterTaskDefinitionRequest, Service, Task } from "#generated/ecs/types.ts";
import { type Client, unless } from "../../client.ts";
import { CommandError } from "../../command.ts";
import { completedTag, configTag, fingerprint, projectTag } from "../plan/names.ts";

/** By which the tasks of jobs are known from others in the cluster. */
export const jobStarter = "estiva-compose";

/** Makes the project's cluster. One that is not a project's is left alone. */
export async function ensureCluster(client: Client, project: string): Promise<void> {
  const found = await findCluster(client, project);
  if (found === "other") {
    const words = `There is a cluster ${project} that is no compose project's.`;
    throw new CommandError(`${words} Name the project otherwise: estiva compose -p NAME`);
  }
  if (found === "none") {
    await client.ecs("CreateCluster", { clusterName: project, tags: [{ key: projectTag, value: project }] });
  }
}

export async function findCluster(client: Client, project: string): Promise<"none" | "project" | "other"> {
  const { clusters } = await client.ecs("DescribeClusters", { clusters: [project], include: ["TAGS"] });
  const [cluster] = clusters ?? [];
  if (cluster === undefined || cluster.status !== "ACTIVE") return "none";
  return cluster.tags?.some(({ key, value }) => key === projectTag && value === project) ? "project" : "other";
}

export interface Registered {
  readonly arn: string;
  /** Its tasks have run and ended well. */
  readonly completed: boolean;
}

/** The newest revision of the family when it says the same, else a new one. */
export async function ensureTaskDefinition(
  client: Client,
  project: string,
  definition: RegisterTaskDefinitionRequest,
): Promise<Registered> {
  const config = fingerprint(definition);
  const found = await describeDefinition(client, definition.family);
  const tagOf = (key: string) => found?.tags?.find((tag) => tag.key === key)?.value;
  if (found?.taskDefinition?.status === "ACTIVE" && tagOf(configTag) === config) {
    return { arn: found.taskDefinition.taskDefinitionArn!, completed: tagOf(completedTag) !== undefined };
  }
  const tags = [
    { key: projectTag, value: project },
    { key: configTag, value: config },
  ];
  const { taskDefinition } = await client.ecs("RegisterTaskDefinition", { ...definition, tags });
  return { arn: taskDefinition!.taskDefinitionArn!, completed: false };
}

function describeDefinition(client: Client, taskDefinition: string) {
  return unless("ClientException", client.ecs("DescribeTaskDefinition", { taskDefinition, include: ["TAGS"] }));
}

export type Change = "created" | "updated" | "scaled" | "unchanged";

/** Makes the service, or changes what is different of it. */
export async function ensureService(client: Client, wanted: CreateServiceRequest, force: boolean): Promise<Change> {
  const { cluster, serviceName, desiredCount } = wanted;
  // How many there are changes by itself: a project that was interrupted has none.
  const config = fingerprint({ ...wanted, desiredCount: undefined });
  const configuration = { key: configTag, value: config };
  const found = await findService(client, cluster!, serviceName);
  if (found === undefined) {
    await client.ecs("CreateService", { ...wanted, tags: [...(wanted.tags ?? []), configuration] });
    return "created";
  }
  const same = found.tags?.some(({ key, value }) => key === configTag && value === config);
  if (same && !force) {
    if (found.desiredCount === desiredCount) return "unchanged";
    await client.ecs("UpdateService", { cluster: cluster!, service: serviceName, desiredCount: desiredCount! });
    return "scaled";
  }
  const { taskDefinition, deploymentConfiguration, networkConfiguration, serviceRegistries } = wanted;
  await client.ecs("UpdateService", {
    ...{ cluster: cluster!, service: serviceName, desiredCount: desiredCount!, taskDefinition: taskDefinition! },
    ...(deploymentConfiguration && { deploymentConfiguration }),
    ...(networkConfiguration && { networkConfiguration }),
    ...(serviceRegistries && { serviceRegistries }),
    forceNewDeployment: force,
  });
  const tags = [...(wanted.tags ?? []), configuration];
  await client.ecs("TagResource", { resourceArn: found.serviceArn!, tags });
  return "updated";
}

export async function findService(client: Client, cluster: string, name: string): Promise<Service | undefined> {
  const { services } = await client.ecs("DescribeServices", { cluster, services: [name], include: ["TAGS"] });
  return services?.find(({ status }) => status === "ACTIVE");
}

/** Every service of the cluster that is not gone yet. */
export async function listServices(client: Client, cluster: string): Promise<Service[]> {
  const services: Service[] = [];
  let nextToken: string | undefined;
  do {
    const page = await client.ecs("ListServices", { cluster, maxResults: 10, ...(nextToken && { nextToken }) });
    if (page.serviceArns?.length) {
      services.push(
        ...((await client.ecs("DescribeServices", { cluster, services: page.serviceArns })).services ?? []),
      );
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return services;
}

/** Tasks of the cluster, or of one of its services or families; those that stopped within the hour too. */
export async function listTasksOf(
  client: Client,
  cluster: string,
  only: { readonly serviceName?: string; readonly family?: string },
  statuses: readonly ("RUNNING" | "STOPPED")[],
): Promise<Task[]> {
  // One that stops between the two questions is in both answers.
  const tasks = new Map<string, Task>();
  for (const desiredStatus of statuses) {
    let nextToken: string | undefined;
    do {
      const page = await client.ecs("ListTasks", { cluster, desiredStatus, ...only, ...(nextToken && { nextToken }) });
      if (page.taskArns?.length) {
        const { tasks: described = [] } = await client.ecs("DescribeTasks", { cluster, tasks: page.taskArns });
        for (const task of described) tasks.set(task.taskArn!, task);
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }
  return [...tasks.values()].sort((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0));
}

/** Starts the tasks of a job. They belong to no service, and are found by the group. */
export async function runJob(client: Client, wanted: CreateServiceRequest): Promise<Task[]> {
  const { cluster, serviceName, taskDefinition, desiredCount, launchType, networkConfiguration, tags } = wanted;
  const { tasks, failures } = await client.ecs("RunTask", {
    ...{ cluster: cluster!, taskDefinition: taskDefinition!, count: desiredCount!, startedBy: jobStarter },
    ...{ launchType: launchType!, networkConfiguration: networkConfiguration!, tags: tags! },
    ...{ group: jobGroup(serviceName), enableExecuteCommand: true },
  });
  if (failures?.length) throw new CommandError(`${serviceName} could not be placed: ${failures[0]!.reason}.`);
  return [...(tasks ?? [])];
}

export function jobGroup(service: string): string {
  return `job:${service}`;
}

/** The compose service that a task is of: ECS's group says so. */
export function serviceOf(task: Task): string {
  return task.group?.replace(/^(service|job):/, "") ?? "";
}
