import { checkCommit } from "../ecs/check-commit.ts";
import { createClient, untilAnswered } from "../ecs/client.ts";
import { boot, createWorld, type EcsPlane, type EcsWorld, ecsScenario, playOutages } from "../ecs/scenario.ts";
import { createClusters } from "../ecs/users.ts";
import { createVpcs } from "../ecs/vpc-users.ts";
import type { Scenario, Simulation } from "../simulate.ts";
import { checkRegistrations, checkRegistrationsAtRest } from "./check-registrations.ts";
import { checkRest, unrest } from "./check-rest.ts";
import { checkServices, ServiceHistory } from "./check-services.ts";
import { checkTaskSets } from "./check-task-sets.ts";
import { createRegistries } from "./registries.ts";
import { cluster, type ServiceUser } from "./user.ts";
import { leaveInOrder, playServices } from "./users.ts";

/*
 * Services on the same platform, hosts and faults as in the scenario `ecs`: users make, change and delete services of
 * task definitions that work and that do not, while everything dies at any moment. The invariants are those of `ecs`
 * and the ones of `check-services.ts`, `check-task-sets.ts`, `check-registrations.ts` and `check-rest.ts`.
 */

export interface ServicesWorld extends EcsWorld {
  readonly history: ServiceHistory;
}

/** Played in two test files, each half. */
export const defaultSeeds = 1000;

/** So long nothing may change before the world counts as at rest. */
const restMs = 60_000;

export const servicesScenario: Scenario<ServicesWorld, EcsPlane> = {
  name: "services",
  collections: ecsScenario.collections,
  // A start that keeps failing is tried again after 15 minutes at most.
  settleMs: 3_600_000,
  world: (sim) => Object.assign(createWorld(sim), { history: new ServiceHistory() }),
  boot,
  play,
  onCommit(batch, world) {
    checkServices(batch, world.ledger, world.history, world.now());
    checkTaskSets(batch, world.ledger, world.now());
    checkCommit(batch, world.ledger);
    checkRegistrations(world.ledger);
  },
  settled(world) {
    if (!world.calm || unrest(world) !== undefined) world.restingSince = undefined;
    else world.restingSince ??= world.now();
    return world.restingSince !== undefined && world.now() - world.restingSince >= restMs;
  },
  verify(world) {
    checkRest(world);
    checkRegistrationsAtRest(world);
  },
};

async function play(sim: Simulation<EcsPlane>, world: ServicesWorld): Promise<void> {
  for (const host of world.hosts) {
    host.start();
    void playOutages(sim, world, host);
  }
  await createClusters(sim);
  const client = createClient(sim);
  const capacityProviders = ["FARGATE", "FARGATE_SPOT"];
  const capacity = { cluster, capacityProviders, defaultCapacityProviderStrategy: [] };
  await untilAnswered(sim, () => client.ecs("PutClusterCapacityProviders", capacity));
  const vpcs = await createVpcs(sim);
  let made = 0;
  const user: ServiceUser = {
    ...{ sim, world, client, definitions: [], subnets: vpcs.defaultSubnets },
    registries: await createRegistries(sim),
    next: () => ++made,
  };
  const users = Array.from({ length: 1 + Math.floor(sim.random.float() * 2) }, () => user);
  await Promise.all(users.map((each) => playServices(each, 8 + Math.floor(sim.random.float() * 10))));
  world.calm = true;
  await leaveInOrder(user);
}
