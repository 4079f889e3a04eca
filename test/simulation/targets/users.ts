import type { Operations } from "#generated/ecs/types.ts";
import type { Random } from "#kernel/random.ts";
import { untilAnswered } from "../ecs/client.ts";
import { pick, saneFamily } from "../ecs/task-shapes.ts";
import { allowing } from "../ecs/users.ts";
import { cluster, crossing, type ServiceUser } from "../services/user.ts";
import {
  deleteService,
  drawConfiguration,
  protectTasks,
  resume,
  stopDeployment,
  stopTask,
  updateSettings,
  updateTasks,
} from "../services/users.ts";
import { pickWeighted, type Weighted } from "../weighted.ts";
import { type Answers, answersByFamily } from "./answering.ts";
import type { LoadBalancing } from "./load-balancer.ts";

export interface TargetsUser extends ServiceUser {
  readonly balancing: LoadBalancing;
}

/** Between whose target groups traffic can be shifted, and which has one. */
const services = ["web", "worker"];

type Action = (user: TargetsUser) => Promise<unknown>;
const actions: Weighted<Action> = [
  [8, deploy],
  [2, updateTasks],
  [3, updateSettings],
  [2, (user) => stopTask(user)],
  [1, protectTasks],
  [1, createService],
  [0.3, (user) => deleteService(user, pick(user.sim.random, services))],
  [1, stopDeployment],
  [1, resume],
];

export async function playTargets(user: TargetsUser, steps: number): Promise<void> {
  const { sim } = user;
  await registerTaskDefinition(user, "sane");
  for (const service of services) await createService(user, service);
  for (let i = 0; i < steps; i++) {
    await sim.sleep(240_000 * sim.random.float() ** 2);
    await pickWeighted(actions, sim.random.float())(user);
  }
}

/** At the end every service gets something that works, so that the world can come to rest. */
export async function leaveInOrder(user: TargetsUser): Promise<void> {
  const { sim, client } = user;
  const taskDefinition = await registerTaskDefinition(user, "sane");
  for (const service of services) {
    if (sim.random.float() < 0.1) await deleteService(user, service);
    const strategy = service === "web" ? pick(sim.random, strategies) : "ROLLING";
    const drawn = configured(sim.random, strategy);
    const input = {
      ...{ cluster, service, taskDefinition, desiredCount: Math.floor(sim.random.float() * 5) },
      deploymentConfiguration: { ...drawn, lifecycleHooks: [], minimumHealthyPercent: 50, maximumPercent: 200 },
    };
    await allowing(
      crossing,
      untilAnswered(sim, () => client.ecs("UpdateService", input)),
    );
  }
}

async function deploy(user: TargetsUser): Promise<void> {
  const { sim, client } = user;
  const input = { cluster, service: pick(sim.random, services), taskDefinition: await registerTaskDefinition(user) };
  await allowing(
    crossing,
    untilAnswered(sim, () => client.ecs("UpdateService", input)),
  );
}

async function registerTaskDefinition(
  { sim, client, definitions, next }: TargetsUser,
  kind: Answers = pick(sim.random, Object.keys(answersByFamily) as Answers[]),
): Promise<string> {
  const checked = sim.random.float() < 0.2;
  const image = checked
    ? "fake/healthy-after/s-8"
    : kind === "crashing"
      ? "fake/exit/code-1/after-70s"
      : pick(sim.random, lasting);
  const healthCheck = { command: ["CMD-SHELL", "true"], interval: 5, timeout: 2, retries: 1 };
  const input = {
    family: `${kind === "sane" ? saneFamily : `${kind}-`}${next() % 4}`,
    ...{ networkMode: "awsvpc" as const, requiresCompatibilities: ["FARGATE" as const], cpu: "256", memory: "512" },
    containerDefinitions: [
      { name: "app", image, portMappings: [{ containerPort: 80 }], stopTimeout: 5, ...(checked && { healthCheck }) },
    ],
  };
  const { taskDefinition } = await untilAnswered(sim, () => client.ecs("RegisterTaskDefinition", input));
  const name = `${taskDefinition!.family}:${taskDefinition!.revision}`;
  definitions.push(name);
  return name;
}

const lasting = ["fake/run-forever", "fake/run-forever/stop-3s/stopcode-0", "fake/run-forever/stop-never"];

const strategies = ["ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"] as const;

function configured(random: Random, strategy: (typeof strategies)[number]) {
  const { linearConfiguration: _, canaryConfiguration: __, ...drawn } = drawConfiguration(random);
  const enable = random.float() < 0.8;
  return {
    ...{ ...drawn, strategy },
    deploymentCircuitBreaker: { ...drawn.deploymentCircuitBreaker, enable, rollback: enable && random.float() < 0.7 },
    ...(strategy === "LINEAR" && { linearConfiguration: { stepPercent: 33.3, stepBakeTimeInMinutes: 1 } }),
    ...(strategy === "CANARY" && { canaryConfiguration: { canaryPercent: 12.5, canaryBakeTimeInMinutes: 1 } }),
  };
}

async function createService(user: TargetsUser, serviceName = pick(user.sim.random, services)): Promise<void> {
  const { sim, client, definitions, subnets, balancing } = user;
  const { random } = sim;
  const { blue, green, plain, productionRule, testRule } = balancing;
  const shifts = serviceName === "web";
  const advancedConfiguration = {
    ...{ alternateTargetGroupArn: green, productionListenerRule: productionRule },
    ...{ testListenerRule: testRule, roleArn: "arn:aws:iam::000000000000:role/shift" },
  };
  // One whose first deployment does not shift traffic leaves it where one before it had it.
  const strategy = shifts ? pick(random, strategies.slice(1)) : "ROLLING";
  const input: Operations["CreateService"]["input"] = {
    ...{ cluster, serviceName, taskDefinition: pick(random, definitions), launchType: "FARGATE" },
    desiredCount: 1 + Math.floor(random.float() * 4),
    networkConfiguration: { awsvpcConfiguration: { subnets } },
    deploymentConfiguration: configured(random, strategy),
    loadBalancers: [
      {
        ...{ targetGroupArn: shifts ? blue : plain, containerName: "app", containerPort: 80 },
        ...(shifts && { advancedConfiguration }),
      },
    ],
    ...(random.float() < 0.5 && { healthCheckGracePeriodSeconds: Math.floor(random.float() * 60) }),
  };
  await allowing(
    crossing,
    untilAnswered(sim, () => client.ecs("CreateService", input)),
  );
}
