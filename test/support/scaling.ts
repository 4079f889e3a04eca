import type { Operations as ScalingOperations } from "#generated/application-autoscaling/types.ts";
import type { Operations as MetricOperations } from "#generated/cloudwatch/types.ts";
import { silentLog } from "#kernel/controller.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import { acmCollections } from "#services/acm/index.ts";
import { autoScalingCollections, autoScalingEventSources, createAutoScaling } from "#services/autoscaling/index.ts";
import { alarmPorts, cloudWatchCollections, createCloudWatch, MetricStorage } from "#services/cloudwatch/index.ts";
import { services as registries } from "#services/discovery/model.ts";
import { collections as ec2Collections } from "#services/ec2/index.ts";
import { ensureDefaultVpc, subnets } from "#services/ec2/model.ts";
import { ecsCollections } from "#services/ecs/index.ts";
import { type ServiceRecord, serviceKey } from "#services/ecs/model.ts";
import { operations as ecs } from "#services/ecs/operations/index.ts";
import { elbCollections } from "#services/elb/index.ts";
import { eventsCollections, sourceEvents } from "#services/events/index.ts";
import { type TestWorld, testWorld } from "./context.ts";
import { type DrivenControllers, drive } from "./controllers.ts";

export const scaledService = {
  ...{ account: "000000000000", region: "us-east-1", clusterName: "web", serviceName: "app" },
};
/** What names the target in requests. */
export const targetInput = {
  ServiceNamespace: "ecs",
  ResourceId: "service/web/app",
  ScalableDimension: "ecs:service:DesiredCount",
} as const;

/** Application Auto Scaling with the real CloudWatch, and a service of ECS whose tasks are what the test says. */
export interface ScalingWorld extends TestWorld, DrivenControllers {
  scaling<N extends keyof ScalingOperations>(
    name: N,
    input: ScalingOperations[N]["input"],
    overrides?: Partial<RequestContext>,
  ): Promise<ScalingOperations[N]["output"]>;
  metrics<N extends keyof MetricOperations>(
    name: N,
    input: MetricOperations[N]["input"],
  ): Promise<MetricOperations[N]["output"]>;
  /** Registers the service between these bounds. */
  register(min: number, max: number, more?: object): Promise<void>;
  desired(): Promise<number>;
  /** The service comes to what it wants, and rests; `change` is said of its record beside. */
  fulfil(change?: Partial<ServiceRecord>): Promise<void>;
  /** Puts a value of a metric of the service, CPUUtilization where the test names none, at this moment. */
  value(value: number, metric?: Partial<TestMetric>): Promise<void>;
  /**
   * Minutes with a value in the middle of each; undefined: without one. The service comes to what it wants within them,
   * and what they were has been judged when it resolves.
   */
  minutes(count: number, value: number | undefined, metric?: Partial<TestMetric>): Promise<void>;
  /** Descriptions and causes, newest first; `all` with what was not scaled. */
  activities(all?: boolean): Promise<readonly ActivityLine[]>;
}
export interface TestMetric {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: readonly { readonly name: string; readonly value: string }[];
  readonly unit: "Percent" | "None";
  readonly isHighResolution: boolean;
}
const ofService = [
  { name: "ClusterName", value: "web" },
  { name: "ServiceName", value: "app" },
];
type Activity = NonNullable<ScalingOperations["DescribeScalingActivities"]["output"]["ScalingActivities"]>[number];
export type ActivityLine = Pick<
  Activity,
  "Description" | "Cause" | "StatusCode" | "StatusMessage" | "NotScaledReasons"
>;

export async function scalingWorld(desiredCount = 1): Promise<ScalingWorld> {
  const collections = [
    ...[...ecsCollections, ...ec2Collections, ...cloudWatchCollections, ...autoScalingCollections],
    ...[...elbCollections, ...acmCollections, ...eventsCollections, registries],
  ];
  const world = await testWorld({
    ...{ collections, model: ["ecs", "cloudwatch", "application-autoscaling"] },
    derivations: (parts) => [sourceEvents(autoScalingEventSources, parts)],
  });
  await makeService(world, desiredCount);
  const storage = await MetricStorage.open({ files: memoryFiles(), clock: world.clock, log: silentLog });
  const cloudWatch = createCloudWatch({ storage });
  const autoScaling = createAutoScaling(alarmPorts(storage));
  const key = serviceKey(scaledService);
  const service = async () => (await world.store.get(key)).value!;
  const result: ScalingWorld = {
    ...world,
    ...drive(world, [...cloudWatch.controllers, ...autoScaling.controllers]),
    scaling: (name, input, more) => world.call(autoScaling.operations, name, input as never, more) as never,
    metrics: (name, input) => world.call(cloudWatch.operations, name, input as never) as never,
    async register(min, max, more = {}) {
      await result.scaling("RegisterScalableTarget", { ...targetInput, MinCapacity: min, MaxCapacity: max, ...more });
      await result.settle();
    },
    desired: async () => (await service()).desiredCount,
    async fulfil(change = {}) {
      const value = { ...(await service()), steady: true, ...change };
      await world.store.as("test").commit({ put: [{ key, value }] });
      await result.settle();
    },
    async value(value, { namespace = "AWS/ECS", metricName = "CPUUtilization", ...more } = {}) {
      const time = Math.floor(world.clock.now() / 1000);
      const { account, region } = scaledService;
      const { dimensions = ofService, unit = "Percent", isHighResolution = false } = more;
      const name = { account, region, namespace, metricName, dimensions, unit };
      await storage.append([{ name, point: { time, count: 1, sum: value, min: value, max: value }, isHighResolution }]);
    },
    async minutes(count, value, metric) {
      for (let i = 0; i < count; i++) {
        await result.pass((90 - ((world.clock.now() / 1000) % 60)) % 60);
        if (value !== undefined) await result.value(value, metric);
        await result.fulfil();
        // Data has a moment to arrive after the end of its minute.
        await result.pass(35);
      }
    },
    async activities(all = false) {
      const input = { ServiceNamespace: "ecs", IncludeNotScaledActivities: all } as const;
      const { ScalingActivities = [] } = await result.scaling("DescribeScalingActivities", input);
      return ScalingActivities;
    },
  };
  await result.fulfil({ deployments: (await service()).deployments.map(completed) });
  return result;
}

function completed<D extends object>(deployment: D): D & { readonly rolloutState: "COMPLETED" } {
  return { ...deployment, rolloutState: "COMPLETED" };
}

async function makeService(world: TestWorld, desiredCount: number): Promise<void> {
  await world.call(ecs, "CreateCluster", { clusterName: "web" });
  await world.call(ecs, "RegisterTaskDefinition", {
    ...{ family: "hello", networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"], cpu: "256", memory: "512" },
    containerDefinitions: [{ name: "app", image: "app:1" }],
  });
  await ensureDefaultVpc({ store: world.store.as("api"), ...scaledService });
  const ids = [...world.store.view(subnets).all()].map((subnet) => subnet.value.subnetId);
  await world.call(ecs, "CreateService", {
    ...{ cluster: "web", serviceName: "app", taskDefinition: "hello:1", desiredCount, launchType: "FARGATE" },
    networkConfiguration: { awsvpcConfiguration: { subnets: ids } },
  });
}
