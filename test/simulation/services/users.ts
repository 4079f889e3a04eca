import type { Operations } from "#generated/ecs/types.ts";
import type { Random } from "#kernel/random.ts";
import { untilAnswered } from "../ecs/client.ts";
import { drawTaskDefinition, pick, staysHealthy } from "../ecs/task-shapes.ts";
import { allowing } from "../ecs/users.ts";
import { pickWeighted, type Weighted } from "../weighted.ts";
import {
  createExternalService,
  createTaskSet,
  deleteTaskSet,
  leaveTaskSetsInOrder,
  promoteTaskSet,
  updateTaskSet,
} from "./task-set-users.ts";
import { allServices, cluster, crossing, type ServiceUser, serviceNames } from "./user.ts";

type Action = (user: ServiceUser) => Promise<unknown>;
const actions: Weighted<Action> = [
  [3, registerTaskDefinition],
  [4, createService],
  [5, updateTasks],
  [1, deployWhatFails],
  [3, updateSettings],
  [4, (user) => stopTask(user)],
  [2, interruptSpot],
  [1.5, protectTasks],
  [1, deleteService],
  [1, stopDeployment],
  [2, resume],
  [1, removeTaskDefinition],
  [1, createExternalService],
  [2, (user) => createTaskSet(user)],
  [2, updateTaskSet],
  [1, promoteTaskSet],
  [1, deleteTaskSet],
  [2, (user) => Promise.all([updateTasks(user), updateSettings(user), stopTask(user)])],
];
export async function playServices(user: ServiceUser, steps: number): Promise<void> {
  const { sim } = user;
  await registerTaskDefinition(user);
  await createService(user);
  if (sim.random.float() < 0.5) await createExternalService(user);
  for (let i = 0; i < steps; i++) {
    await sim.sleep(60_000 * sim.random.float() ** 2);
    await pickWeighted(actions, sim.random.float())(user);
  }
}

/** At the end every service that is there gets something that works, so that the world can come to rest. */
export async function leaveInOrder(user: ServiceUser): Promise<void> {
  const { sim, client } = user;
  const good = await registerTaskDefinition(user, true);
  for (const service of serviceNames) {
    if (sim.random.float() < 0.2) await deleteService(user, service);
    const input = {
      ...{ cluster, service, taskDefinition: good, desiredCount: Math.floor(sim.random.float() * 6) },
      deploymentConfiguration: {
        ...{ maximumPercent: 200, minimumHealthyPercent: 50, lifecycleHooks: [] },
        ...inShortSteps(pick(sim.random, ["ROLLING", "BLUE_GREEN", "CANARY"])),
      },
    };
    await allowing(
      crossing,
      untilAnswered(sim, () => client.ecs("UpdateService", input)),
    );
  }
  await leaveTaskSetsInOrder(user, good);
}

async function registerTaskDefinition(user: ServiceUser, sane?: boolean): Promise<string> {
  const { sim, client, definitions, next } = user;
  for (;;) {
    const input = drawTaskDefinition(sim.random, String(next() % 4));
    if (sane && !staysHealthy(input)) continue;
    const { taskDefinition } = await untilAnswered(sim, () => client.ecs("RegisterTaskDefinition", input));
    const { family, revision } = taskDefinition!;
    definitions.push(`${family}:${revision}`);
    return `${family}:${revision}`;
  }
}

async function createService({ sim, client, definitions, subnets, registries }: ServiceUser): Promise<void> {
  const { random } = sim;
  const input: Operations["CreateService"]["input"] = {
    cluster,
    serviceName: pick(random, serviceNames),
    taskDefinition: pick(random, definitions),
    desiredCount: Math.floor(random.float() * 6),
    ...drawCapacity(random),
    networkConfiguration: { awsvpcConfiguration: { subnets } },
    deploymentConfiguration: drawConfiguration(random),
    ...(random.float() < 0.6 && { serviceRegistries: [pick(random, registries)] }),
    ...(random.float() < 0.3 && { healthCheckGracePeriodSeconds: Math.floor(random.float() * 60) }),
  };
  await allowing(
    crossing,
    untilAnswered(sim, () => client.ecs("CreateService", input)),
  );
}

function drawCapacity(
  random: Random,
): Pick<Operations["CreateService"]["input"], "launchType" | "capacityProviderStrategy"> {
  if (random.float() < 0.5) return { launchType: "FARGATE" };
  const [base, weight] = [Math.floor(random.float() * 3), Math.floor(random.float() * 3)];
  return {
    capacityProviderStrategy: [
      { capacityProvider: "FARGATE", base, weight },
      { capacityProvider: "FARGATE_SPOT", weight: 1 },
    ],
  };
}

/** A strategy that waits a minute between steps: all the while tasks of the old revision may end and be replaced. */
export function inShortSteps(strategy: "ROLLING" | "BLUE_GREEN" | "LINEAR" | "CANARY") {
  return {
    strategy,
    ...(strategy === "LINEAR" && { linearConfiguration: { stepPercent: 40, stepBakeTimeInMinutes: 1 } }),
    ...(strategy === "CANARY" && { canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 1 } }),
  };
}

export function drawConfiguration(
  random: Random,
): NonNullable<Operations["CreateService"]["input"]["deploymentConfiguration"]> {
  const enable = random.float() < 0.5;
  const strategy = pick(random, ["ROLLING", "ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"] as const);
  return {
    ...inShortSteps(strategy),
    bakeTimeInMinutes: pick(random, [0, 0, 1]),
    lifecycleHooks: random.float() < 0.4 ? [drawHook(random)] : [],
    ...drawPercents(random),
    deploymentCircuitBreaker: {
      enable,
      rollback: enable && random.float() < 0.7,
      resetOnHealthyTask: random.float() < 0.5,
    },
  };
}

/** Both together at 100 would block every deployment, and are refused. */
function drawPercents(random: Random) {
  const minimumHealthyPercent = pick(random, [0, 50, 75, 100]);
  const maximumPercent = pick(random, [100, 125, 150, 200]);
  return {
    minimumHealthyPercent,
    maximumPercent: minimumHealthyPercent === 100 ? Math.max(125, maximumPercent) : maximumPercent,
  };
}

/** A pause, or an endpoint that is called. */
function drawHook(random: Random) {
  const pause = drawPause(random);
  if (random.float() < 0.5) return pause;
  const shifts = ["TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"] as const;
  const lifecycleStages = [...pause.lifecycleStages, pick(random, shifts)];
  return { ...pause, targetType: "AWS_LAMBDA" as const, hookTargetArn: "http://hooks.test/", lifecycleStages };
}

function drawPause(random: Random) {
  const stages = [
    "PRE_SCALE_UP",
    "POST_SCALE_UP",
    "PRE_PRODUCTION_TRAFFIC_SHIFT",
    "POST_PRODUCTION_TRAFFIC_SHIFT",
  ] as const;
  const action = pick(random, ["CONTINUE", "ROLLBACK"] as const);
  return {
    targetType: "PAUSE" as const,
    lifecycleStages: [pick(random, stages)],
    timeoutConfiguration: { timeoutInMinutes: 1 + Math.floor(random.float() * 3), action },
  };
}

/** Continues, or rolls back, what a hook has paused. */
export async function resume({ sim, client }: ServiceUser): Promise<void> {
  const { random } = sim;
  const service = pick(random, serviceNames);
  const list = () => client.ecs("ListServiceDeployments", { cluster, service, status: ["IN_PROGRESS"] });
  const arns = (await allowing(crossing, untilAnswered(sim, list)))?.serviceDeployments ?? [];
  const serviceDeploymentArn = arns[0]?.serviceDeploymentArn;
  if (serviceDeploymentArn === undefined) return;
  const describe = () => client.ecs("DescribeServiceDeployments", { serviceDeploymentArns: [serviceDeploymentArn] });
  const [deployment] = (await untilAnswered(sim, describe)).serviceDeployments ?? [];
  const hookId = deployment?.lifecycleHookDetails?.find(({ status }) => status === "AWAITING_ACTION")?.hookId;
  if (hookId === undefined) return;
  const action = pick(random, ["CONTINUE", "ROLLBACK"] as const);
  const call = () => client.ecs("ContinueServiceDeployment", { serviceDeploymentArn, hookId, action });
  await allowing(crossing, untilAnswered(sim, call));
}

export async function updateTasks({ sim, client, definitions, registries }: ServiceUser): Promise<void> {
  const { random } = sim;
  const input = {
    ...{ cluster, service: pick(random, serviceNames), taskDefinition: pick(random, definitions) },
    ...(random.float() < 0.3 && { forceNewDeployment: true }),
    ...(registries.length > 0 &&
      random.float() < 0.2 && { serviceRegistries: random.float() < 0.3 ? [] : [pick(random, registries)] }),
  };
  await allowing(
    crossing,
    untilAnswered(sim, () => client.ecs("UpdateService", input)),
  );
}

/** Tasks of the old revision end while the new one never works. */
async function deployWhatFails(user: ServiceUser): Promise<void> {
  const { sim, client, next } = user;
  const { random } = sim;
  const service = pick(random, serviceNames);
  const input = drawTaskDefinition(random, String(next() % 4));
  const image = pick(random, ["fake/fail-start", "fake/no-such-image"]);
  const [first, ...rest] = input.containerDefinitions!;
  const failing = { ...input, family: `odd-${next() % 4}`, containerDefinitions: [{ ...first, image }, ...rest] };
  const { taskDefinition } = await untilAnswered(sim, () => client.ecs("RegisterTaskDefinition", failing));
  // Nothing rolls it back, and all that worked is to be kept.
  const update = {
    ...{ cluster, service, taskDefinition: `${taskDefinition!.family}:${taskDefinition!.revision}` },
    deploymentConfiguration: {
      ...{ ...inShortSteps("ROLLING"), maximumPercent: pick(random, [125, 200]), minimumHealthyPercent: 100 },
      deploymentCircuitBreaker: { enable: false, rollback: false },
    },
  };
  await allowing(
    crossing,
    untilAnswered(sim, () => client.ecs("UpdateService", update)),
  );
  for (let i = 0; i < 3; i++) {
    await sim.sleep(30_000 * random.float());
    await stopTask(user, service);
  }
  await sim.sleep(240_000);
}

export async function updateSettings({ sim, client }: ServiceUser): Promise<void> {
  const { random } = sim;
  const input = {
    ...{ cluster, service: pick(random, allServices) },
    ...(random.float() < 0.7 && { desiredCount: Math.floor(random.float() * 8) }),
    ...(random.float() < 0.5 && { deploymentConfiguration: drawConfiguration(random) }),
  };
  await allowing(
    crossing,
    untilAnswered(sim, () => client.ecs("UpdateService", input)),
  );
}

async function tasksOf({ sim, client }: ServiceUser, serviceName: string): Promise<string[]> {
  const input = { cluster, serviceName };
  const list = () => client.ecs("ListTasks", input);
  return ((await allowing(crossing, untilAnswered(sim, list)))?.taskArns ?? []) as string[];
}

export async function stopTask(user: ServiceUser, service = pick(user.sim.random, allServices)): Promise<void> {
  const { sim, world, client } = user;
  const arns = await tasksOf(user, service);
  if (arns.length === 0) return;
  const task = pick(sim.random, arns);
  const reason = `stopped by a user ${user.next()}`;
  const { stopReasons } = world.expected;
  stopReasons.set(task, (stopReasons.get(task) ?? new Set()).add(reason));
  await allowing(
    crossing,
    untilAnswered(sim, () => client.ecs("StopTask", { cluster, task, reason })),
  );
}

async function interruptSpot({ sim, world }: ServiceUser): Promise<void> {
  const count = 1 + Math.floor(sim.random.float() * 3);
  world.expected.interrupts = true;
  await untilAnswered(sim, () => sim.request((plane) => plane.interrupt({ cluster, count })));
}

export async function protectTasks(user: ServiceUser): Promise<void> {
  const { sim, client } = user;
  const tasks = (await tasksOf(user, pick(sim.random, allServices))).slice(0, 3);
  if (tasks.length === 0) return;
  const input = {
    cluster,
    tasks,
    protectionEnabled: sim.random.float() < 0.8,
    expiresInMinutes: 1 + Math.floor(sim.random.float() * 4),
  };
  await allowing(
    crossing,
    untilAnswered(sim, () => client.ecs("UpdateTaskProtection", input)),
  );
}

export async function deleteService(
  { sim, client }: ServiceUser,
  service = pick(sim.random, allServices),
): Promise<void> {
  await allowing(
    crossing,
    untilAnswered(sim, () => client.ecs("DeleteService", { cluster, service, force: true })),
  );
}

export async function stopDeployment({ sim, client }: ServiceUser): Promise<void> {
  const service = pick(sim.random, serviceNames);
  const list = () => client.ecs("ListServiceDeployments", { cluster, service });
  const answer = await allowing(crossing, untilAnswered(sim, list));
  const serviceDeploymentArn = answer?.serviceDeployments?.[0]?.serviceDeploymentArn;
  if (serviceDeploymentArn === undefined) return;
  const stopType = sim.random.float() < 0.7 ? ("ROLLBACK" as const) : ("ABORT" as const);
  await allowing(
    crossing,
    untilAnswered(sim, () => client.ecs("StopServiceDeployment", { serviceDeploymentArn, stopType })),
  );
}

async function removeTaskDefinition({ sim, client, definitions }: ServiceUser): Promise<void> {
  if (definitions.length < 2) return;
  const taskDefinition = pick(sim.random, definitions);
  definitions.splice(definitions.indexOf(taskDefinition), 1);
  await allowing(
    crossing,
    untilAnswered(sim, () => client.ecs("DeregisterTaskDefinition", { taskDefinition })),
  );
  if (sim.random.float() < 0.5) return;
  await untilAnswered(sim, () => client.ecs("DeleteTaskDefinitions", { taskDefinitions: [taskDefinition] }));
}
