import { checkCommit } from "../ecs/check-commit.ts";
import { createClient } from "../ecs/client.ts";
import { boot, createWorld, type EcsPlane, type EcsWorld, ecsScenario, playOutages } from "../ecs/scenario.ts";
import { createClusters } from "../ecs/users.ts";
import { createVpcs } from "../ecs/vpc-users.ts";
import { checkServices, ServiceHistory } from "../services/check-services.ts";
import type { Scenario, Simulation } from "../simulate.ts";
import { checkDaemons, checkRest, unrest } from "./check-daemons.ts";
import { type DaemonUser, leaveInOrder, playDaemons } from "./users.ts";

/*
 * Services with the DAEMON strategy on the platform, hosts and faults of the scenario `ecs`: container instances come,
 * drain, change what they are fit for and go, while users change the services. The invariants are those of `ecs` and
 * `services`, and the ones of `check-daemons.ts`.
 */

export interface DaemonsWorld extends EcsWorld {
  readonly history: ServiceHistory;
}

/** So long nothing may change before the world counts as at rest. */
const restMs = 60_000;

export const daemonsScenario: Scenario<DaemonsWorld, EcsPlane> = {
  name: "daemons",
  collections: ecsScenario.collections,
  // A start that keeps failing is tried again after 15 minutes at most.
  settleMs: 3_600_000,
  world: (sim) => Object.assign(createWorld(sim), { history: new ServiceHistory() }),
  boot,
  play,
  onCommit(batch, world) {
    checkServices(batch, world.ledger, world.history, world.now());
    checkDaemons(batch, world.ledger);
    checkCommit(batch, world.ledger);
  },
  settled(world) {
    if (!world.calm || unrest(world) !== undefined) world.restingSince = undefined;
    else world.restingSince ??= world.now();
    return world.restingSince !== undefined && world.now() - world.restingSince >= restMs;
  },
  verify: checkRest,
};

async function play(sim: Simulation<EcsPlane>, world: DaemonsWorld): Promise<void> {
  for (const host of world.hosts) {
    host.start();
    void playOutages(sim, world, host);
  }
  await createClusters(sim);
  const { defaultSubnets: subnets } = await createVpcs(sim);
  let made = 0;
  const user: DaemonUser = { sim, world, client: createClient(sim), definitions: [], subnets, next: () => ++made };
  const users = Array.from({ length: 1 + Math.floor(sim.random.float() * 2) }, () => user);
  await Promise.all(users.map((each) => playDaemons(each, 8 + Math.floor(sim.random.float() * 10))));
  world.calm = true;
  await leaveInOrder(user);
}
