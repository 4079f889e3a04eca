import assert from "node:assert/strict";
import type { Operations } from "#generated/ecs/types.ts";
import { seededRandom } from "#kernel/random.ts";
import type { ChangeBatch } from "#kernel/store.ts";
import { isAlive, memberOf } from "#services/ecs/controllers/service/health.ts";
import { countServing } from "#services/ecs/controllers/service/rolling.ts";
import { simulateInquiry } from "#services/ecs/index.ts";
import { primaryOf, type ServiceRecord, type TaskRecord } from "#services/ecs/model.ts";
import type { SimulationAnswer } from "#services/ecs/simulate/inquiry.ts";
import { checkCommit } from "../ecs/check-commit.ts";
import { account, type Client, createClient, region } from "../ecs/client.ts";
import { boot, createWorld, type EcsPlane, type EcsWorld, ecsScenario } from "../ecs/scenario.ts";
import { pick } from "../ecs/task-shapes.ts";
import { createClusters } from "../ecs/users.ts";
import { createVpcs } from "../ecs/vpc-users.ts";
import { noFaults } from "../faults.ts";
import type { BootParts, Scenario, Simulation } from "../simulate.ts";
import { inShortSteps } from "./users.ts";

/*
 * What `estiva simulate` tells is what happens: a service on fake hosts is asked about, then the same is done to it.
 * Its tasks are watched apart from the simulation. There are no faults: nobody foresees those.
 */

interface ForesightPlane extends EcsPlane {
  readonly ask: (question: object) => Promise<SimulationAnswer>;
}

/** What has been seen of the service since the question. */
interface Seen {
  lowestHealthy: number;
  readonly started: Set<string>;
  readonly stopped: Set<string>;
}

interface ForesightWorld extends EcsWorld {
  told: SimulationAnswer | undefined;
  seen: Seen | undefined;
  failing: boolean;
}

const [cluster, service] = ["alpha", "web"];
const settleMs = 40_000;

export const foresightScenario: Scenario<ForesightWorld, ForesightPlane> = {
  name: "foresight",
  collections: ecsScenario.collections,
  faults: noFaults,
  settleMs: 3_600_000,
  world: (sim) => Object.assign(createWorld(sim), { calm: true, told: undefined, seen: undefined, failing: false }),
  boot: (parts) => ({ ...boot(parts), ask: asker(parts) }),
  play,
  onCommit(batch, world) {
    checkCommit(batch, world.ledger);
    watch(batch, world);
  },
  settled: (world) => world.seen !== undefined && isAtRest(current(world)) && going(world) === 0,
  verify,
};

function asker({ store, clock }: BootParts): ForesightPlane["ask"] {
  const caller = {
    arn: `arn:aws:iam::${account}:root`,
    userId: account,
    account,
    accessKeyId: "",
    type: "Root",
  } as const;
  const inquiry = simulateInquiry({
    ...{ store: store.as("api"), clock, random: seededRandom(1), canAssume: () => true },
    ...{ settleSeconds: settleMs / 1000, progressOf: () => undefined },
  });
  return async (question) =>
    (await inquiry.answer(inquiry.parse(question), { caller, account, region })) as SimulationAnswer;
}

async function play(sim: Simulation<ForesightPlane>, world: ForesightWorld): Promise<void> {
  for (const host of world.hosts) host.start();
  await createClusters(sim);
  const { defaultSubnets: subnets } = await createVpcs(sim);
  const client = createClient(sim);
  const { random } = sim;
  const checked = random.float() < 0.4;
  await register(client, checked ? "fake/healthy-after/s-8" : "fake/run-forever", checked);
  await client.ecs("CreateService", {
    ...{ cluster, serviceName: service, taskDefinition: "app:1", launchType: "FARGATE" },
    desiredCount: 1 + Math.floor(random.float() * 6),
    // Which zone each of several tasks gets that are placed at once is chance.
    availabilityZoneRebalancing: "DISABLED",
    networkConfiguration: { awsvpcConfiguration: { subnets } },
    deploymentConfiguration: drawConfiguration(sim),
  });
  while (world.ledger.services.size === 0 || !current(world).steady) await sim.sleep(1000);
  await sim.sleep(120_000);
  const killTasks = random.float() < 0.2 ? 1 + Math.floor(random.float() * current(world).desiredCount) : 0;
  const update = killTasks > 0 ? {} : await draw(sim, world, client, checked);
  world.told = await sim.request((plane) =>
    plane.ask({
      ...{ cluster, service, ...(world.failing && { fail: "start" }), ...(killTasks > 0 && { killTasks }) },
      ...(update.desiredCount !== undefined && { scale: update.desiredCount }),
      ...(update.taskDefinition !== undefined && { deploy: update.taskDefinition }),
    }),
  );
  world.seen = { lowestHealthy: healthyNow(world), started: new Set(), stopped: new Set() };
  const victims = own(world).slice(0, killTasks);
  if (killTasks === 0) await client.ecs("UpdateService", { cluster, service, ...update });
  // Users stop them: to the service that is as good as any other end.
  else for (const { id } of victims) await stop(world, client, id);
  await sim.sleep(1000);
}

function drawConfiguration({ random }: Simulation<ForesightPlane>) {
  const strategy = pick(random, ["ROLLING", "ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"] as const);
  return {
    ...inShortSteps(strategy),
    minimumHealthyPercent: pick(random, [0, 50, 75]),
    maximumPercent: pick(random, [100, 125, 150, 200]),
    bakeTimeInMinutes: pick(random, [0, 0, 2]),
    deploymentCircuitBreaker: { enable: true, rollback: true },
  };
}

async function register(client: Client, image: string, checked: boolean): Promise<void> {
  const healthCheck = { command: ["CMD-SHELL", "true"], interval: 5, timeout: 2, retries: 1 };
  await client.ecs("RegisterTaskDefinition", {
    ...{ family: "app", networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"], cpu: "256", memory: "512" },
    containerDefinitions: [{ name: "app", image, essential: true, ...(checked && { healthCheck }) }],
  });
}

async function stop({ expected }: ForesightWorld, client: Client, task: string): Promise<void> {
  const { task: stopped } = await client.ecs("StopTask", { cluster, task, reason: "killed" });
  expected.stopReasons.set(stopped!.taskArn!, new Set(["killed"]));
}

/** What is done to the service: its tasks are replaced by ones that work or do not, or it is scaled, or both. */
async function draw(
  { random }: Simulation<ForesightPlane>,
  world: ForesightWorld,
  client: Client,
  checked: boolean,
): Promise<Partial<Operations["UpdateService"]["input"]>> {
  const kind = pick(random, ["scale", "deploy", "deploy", "both", "fail"] as const);
  const scale = { desiredCount: Math.floor(random.float() * 8) };
  if (kind === "scale") return scale;
  world.failing = kind === "fail";
  await register(client, world.failing ? "fake/fail-start" : "fake/healthy-after/s-8", checked);
  return { taskDefinition: "app:2", ...(kind === "both" && scale) };
}

function current({ ledger }: EcsWorld): ServiceRecord {
  return [...ledger.services.values()][0]!;
}

/** Steady, or hindered by bounds that leave no room for any move. */
function isAtRest({ steady, told }: ServiceRecord): boolean {
  return steady || told === "bounds";
}

function own({ ledger }: EcsWorld): TaskRecord[] {
  return [...ledger.present()].filter(({ service: of, lastStatus }) => of !== undefined && lastStatus !== "STOPPED");
}

function going(world: EcsWorld): number {
  return own(world).filter(({ desiredStatus }) => desiredStatus === "STOPPED").length;
}

/** As the scheduler counts. */
function healthyNow(world: EcsWorld): number {
  const record = current(world);
  const view = {
    ...{ now: world.now(), settleMs, service: record },
    ...{ targetHealth: () => undefined, isDraining: () => false, instanceOf: () => undefined },
  };
  const entries = own(world).map((value) => ({ key: value.id, value, modRevision: 1, createRevision: 1 }));
  const alive = entries.map((entry) => memberOf(entry, view)).filter(isAlive);
  const primary = primaryOf(record)?.id;
  return countServing(
    alive.filter(({ deploymentId }) => deploymentId === primary),
    alive.filter(({ deploymentId }) => deploymentId !== primary),
  );
}

/** Called when the ledger has taken the commit over. */
function watch(batch: ChangeBatch<unknown>, world: ForesightWorld): void {
  const { seen } = world;
  if (seen === undefined) return;
  for (const change of batch.changes) {
    if (change.type === "remove" || !change.entry.key.startsWith("ecs/task/")) continue;
    const task = change.entry.value as TaskRecord;
    if (task.lastStatus === "PROVISIONING") seen.started.add(task.id);
    if (task.stopCode === "ServiceSchedulerInitiated") seen.stopped.add(task.id);
  }
  seen.lowestHealthy = Math.min(seen.lowestHealthy, healthyNow(world));
}

function verify(world: ForesightWorld): void {
  const { told, seen, failing } = world;
  const record = current(world);
  const shown = JSON.stringify({ told, configuration: record.deploymentConfiguration, desired: record.desiredCount });
  assert.ok(isAtRest(record), `the service has not come to rest: ${shown}`);
  assert.equal(told!.ending, record.steady ? "steady" : "waits", shown);
  assert.equal(told!.rolloutState, primaryOf(record)!.rolloutState, shown);
  assert.equal(told!.after.healthy, healthyNow(world), shown);
  assert.equal(told!.lowestHealthy.count, seen!.lowestHealthy, shown);
  // Tasks that fail one by one are replaced one by one: how many there are when the breaker trips is chance.
  if (failing) return;
  assert.equal(told!.startedTasks, seen!.started.size, shown);
  assert.equal(told!.stoppedTasks, seen!.stopped.size, shown);
}
