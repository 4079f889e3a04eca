import type { CreateServiceRequest, ServiceConnectConfiguration } from "#generated/ecs/types.ts";
import type { LoadBalancerNode } from "#kernel/load-balancing.ts";
import { acmCollections } from "#services/acm/index.ts";
import { cloudWatchCollections } from "#services/cloudwatch/index.ts";
import { discoveryCollections } from "#services/discovery/index.ts";
import { services as discoveryServices } from "#services/discovery/model.ts";
import { collections as ec2Collections } from "#services/ec2/index.ts";
import { ensureDefaultVpc, subnets } from "#services/ec2/model.ts";
import { connectCertificateController } from "#services/ecs/controllers/connect/certificates.ts";
import { connectProxies } from "#services/ecs/controllers/connect/proxies.ts";
import { connectRegistry } from "#services/ecs/controllers/connect/registry.ts";
import { serviceController } from "#services/ecs/controllers/service/controller.ts";
import { serviceRegistryController } from "#services/ecs/controllers/service-registry/controller.ts";
import { ecsCollections } from "#services/ecs/index.ts";
import { services } from "#services/ecs/model/service.ts";
import { changeTask, type TaskRecord, tasks } from "#services/ecs/model/task.ts";
import { operations } from "#services/ecs/operations/index.ts";
import { elbCollections } from "#services/elb/index.ts";
import { testAuthority } from "./certificate-authority.ts";
import { testWorld } from "./context.ts";
import { reconcileAll } from "./controllers.ts";

const at = { account: "000000000000", region: "us-east-1" };
const scheduler = serviceController({ settleSeconds: 40, canAssume: () => true });

/** A cluster whose services are in the namespace `internal`, and a task definition with two named ports. */
export async function connectWorld() {
  const collections = [
    ...[ecsCollections, ec2Collections, discoveryCollections, cloudWatchCollections, elbCollections, acmCollections],
  ];
  const world = await testWorld({ collections: collections.flat() });
  await world.call(operations, "CreateCluster", {
    ...{ clusterName: "web", serviceConnectDefaults: { namespace: "internal" } },
  });
  await world.call(operations, "RegisterTaskDefinition", {
    ...{ family: "hello", networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"], cpu: "256", memory: "512" },
    containerDefinitions: [
      {
        ...{ name: "app", image: "app:1" },
        portMappings: [
          { containerPort: 8080, name: "http", appProtocol: "http" },
          { containerPort: 5432, name: "db" },
        ],
      },
    ],
  });
  await ensureDefaultVpc({ store: world.store.as("api"), ...at });
  const ids = [...world.store.view(subnets).all()].map((subnet) => subnet.value.subnetId);
  const published: (readonly LoadBalancerNode[])[] = [];
  const certificates = connectCertificateController(testAuthority);
  const proxies = connectProxies((nodes) => published.push(nodes), testAuthority.openPrivateKey);
  const settle = async (): Promise<void> => {
    await reconcileAll(world, connectRegistry, services);
    await reconcileAll(world, certificates, services);
    await reconcileAll(world, serviceRegistryController, tasks);
    await reconcileAll(world, connectRegistry, services);
    await reconcileAll(world, proxies, tasks);
  };
  return {
    ...{ ...world, published },
    create: (serviceName: string, serviceConnectConfiguration: ServiceConnectConfiguration, more = {}) =>
      world.call(operations, "CreateService", {
        ...{ cluster: "web", serviceName, taskDefinition: "hello", desiredCount: 1, launchType: "FARGATE" },
        networkConfiguration: { awsvpcConfiguration: { subnets: ids } },
        serviceConnectConfiguration,
        ...more,
      } as CreateServiceRequest),
    /** Starts what is wanted, brings it to RUNNING with addresses, and lets all controllers see it. */
    async run(): Promise<void> {
      await reconcileAll(world, scheduler, services);
      const bring = async (component: string, fields: (i: number) => Partial<TaskRecord>) => {
        for (const [i, entry] of [...world.store.view(tasks).all()].entries()) {
          if (entry.value.lastStatus === "RUNNING") continue;
          const value = changeTask(entry.value, fields(i));
          await world.store.as(component).commit({ put: [{ key: entry.key, value }] });
        }
      };
      await bring("ecs.scheduler", (i) => ({
        lastStatus: "PENDING",
        networkInterface: { privateIpv4Address: `10.0.0.${i}`, networkInterfaceId: `eni-${i}` } as never,
      }));
      for (const lastStatus of ["ACTIVATING", "RUNNING"] as const) {
        await bring("ecs.task", () => ({ lastStatus, agent: { status: "RUNNING", sequence: 1 } }));
      }
      await settle();
    },
    settle,
    registries: () => [...world.store.view(discoveryServices).all()].map(({ value }) => value),
  };
}

/** Two endpoints of a service: one of HTTP with a name of its own, and one that is behind the task's own proxy. */
export const connectServer: ServiceConnectConfiguration = {
  enabled: true,
  services: [
    { portName: "http", discoveryName: "api", clientAliases: [{ port: 80, dnsName: "api" }] },
    {
      portName: "db",
      ingressPortOverride: 15_432,
      clientAliases: [{ port: 5432 }],
      timeout: { idleTimeoutSeconds: 60 },
    },
  ],
};
