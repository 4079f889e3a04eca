import { silentLog } from "#kernel/controller.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { acmCollections } from "#services/acm/index.ts";
import { AgentHub } from "#services/ecs/index.ts";
import { createElb } from "#services/elb/index.ts";
import { checkCommit } from "../ecs/check-commit.ts";
import { createClient, untilAnswered } from "../ecs/client.ts";
import { SimulatedNodes } from "../ecs/nodes.ts";
import { createWorld, type EcsPlane, ecsScenario, playOutages, startPlane } from "../ecs/scenario.ts";
import { createClusters } from "../ecs/users.ts";
import { checkRest, unrest } from "../services/check-rest.ts";
import { checkServices, ServiceHistory } from "../services/check-services.ts";
import type { ServicesWorld } from "../services/scenario.ts";
import type { BootParts, Scenario, Simulation } from "../simulate.ts";
import { answers } from "./answering.ts";
import { BreakerCheck } from "./check-breaker.ts";
import { checkTargetChanges, checkTargets, unrestOfTargets } from "./check-targets.ts";
import { createLoadBalancer, type LoadBalancing } from "./load-balancer.ts";
import { leaveInOrder, playTargets, type TargetsUser } from "./users.ts";

/*
 * Services behind load balancers, on the platform, hosts and faults of the scenario `ecs`: users deploy what answers
 * health checks, or does not, or not for long; nodes of a load balancer follow what they are told and say what they
 * see, late and over links that lose messages. The invariants are those of `ecs` and `services`, and those of
 * `check-targets.ts` and `check-breaker.ts`.
 */

interface TargetsWorld extends ServicesWorld {
  readonly breakers: BreakerCheck;
  balancing: LoadBalancing | undefined;
}

/** So long nothing may change before the world counts as at rest. */
const restMs = 60_000;

export const targetsScenario: Scenario<TargetsWorld, EcsPlane> = {
  name: "targets",
  collections: [...ecsScenario.collections, ...acmCollections],
  // A start that keeps failing is tried again after 15 minutes at most.
  settleMs: 3_600_000,
  world(sim) {
    const nodes = new SimulatedNodes({
      sim,
      answers: (address) => answers(world, address),
      slowness: () => (world.calm ? { chance: 0, mostMs: 0 } : { chance: 0.2, mostMs: 20_000 }),
    });
    const made = { history: new ServiceHistory(), breakers: new BreakerCheck(), balancing: undefined };
    const world: TargetsWorld = Object.assign(createWorld(sim, nodes), made);
    return world;
  },
  boot,
  play,
  onCommit(batch, world) {
    const { ledger, history, breakers } = world;
    checkServices(batch, ledger, history, world.now());
    checkTargetChanges(batch, ledger, world.now());
    breakers.check(batch, ledger, history, world.now());
    checkCommit(batch, ledger);
    checkTargets(batch, ledger, history, world.now());
  },
  settled(world) {
    if (!world.calm || whyNotAtRest(world) !== undefined) world.restingSince = undefined;
    else world.restingSince ??= world.now();
    return world.restingSince !== undefined && world.now() - world.restingSince >= restMs;
  },
  verify(world) {
    const reason = whyNotAtRest(world);
    if (reason !== undefined) throw new Error(reason);
    checkRest(world);
  },
};

function whyNotAtRest(world: TargetsWorld): string | undefined {
  return unrest(world) ?? unrestOfTargets(world, world.balancing!);
}

function boot(parts: BootParts): EcsPlane {
  const { store, clock, random } = parts;
  const hub = new AgentHub(parts);
  const elb = createElb({
    ...{ store, clock, box: createSecretBox(new Uint8Array(32), random), log: silentLog },
    publishLoadBalancers: (nodes) => hub.publishLoadBalancers(nodes),
    publishNames: () => {},
    metrics: { put: async () => {} },
    logs: { append: async () => {}, position: async () => undefined, ensureStream: async () => {} },
  });
  return { ...startPlane(parts, hub, [elb.module]), loadBalancing: elb.endpoint };
}

async function play(sim: Simulation<EcsPlane>, world: TargetsWorld): Promise<void> {
  for (const host of world.hosts) {
    host.start();
    void playOutages(sim, world, host);
  }
  await createClusters(sim);
  const client = createClient(sim);
  const described = await untilAnswered(sim, () => client.ec2("DescribeSubnets"));
  const [vpcId] = textsOf(described, "vpcId");
  const subnets = textsOf(described, "subnetId").slice(0, 2);
  const balancing = await createLoadBalancer(sim, vpcId!, subnets);
  world.balancing = balancing;
  let made = 0;
  const user: TargetsUser = {
    ...{ sim, world, client, definitions: [], subnets, registries: [], balancing },
    next: () => ++made,
  };
  await playTargets(user, 5 + Math.floor(sim.random.float() * 8));
  world.calm = true;
  await leaveInOrder(user);
}

function textsOf(xml: string, element: string): string[] {
  return [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"))].map((match) => match[1]!);
}
