import type { Operations } from "#generated/ecs/types.ts";
import type { Random } from "#kernel/random.ts";
import { type Client, untilAnswered } from "../ecs/client.ts";
import type { EcsPlane } from "../ecs/scenario.ts";
import { drawTaskDefinition, pick, staysHealthy } from "../ecs/task-shapes.ts";
import { allowing } from "../ecs/users.ts";
import { cluster, crossing } from "../services/user.ts";
import type { Simulation } from "../simulate.ts";
import { pickWeighted, type Weighted } from "../weighted.ts";
import { attribute } from "./fitting.ts";
import type { DaemonsWorld } from "./scenario.ts";

/** One of several who change services and container instances at the same time. */
export interface DaemonUser {
  readonly sim: Simulation<EcsPlane>;
  readonly world: DaemonsWorld;
  readonly client: Client;
  readonly definitions: string[];
  readonly subnets: readonly string[];
  readonly next: () => number;
}

/** The second one asks for the attribute. */
const services = ["everywhere", "fenced"];
/** A host may be several instances. */
const mostInstances = 5;

type Action = (user: DaemonUser) => Promise<unknown>;
const actions: Weighted<Action> = [
  [2, registerTaskDefinition],
  [3, createService],
  [4, updateTasks],
  [3, updateSettings],
  [3, stopTask],
  [1, deleteService],
  [4, registerInstance],
  [3, drain],
  [3, activate],
  [2, deregister],
  [2, fence],
  [2, (user) => Promise.all([updateTasks(user), drain(user), registerInstance(user)])],
];

export async function playDaemons(user: DaemonUser, steps: number): Promise<void> {
  const { sim } = user;
  await registerTaskDefinition(user);
  await registerInstance(user);
  await createService(user);
  for (let i = 0; i < steps; i++) {
    await sim.sleep(60_000 * sim.random.float() ** 2);
    await pickWeighted(actions, sim.random.float())(user);
  }
}

/** At the end every service that is there gets something that works, so that the world can come to rest. */
export async function leaveInOrder(user: DaemonUser): Promise<void> {
  const taskDefinition = await registerTaskDefinition(user, true);
  for (const service of services) await update(user, { cluster, service, taskDefinition, ...bounds(0) });
}

function bounds(minimumHealthyPercent: number) {
  return { deploymentConfiguration: { minimumHealthyPercent, maximumPercent: 100 } };
}

async function registerTaskDefinition({ sim, client, definitions, next }: DaemonUser, sane?: boolean): Promise<string> {
  for (;;) {
    const drawn = drawTaskDefinition(sim.random, String(next() % 4));
    if (sane && !staysHealthy(drawn)) continue;
    const input = { ...drawn, requiresCompatibilities: ["EC2" as const] };
    const { taskDefinition } = await untilAnswered(sim, () => client.ecs("RegisterTaskDefinition", input));
    const name = `${taskDefinition!.family}:${taskDefinition!.revision}`;
    definitions.push(name);
    return name;
  }
}

async function createService({ sim, client, definitions, subnets }: DaemonUser): Promise<void> {
  const serviceName = pick(sim.random, services);
  const placementConstraints = [{ type: "memberOf" as const, expression: `attribute:${attribute} exists` }];
  const input: Operations["CreateService"]["input"] = {
    ...{ cluster, serviceName, taskDefinition: pick(sim.random, definitions) },
    ...{ launchType: "EC2", schedulingStrategy: "DAEMON" },
    networkConfiguration: { awsvpcConfiguration: { subnets } },
    ...(serviceName === "fenced" && { placementConstraints }),
    ...bounds(drawMinimum(sim.random)),
  };
  await allowing(
    crossing,
    untilAnswered(sim, () => client.ecs("CreateService", input)),
  );
}

function drawMinimum(random: Random): number {
  return pick(random, [0, 0, 50, 75]);
}

async function update({ sim, client }: DaemonUser, input: Operations["UpdateService"]["input"]): Promise<void> {
  await allowing(
    crossing,
    untilAnswered(sim, () => client.ecs("UpdateService", input)),
  );
}

async function updateTasks(user: DaemonUser): Promise<void> {
  const { random } = user.sim;
  await update(user, {
    ...{ cluster, service: pick(random, services), taskDefinition: pick(random, user.definitions) },
    ...(random.float() < 0.3 && { forceNewDeployment: true }),
  });
}

async function updateSettings(user: DaemonUser): Promise<void> {
  const { random } = user.sim;
  await update(user, { cluster, service: pick(random, services), ...bounds(drawMinimum(random)) });
}

async function deleteService({ sim, client }: DaemonUser): Promise<void> {
  const service = pick(sim.random, services);
  await allowing(
    crossing,
    untilAnswered(sim, () => client.ecs("DeleteService", { cluster, service, force: true })),
  );
}

async function stopTask({ sim, world, client, next }: DaemonUser): Promise<void> {
  const { taskArns } = await untilAnswered(sim, () => client.ecs("ListTasks", { cluster }));
  if (taskArns === undefined || taskArns.length === 0) return;
  const task = pick(sim.random, taskArns);
  const reason = `stopped by a user ${next()}`;
  const { stopReasons } = world.expected;
  stopReasons.set(task, (stopReasons.get(task) ?? new Set()).add(reason));
  await allowing(
    crossing,
    untilAnswered(sim, () => client.ecs("StopTask", { cluster, task, reason })),
  );
}

async function instancesOf({ sim, client }: DaemonUser): Promise<string[]> {
  const answer = await untilAnswered(sim, () => client.ecs("ListContainerInstances", { cluster }));
  return (answer.containerInstanceArns ?? []) as string[];
}

async function registerInstance(user: DaemonUser): Promise<void> {
  const { sim, world, client } = user;
  if ((await instancesOf(user)).length >= mostInstances) return;
  const hostId = pick(sim.random, world.hosts).id;
  const attributes = sim.random.float() < 0.5 ? [{ name: attribute }] : [];
  const input = { cluster, instanceIdentityDocument: JSON.stringify({ hostId }), attributes };
  // Before its agent has connected once the platform does not know the host.
  await allowing(
    crossing,
    untilAnswered(sim, () => client.ecs("RegisterContainerInstance", input)),
  );
}

async function setState(user: DaemonUser, status: "ACTIVE" | "DRAINING"): Promise<void> {
  const { sim, client } = user;
  const instances = await instancesOf(user);
  if (instances.length === 0) return;
  const input = { cluster, containerInstances: [pick(sim.random, instances)], status };
  await untilAnswered(sim, () => client.ecs("UpdateContainerInstancesState", input));
}

function drain(user: DaemonUser): Promise<void> {
  return setState(user, "DRAINING");
}

function activate(user: DaemonUser): Promise<void> {
  return setState(user, "ACTIVE");
}

async function deregister(user: DaemonUser): Promise<void> {
  const { sim, client } = user;
  const instances = await instancesOf(user);
  if (instances.length === 0) return;
  const input = { cluster, containerInstance: pick(sim.random, instances), force: true };
  await allowing(
    crossing,
    untilAnswered(sim, () => client.ecs("DeregisterContainerInstance", input)),
  );
}

/** An instance gets the attribute, or loses it. */
async function fence(user: DaemonUser): Promise<void> {
  const { sim, client } = user;
  const instances = await instancesOf(user);
  if (instances.length === 0) return;
  const attributes = [{ name: attribute, targetId: pick(sim.random, instances) }];
  const name = sim.random.float() < 0.5 ? "PutAttributes" : "DeleteAttributes";
  await allowing(
    [...crossing, "TargetNotFoundException"],
    untilAnswered(sim, () => client.ecs(name, { cluster, attributes })),
  );
}
