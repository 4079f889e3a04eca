import { startControl } from "#control/index.ts";
import { createPipeline, type Respond } from "#gateway/pipeline.ts";
import { type Log, silentLog } from "#kernel/controller.ts";
import { noExecSessions } from "#kernel/exec-sessions.ts";
import { DriverError } from "#kernel/fault.ts";
import type { Caller, ServiceModule } from "#kernel/handler.ts";
import type { LoadBalancingEndpoint } from "#kernel/load-balancing.ts";
import { cloudWatchCollections } from "#services/cloudwatch/index.ts";
import { createDiscovery, discoveryCollections } from "#services/discovery/index.ts";
import { createEc2, collections as ec2Collections } from "#services/ec2/index.ts";
import { AgentHub, createEcs, ecsCollections, interruptSpotTasks, type SpotInterruption } from "#services/ecs/index.ts";
import { elbCollections } from "#services/elb/index.ts";
import { testAuthority } from "../../support/certificate-authority.ts";
import { happens } from "../faults.ts";
import type { BootParts, Scenario, Simulation } from "../simulate.ts";
import { checkCommit } from "./check-commit.ts";
import { checkRest, unrest } from "./check-rest.ts";
import { ApiFault, account, createClient, credentials, region } from "./client.ts";
import { Expectations } from "./expectations.ts";
import { hookEndpoints } from "./hook-endpoints.ts";
import { SimulatedHost } from "./host.ts";
import { calmHost, drawHostFaults, type HostFaults } from "./host-faults.ts";
import { Ledger } from "./ledger.ts";
import type { SimulatedNodes } from "./nodes.ts";
import { createClusters, playUser, stopEverything, type User } from "./users.ts";
import { createVpcs } from "./vpc-users.ts";

/*
 * ECS as a whole: users call the real gateway's pipeline, the real controllers work on the real store, and real agents
 * run tasks on fake engines, over links that lose messages. The control plane, the agents and the engines die at any
 * moment. The invariants are in `check-commit.ts` (of every commit), `witness.ts` (of everything that happens to a
 * container) and `check-rest.ts` (of the end).
 */

/** One life of the control plane. */
export interface EcsPlane {
  readonly respond: Respond;
  readonly hub: AgentHub;
  /** Where the platform has load balancers. */
  readonly loadBalancing?: LoadBalancingEndpoint;
  /** Takes the capacity of tasks on FARGATE_SPOT away. */
  interrupt(request: SpotInterruption): Promise<unknown>;
}

export interface EcsWorld {
  readonly ledger: Ledger;
  readonly expected: Expectations;
  readonly hosts: readonly SimulatedHost[];
  /** No engine has failed, and no call to one. */
  readonly faultless: () => boolean;
  /** Hosts have no more faults. */
  calm: boolean;
  readonly hostFaults: HostFaults;
  /** Since when the world has been at rest. */
  restingSince: number | undefined;
  readonly now: () => number;
}

/** Played in two test files, each half. */
export const defaultSeeds = 1000;

/** So long nothing may change before the world counts as at rest. */
const restMs = 60_000;

export const ecsScenario: Scenario<EcsWorld, EcsPlane> = {
  name: "ecs",
  collections: [
    ...[...ecsCollections, ...ec2Collections, ...discoveryCollections, ...cloudWatchCollections],
    ...elbCollections,
  ],
  settleMs: 1_200_000,
  world: createWorld,
  boot,
  play,
  onCommit: (batch, world) => checkCommit(batch, world.ledger),
  settled(world) {
    if (!world.calm || unrest(world) !== undefined) world.restingSince = undefined;
    else world.restingSince ??= world.now();
    return world.restingSince !== undefined && world.now() - world.restingSince >= restMs;
  },
  verify: checkRest,
};

/** `nodes`: the load balancer nodes, all on the first host. */
export function createWorld(sim: Simulation<EcsPlane>, nodes?: SimulatedNodes): EcsWorld {
  const ledger = new Ledger();
  const hostFaults = drawHostFaults(sim.random);
  const faults = () => (world.calm ? calmHost : hostFaults);
  // Outside of any promise, so that whoever was called cannot keep it to himself.
  const object = (violation: unknown) => {
    sim.clock.after(0, () => {
      throw violation;
    });
  };
  const count = sim.random.float() < 0.5 ? 1 : 2;
  const hosts = Array.from(
    { length: count },
    (_, i) =>
      new SimulatedHost(`host-${i}`, { sim, ledger, faults, object, ...(i === 0 && nodes !== undefined && { nodes }) }),
  );
  const world: EcsWorld = {
    ledger,
    expected: new Expectations(),
    hosts,
    faultless: () => hostFaults.engineOutage === 0 && hosts.every((host) => host.failedCalls === 0),
    calm: false,
    hostFaults,
    restingSince: undefined,
    now: () => sim.clock.now(),
  };
  return world;
}

export function boot(parts: BootParts): EcsPlane {
  return startPlane(parts, new AgentHub(parts), []);
}

export function startPlane(
  { store, clock, random, onBug }: BootParts,
  hub: AgentHub,
  more: readonly ServiceModule[],
): EcsPlane {
  const services = [
    ...more,
    createEc2({ publishNetwork: (network) => hub.publishNetwork(network) }),
    createDiscovery({ publishNames: (names) => hub.publishNames(names) }),
    createEcs({
      ...{ hub, sessions: noExecSessions, stoppedTaskHours: 1 / 20, canAssume: () => true },
      send: hookEndpoints({ clock, random }),
      publishProxies: () => {},
      account: "000000000000",
      certificates: testAuthority,
    }),
  ];
  const controllers = services.flatMap((service) => service.controllers);
  startControl({ store, controllers, clock, random, log: silentLog, onBug });
  const { accessKeyId, secretAccessKey } = credentials;
  const caller: Caller = { arn: `arn:aws:iam::${account}:root`, userId: account, account, accessKeyId, type: "Root" };
  const respond = createPipeline({
    services,
    store: store.as("api"),
    clock,
    random,
    log: strictLog(onBug),
    credentials: (id) => (id === accessKeyId ? { secretAccessKey, caller } : undefined),
    account,
    region,
    bodyLimitBytes: 2 ** 20,
    strictFaults: true,
    onBug,
  });
  // As the gateway answers for a full disk.
  const unavailable = (error: unknown) => {
    throw error instanceof DriverError ? new ApiFault("ServiceUnavailable", 503, error.message) : error;
  };
  const interrupt = (request: SpotInterruption) =>
    interruptSpotTasks(store.as("api"), { account, region }, request).catch(unavailable);
  return { respond, hub, interrupt };
}

/** The gateway answers for a handler's bugs as best it can; here they are found. A full disk is none. */
function strictLog(onBug: (error: unknown) => void): Log {
  return {
    ...silentLog,
    error(message, fields) {
      if (fields?.reason !== "NoSpace") onBug(fields?.error ?? new Error(message));
    },
  };
}

async function play(sim: Simulation<EcsPlane>, world: EcsWorld): Promise<void> {
  for (const host of world.hosts) {
    host.start();
    void playOutages(sim, world, host);
  }
  await createClusters(sim);
  const vpcs = await createVpcs(sim);
  let made = 0;
  const shared = { sim, world, client: createClient(sim), definitions: [], tasks: [], vpcs, next: () => ++made };
  const users: User[] = ["ana", "rui", "eva"]
    .slice(0, 1 + Math.floor(sim.random.float() * 3))
    .map((name) => ({ ...shared, name }));
  await Promise.all(users.map((user) => playUser(user, 10 + Math.floor(sim.random.float() * 12))));
  if (sim.random.float() < 0.5) await stopEverything(users[0]!);
  world.calm = true;
}

/** The engine of a host goes away now and then, and comes back with its containers or without. */
export async function playOutages(sim: Simulation<EcsPlane>, world: EcsWorld, host: SimulatedHost): Promise<void> {
  while (!world.calm) {
    await sim.sleep(60_000 * sim.random.float());
    if (world.calm || !happens(sim.random, world.hostFaults.engineOutage)) continue;
    sim.trace(`engine of ${host.id} goes away`);
    host.engine.engineDown("it was stopped");
    await sim.sleep(world.hostFaults.engineDownMs * sim.random.float());
    const containersSurvived = sim.random.float() < 0.6;
    sim.trace(`engine of ${host.id} is back${containersSurvived ? "" : ", its containers are dead"}`);
    host.engine.engineUp({ containersSurvived });
  }
}
