import type { Task } from "#generated/ecs/types.ts";
import { sleep, systemClock } from "#kernel/clock.ts";
import { privateDomain } from "#kernel/private-names.ts";
import { type Client, ServiceError, unless } from "../../client.ts";
import { CommandError } from "../../command.ts";
import { familyOf, logGroupOf, projectTag } from "../plan/names.ts";
import { findNamespace, removeNamespace } from "./names.ts";
import { findGateway, findIds, findVpc } from "./network.ts";
import { removeRole } from "./role.ts";
import { removeSecrets } from "./secrets.ts";
import { findCluster, jobStarter, listServices, listTasksOf } from "./services.ts";

const lookAgainMs = 100;
/** How long what a task leaves behind (its interface) may hold up the removal of its network. */
const settleSeconds = 30;

export interface DownOptions {
  readonly region: string;
  /** Images that were built, or laid files over, too. */
  readonly images: boolean;
  tell(text: string): void;
  progress(text: string): void;
}

/** Removes all that there is of a project, whatever of it is there. Resolves with whether there was anything. */
export async function removeProject(client: Client, project: string, options: DownOptions): Promise<boolean> {
  const cluster = (await findCluster(client, project)) === "project";
  if (cluster) {
    await stopAll(client, project, options);
    await removeDefinitions(client, project);
    await client.ecs("DeleteCluster", { cluster: project });
  }
  const namespace = await findNamespace(client, project, privateDomain(options.region));
  if (namespace !== undefined) await removeNamespace(client, namespace);
  const vpcId = await findVpc(client, project);
  if (vpcId !== undefined) await removeNetwork(client, project, vpcId);
  const secrets = await removeSecrets(client, project);
  await removeRole(client, project);
  await unless("ResourceNotFoundException", client.logs("DeleteLogGroup", { logGroupName: logGroupOf(project) }));
  if (options.images) await removeRepositories(client, project);
  return cluster || namespace !== undefined || vpcId !== undefined || secrets > 0;
}

/** Deletes the services and stops the jobs; resolves when no task is left. */
async function stopAll(client: Client, project: string, { progress, tell }: DownOptions): Promise<void> {
  const clock = systemClock({ keepAlive: true });
  const running = await listTasksOf(client, project, {}, ["RUNNING"]);
  const isOther = ({ group = "", startedBy }: Task) => !group.startsWith("service:") && startedBy !== jobStarter;
  const others = running.filter(isOther).map(({ taskArn = "" }) => taskArn.split("/").at(-1)!);
  // Nobody would end them, and nothing that they stand on can go.
  if (others.length > 0) {
    const words = `Tasks that are not of the project run in its cluster: ${others.join(", ")}.`;
    throw new CommandError(`${words} Stop them first: estiva stop --cluster ${project} TASK`);
  }
  for (const { serviceName, status } of await listServices(client, project)) {
    if (status === "ACTIVE")
      await client.ecs("DeleteService", { cluster: project, service: serviceName!, force: true });
    tell(`${serviceName}  removed`);
  }
  for (const { taskArn, startedBy } of await listTasksOf(client, project, {}, ["RUNNING"])) {
    if (startedBy !== jobStarter) continue;
    await client.ecs("StopTask", { cluster: project, task: taskArn!, reason: "compose down" });
  }
  for (;;) {
    const tasks = await listTasksOf(client, project, {}, ["RUNNING", "STOPPED"]);
    const left = tasks.filter(({ lastStatus }) => lastStatus !== "STOPPED");
    const draining = (await listServices(client, project)).filter(({ status }) => status !== "INACTIVE");
    if (left.length + draining.length === 0) return;
    progress(`${left.length} ${left.length === 1 ? "task is" : "tasks are"} stopping`);
    await sleep(clock, lookAgainMs);
  }
}

/** Every revision of the project's families. */
async function removeDefinitions(client: Client, project: string): Promise<void> {
  for (const status of ["ACTIVE", "INACTIVE"] as const) {
    let nextToken: string | undefined;
    const arns: string[] = [];
    do {
      const page = await client.ecs("ListTaskDefinitions", { status, ...(nextToken && { nextToken }) });
      arns.push(...(page.taskDefinitionArns ?? []));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    const prefix = familyOf(project, "");
    for (const taskDefinition of arns.filter((arn) => arn.split("/").at(-1)!.startsWith(prefix))) {
      const { tags } = await client.ecs("ListTagsForResource", { resourceArn: taskDefinition });
      // Another project may have a name that begins like this one.
      if (!tags?.some(({ key, value }) => key === projectTag && value === project)) continue;
      if (status === "ACTIVE") await client.ecs("DeregisterTaskDefinition", { taskDefinition });
      await client.ecs("DeleteTaskDefinitions", { taskDefinitions: [taskDefinition] });
    }
  }
}

/** In the order in which AWS lets go: what stands on something goes before it. */
async function removeNetwork(client: Client, project: string, vpcId: string): Promise<void> {
  const inVpc = { "vpc-id": vpcId };
  for (const SubnetId of await findIds(client, "DescribeSubnets", inVpc, "subnetId")) {
    await whenFree(() => unless("InvalidSubnetID.NotFound", client.ec2("DeleteSubnet", { SubnetId })));
  }
  const InternetGatewayId = await findGateway(client, project);
  if (InternetGatewayId !== undefined) {
    await unless("Gateway.NotAttached", client.ec2("DetachInternetGateway", { InternetGatewayId, VpcId: vpcId }));
    await client.ec2("DeleteInternetGateway", { InternetGatewayId });
  }
  const tagged = { ...inVpc, [`tag:${projectTag}`]: project };
  for (const GroupId of await findIds(client, "DescribeSecurityGroups", tagged, "groupId")) {
    await whenFree(() => unless("InvalidGroup.NotFound", client.ec2("DeleteSecurityGroup", { GroupId })));
  }
  await whenFree(() => client.ec2("DeleteVpc", { VpcId: vpcId }));
}

/** Interfaces of tasks that have just stopped are on their way out. */
async function whenFree(remove: () => Promise<unknown>): Promise<void> {
  const clock = systemClock({ keepAlive: true });
  for (const until = clock.now() + settleSeconds * 1000; ; ) {
    try {
      await remove();
      return;
    } catch (error) {
      const busy = error instanceof ServiceError && error.code === "DependencyViolation";
      if (!busy || clock.now() > until) throw error;
      await sleep(clock, lookAgainMs);
    }
  }
}

async function removeRepositories(client: Client, project: string): Promise<void> {
  let nextToken: string | undefined;
  const found = [];
  do {
    const page = await client.ecr("DescribeRepositories", { ...(nextToken && { nextToken }) });
    found.push(...(page.repositories ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  for (const { repositoryName = "", repositoryArn } of found) {
    if (!repositoryName.startsWith(`${project}/`)) continue;
    const { tags } = await client.ecr("ListTagsForResource", { resourceArn: repositoryArn! });
    if (!tags?.some(({ Key, Value }) => Key === projectTag && Value === project)) continue;
    await client.ecr("DeleteRepository", { repositoryName, force: true });
  }
}
