import type { Operations } from "#generated/servicediscovery/types.ts";
import type { HostNamesSpec } from "#kernel/agent-protocol.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { createDiscovery, discoveryCollections } from "#services/discovery/index.ts";
import { operations as records } from "#services/discovery/model.ts";
import { operations } from "#services/discovery/operations/index.ts";
import { type Vpc, vpcKey, vpcs } from "#services/ec2/model.ts";
import { type TestWorld, testWorld } from "./context.ts";
import { reconcileAll } from "./controllers.ts";

export interface DiscoveryWorld extends TestWorld {
  /** What was published, in order. */
  readonly published: readonly HostNamesSpec[];
  /** Runs an operation as the gateway does. */
  sd<N extends keyof typeof operations>(
    name: N,
    input: Parameters<(typeof operations)[N]>[0],
    overrides?: Partial<RequestContext>,
  ): Promise<Operations[N]["output"]>;
  /** Runs an operation and what follows from it; gives the operation as it is then. */
  done<N extends keyof typeof operations>(
    name: N,
    input: Parameters<(typeof operations)[N]>[0],
  ): Promise<NonNullable<Operations["GetOperation"]["output"]["Operation"]>>;
  /** Carries out what has been submitted. */
  settle(): Promise<void>;
}

/** For tests: Cloud Map's operations and its controller on the real store in memory. There are `vpc-1` and `vpc-2`. */
export async function discoveryWorld(): Promise<DiscoveryWorld> {
  const world = await testWorld({ collections: [...discoveryCollections, vpcs], model: "servicediscovery" });
  const at = { account: "000000000000", region: "us-east-1" };
  await world.store.commit({
    put: ["vpc-1", "vpc-2"].map((vpcId) => ({ key: vpcKey(at, vpcId), value: { ...at, vpcId } as Vpc })),
  });
  const published: HostNamesSpec[] = [];
  const [controller] = createDiscovery({ publishNames: (spec) => published.push(spec) }).controllers;
  const sd: DiscoveryWorld["sd"] = (name, input, overrides) =>
    world.call(operations, name, input as never, overrides) as never;
  const settle = () => reconcileAll(world, controller!, records);
  return {
    ...world,
    published,
    sd,
    settle,
    async done(name, input) {
      const { OperationId } = (await sd(name, input)) as { OperationId: string };
      await settle();
      return (await sd("GetOperation", { OperationId })).Operation!;
    },
  };
}

/** Makes a namespace in `vpc-1`; gives its id. */
export async function privateNamespace(world: DiscoveryWorld, Name = "example.local", Vpc = "vpc-1"): Promise<string> {
  return (await world.done("CreatePrivateDnsNamespace", { Name, Vpc })).Targets!.NAMESPACE!;
}

/** Makes an HTTP namespace; gives its id. */
export async function httpNamespace(world: DiscoveryWorld, Name = "shop"): Promise<string> {
  return (await world.done("CreateHttpNamespace", { Name })).Targets!.NAMESPACE!;
}

/** Makes a service; gives its id. */
export async function newService(world: DiscoveryWorld, input: Operations["CreateService"]["input"]): Promise<string> {
  return (await world.sd("CreateService", input)).Service!.Id!;
}
