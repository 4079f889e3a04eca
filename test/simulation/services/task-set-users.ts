import type { Operations } from "#generated/ecs/types.ts";
import { untilAnswered } from "../ecs/client.ts";
import { pick } from "../ecs/task-shapes.ts";
import { allowing } from "../ecs/users.ts";
import { cluster, crossing, externalServices, type ServiceUser } from "./user.ts";

/** What users do with services of the EXTERNAL controller, whose task sets they make and change themselves. */

type TaskSets = readonly { readonly id?: string; readonly status?: string }[];
const percents = [0, 1, 33.4, 50, 100];

export async function createExternalService({ sim, client }: ServiceUser): Promise<void> {
  const { random } = sim;
  const input: Operations["CreateService"]["input"] = {
    cluster,
    serviceName: pick(random, externalServices),
    desiredCount: Math.floor(random.float() * 6),
    deploymentController: { type: "EXTERNAL" },
    ...(random.float() < 0.3 && { healthCheckGracePeriodSeconds: Math.floor(random.float() * 60) }),
  };
  await allowing(
    crossing,
    untilAnswered(sim, () => client.ecs("CreateService", input)),
  );
}

/** By its client token it is one task set, however often the call is made. */
export async function createTaskSet(
  user: ServiceUser,
  service = pick(user.sim.random, externalServices),
  taskDefinition = pick(user.sim.random, user.definitions),
  value = pick(user.sim.random, percents),
): Promise<string | undefined> {
  const { sim, client, subnets, registries, next } = user;
  const { random } = sim;
  const input: Operations["CreateTaskSet"]["input"] = {
    ...{ cluster, service, taskDefinition, scale: { value, unit: "PERCENT" } },
    clientToken: `set-${next()}`,
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration: { subnets } },
    ...(random.float() < 0.5 && { serviceRegistries: [pick(random, registries)] }),
    ...(random.float() < 0.5 && { externalId: `external-${next()}` }),
  };
  const answer = await allowing(
    crossing,
    untilAnswered(sim, () => client.ecs("CreateTaskSet", input)),
  );
  return answer?.taskSet?.id;
}

export async function updateTaskSet(user: ServiceUser): Promise<void> {
  const { sim, client } = user;
  const service = pick(sim.random, externalServices);
  const taskSets = await taskSetsOf(user, service);
  if (taskSets.length === 0) return;
  const input = {
    cluster,
    service,
    taskSet: pick(sim.random, taskSets).id!,
    scale: { value: pick(sim.random, percents) },
  };
  await allowing(
    crossing,
    untilAnswered(sim, () => client.ecs("UpdateTaskSet", input)),
  );
}

export async function promoteTaskSet(user: ServiceUser): Promise<void> {
  const service = pick(user.sim.random, externalServices);
  const taskSets = await taskSetsOf(user, service);
  if (taskSets.length > 0) await promote(user, service, pick(user.sim.random, taskSets).id!);
}

export async function deleteTaskSet(user: ServiceUser): Promise<void> {
  const service = pick(user.sim.random, externalServices);
  const taskSets = await taskSetsOf(user, service);
  if (taskSets.length > 0) await remove(user, service, pick(user.sim.random, taskSets).id!);
}

/** Every service gets one task set that works, and keeps that one only. */
export async function leaveTaskSetsInOrder(user: ServiceUser, good: string): Promise<void> {
  const { sim, client } = user;
  for (const service of externalServices) {
    if (sim.random.float() < 0.2) {
      const call = () => client.ecs("DeleteService", { cluster, service, force: true });
      await allowing(crossing, untilAnswered(sim, call));
    }
    const input = { cluster, service, desiredCount: Math.floor(sim.random.float() * 6) };
    const there = await allowing(
      crossing,
      untilAnswered(sim, () => client.ecs("UpdateService", input)),
    );
    if (there === undefined) continue;
    for (;;) {
      const taskSets = await taskSetsOf(user, service);
      for (const { id, status } of taskSets) if (status === "ACTIVE") await remove(user, service, id!);
      const made = await createTaskSet(user, service, good, pick(sim.random, [50, 100]));
      // While those that were deleted have tasks there is no room for another one.
      if (made === undefined) await sim.sleep(10_000);
      else {
        await promote(user, service, made);
        for (const { id } of taskSets) await remove(user, service, id!);
        break;
      }
    }
  }
}

async function taskSetsOf({ sim, client }: ServiceUser, service: string): Promise<TaskSets> {
  const list = () => client.ecs("DescribeTaskSets", { cluster, service });
  return (await allowing(crossing, untilAnswered(sim, list)))?.taskSets ?? [];
}

async function promote({ sim, client }: ServiceUser, service: string, primaryTaskSet: string): Promise<void> {
  const call = () => client.ecs("UpdateServicePrimaryTaskSet", { cluster, service, primaryTaskSet });
  await allowing(crossing, untilAnswered(sim, call));
}

async function remove({ sim, client }: ServiceUser, service: string, taskSet: string): Promise<void> {
  const call = () => client.ecs("DeleteTaskSet", { cluster, service, taskSet, force: true });
  await allowing(crossing, untilAnswered(sim, call));
}
