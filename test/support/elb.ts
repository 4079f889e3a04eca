import type { Operations } from "#generated/elbv2/types.ts";
import type { HostNamesSpec } from "#kernel/agent-protocol.ts";
import { type Controller, silentLog } from "#kernel/controller.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { LoadBalancerNode, LoadBalancingEndpoint, TargetHealthReport } from "#kernel/load-balancing.ts";
import type { LogBatch } from "#kernel/log-sink.ts";
import type { Measurement } from "#kernel/metric-sink.ts";
import { systemRandom } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { acmCollections } from "#services/acm/index.ts";
import { createOperations as createAcmOperations } from "#services/acm/operations/index.ts";
import { collections as ec2Collections } from "#services/ec2/index.ts";
import { ensureDefaultVpc, securityGroups, subnets } from "#services/ec2/model.ts";
import { containerInstances } from "#services/ecs/model.ts";
import { createElb, type Elb, elbCollections } from "#services/elb/index.ts";
import { createOperations } from "#services/elb/operations/index.ts";
import { iamCollections } from "#services/iam/index.ts";
import { type TestWorld, testWorld } from "./context.ts";

export interface ElbOn {
  /** The controllers and what the hosts' nodes talk to. */
  readonly parts: Elb;
  /** What the hosts were told, in order. */
  readonly published: readonly (readonly LoadBalancerNode[])[];
  readonly names: readonly HostNamesSpec[];
  readonly logged: readonly LogBatch[];
  readonly measured: readonly Measurement[];
  /** Runs the controllers until none has anything to do at this moment. */
  settle(): Promise<void>;
  /** Lets every node of the newest publication follow it, and its targets be in this state. */
  follow(state?: TargetHealthReport["state"], report?: Partial<TargetHealthReport>): Promise<void>;
}

export interface ElbWorld extends TestWorld, ElbOn {
  /** The subnets of the default VPC, one in each zone. */
  readonly subnets: readonly string[];
  readonly vpcId: string;
  /** The default security group. */
  readonly groupId: string;
  readonly box: ReturnType<typeof createSecretBox>;
  /** Runs an operation of ELBv2 as the gateway does. */
  elb<N extends keyof ElbOperations>(
    name: N,
    input: Parameters<ElbOperations[N]>[0],
    overrides?: Partial<RequestContext>,
  ): Promise<Operations[N]["output"]>;
  acm: AcmCall;
}

type ElbOperations = ReturnType<typeof createOperations>;
type AcmOperations = ReturnType<typeof createAcmOperations>;
type AcmCall = <N extends keyof AcmOperations>(
  name: N,
  input: Parameters<AcmOperations[N]>[0],
) => ReturnType<AcmOperations[N]>;

/** The operations of ELBv2 for tests of other services; their secrets do not matter. */
export const elbOperations = createOperations({ box: createSecretBox(new Uint8Array(32), systemRandom()) });

/** For tests: Elastic Load Balancing and Certificate Manager on the real store in memory, in the default VPC. */
export async function elbWorld(): Promise<ElbWorld> {
  const collections = [
    ...[...elbCollections, ...acmCollections, ...ec2Collections, ...iamCollections],
    containerInstances,
  ];
  const world = await testWorld({ collections, model: ["elbv2", "acm"] });
  const at = { account: "000000000000", region: "us-east-1" };
  await ensureDefaultVpc({ ...at, store: world.store });
  const own = [...world.store.view(subnets).all()].map(({ value }) => value);
  const sorted = own.toSorted((a, b) => (a.availabilityZone < b.availabilityZone ? -1 : 1));
  const [group] = [...world.store.view(securityGroups).all()];
  const box = createSecretBox(new Uint8Array(32), world.random);
  const acmOperations = createAcmOperations({ box });
  const operations = createOperations({ box });
  const elbParts = elbOn(world, box);
  return {
    ...world,
    ...elbParts,
    subnets: sorted.map(({ subnetId }) => subnetId),
    vpcId: sorted[0]!.vpcId,
    groupId: group!.value.groupId,
    box,
    elb: (name, input, overrides) => world.call(operations, name, input as never, overrides) as never,
    acm: (name, input) => world.call(acmOperations, name, input as never) as never,
  };
}

/** The parts of Elastic Load Balancing beside its operations, on the store of a test. */
export function elbOn(world: TestWorld, box: ReturnType<typeof createSecretBox>): ElbOn {
  const published: LoadBalancerNode[][] = [];
  const names: HostNamesSpec[] = [];
  const logged: LogBatch[] = [];
  const measured: Measurement[] = [];
  const { store, clock } = world;
  const parts = createElb({
    ...{ store, clock, box, log: silentLog },
    publishLoadBalancers: (nodes) => published.push([...nodes]),
    publishNames: (spec) => names.push(spec),
    metrics: { put: async (measurements) => void measured.push(...measurements) },
    logs: {
      append: async (batch) => void logged.push(batch),
      position: async () => undefined,
      ensureStream: async () => {},
    },
  });
  const settle = () => settleControllers(world, parts.module.controllers);
  return {
    ...{ parts, published, names, logged, measured, settle },
    async follow(state, report) {
      await settle();
      for (const node of published.at(-1) ?? []) await followNode(parts.endpoint, node, clock.now(), state, report);
      await settle();
    },
  };
}

/** Makes a load balancer in all zones; gives its ARN. */
export async function newLoadBalancer(
  world: ElbWorld,
  input: Partial<Operations["CreateLoadBalancer"]["input"]> = {},
): Promise<string> {
  const { LoadBalancers } = await world.elb("CreateLoadBalancer", { Name: "web", Subnets: world.subnets, ...input });
  return LoadBalancers![0]!.LoadBalancerArn!;
}

/** Makes a target group of addresses for HTTP; gives its ARN. */
export async function newTargetGroup(
  world: ElbWorld,
  input: Partial<Operations["CreateTargetGroup"]["input"]> = {},
): Promise<string> {
  const kind = { Protocol: "HTTP", Port: 80, TargetType: "ip", VpcId: world.vpcId } as const;
  const { TargetGroups } = await world.elb("CreateTargetGroup", { Name: "web", ...kind, ...input });
  return TargetGroups![0]!.TargetGroupArn!;
}

/** Makes a listener that forwards to the target group; gives its ARN. */
export async function newListener(
  world: ElbWorld,
  LoadBalancerArn: string,
  TargetGroupArn: string,
  input: Partial<Operations["CreateListener"]["input"]> = {},
): Promise<string> {
  const { Listeners } = await world.elb("CreateListener", {
    ...{ LoadBalancerArn, Protocol: "HTTP", Port: 80 },
    DefaultActions: [{ Type: "forward", TargetGroupArn }],
    ...input,
  });
  return Listeners![0]!.ListenerArn!;
}

/** Runs controllers for the keys of every record until the store stays as it is. */
export async function settleControllers(world: TestWorld, controllers: readonly Controller[]): Promise<void> {
  for (let changes = 1; changes > 0; ) {
    changes = 0;
    const subscription = world.store.observe(() => void changes++);
    for (const controller of controllers) {
      const keys = controller.watches.flatMap(({ collection, keys: keysOf }) =>
        [...world.store.view(collection).all()].flatMap((entry) => keysOf(entry, world.store)),
      );
      for (const key of new Set(keys)) await world.reconcile(controller, key);
    }
    // Observers are told behind the commit.
    await new Promise((resolve) => setImmediate(resolve));
    subscription.close();
  }
}

async function followNode(
  endpoint: LoadBalancingEndpoint,
  node: LoadBalancerNode,
  since: number,
  state: TargetHealthReport["state"] | undefined,
  report: Partial<TargetHealthReport> = {},
): Promise<void> {
  const { nodeId, version } = node;
  await endpoint.submitNodeState({ nodeId, seqNum: 1, version, state: "active" });
  if (state === undefined) return;
  const targets = node.targetGroups.flatMap(({ targetGroupArn, targets: all }) =>
    all.map(({ targetKey }) => ({ targetGroupArn, targetKey, state, since, ...report })),
  );
  await endpoint.publishTargetHealth({ nodeId, targets });
}
