import type {
  CreateServiceRequest,
  RegisterTaskDefinitionRequest,
  UpdateServiceRequest,
} from "#generated/ecs/types.ts";
import { acmCollections } from "#services/acm/index.ts";
import { cloudWatchCollections } from "#services/cloudwatch/index.ts";
import { services as registries } from "#services/discovery/model.ts";
import { collections as ec2Collections } from "#services/ec2/index.ts";
import { ensureDefaultVpc, subnets } from "#services/ec2/model.ts";
import { serviceController } from "#services/ecs/controllers/service/controller.ts";
import { ecsCollections } from "#services/ecs/index.ts";
import { serviceKey } from "#services/ecs/model/service.ts";
import { changeTask, tasks } from "#services/ecs/model/task.ts";
import { operations } from "#services/ecs/operations/index.ts";
import { elbCollections } from "#services/elb/index.ts";
import { type TestWorld, testWorld } from "./context.ts";

/** Services in a store in memory, for tests of operations together with their controller. */

export const at = { account: "000000000000", region: "us-east-1", clusterName: "web", serviceName: "app" };
const controller = serviceController({ settleSeconds: 40, canAssume: () => true });

const fargate: RegisterTaskDefinitionRequest = {
  family: "hello",
  networkMode: "awsvpc",
  requiresCompatibilities: ["FARGATE"],
  cpu: "256",
  memory: "512",
  containerDefinitions: [{ name: "app", image: "app:1" }],
  tags: [{ key: "from", value: "definition" }],
};

/**
 * A cluster `web`, two revisions of the Fargate definition `hello`, one `with-role`, one for EC2 (`machine`), and the
 * default VPC.
 */
export async function ready() {
  const collections = [
    ...[...ecsCollections, ...ec2Collections, ...cloudWatchCollections, registries],
    ...[...elbCollections, ...acmCollections],
  ];
  const world = await testWorld({ collections, model: "ecs" });
  await world.call(operations, "CreateCluster", { clusterName: "web", capacityProviders: ["FARGATE", "FARGATE_SPOT"] });
  await world.call(operations, "RegisterTaskDefinition", fargate);
  await world.call(operations, "RegisterTaskDefinition", fargate);
  await world.call(operations, "RegisterTaskDefinition", { ...fargate, family: "with-role", taskRoleArn: "app" });
  const { networkMode: _, cpu: __, requiresCompatibilities: ___, ...ec2 } = fargate;
  await world.call(operations, "RegisterTaskDefinition", { ...ec2, family: "machine" });
  await ensureDefaultVpc({ store: world.store.as("api"), account: at.account, region: at.region });
  const create = (fields: Partial<CreateServiceRequest> = {}) =>
    world.call(operations, "CreateService", { ...wanted(world), ...fields });
  const update = (fields: Partial<UpdateServiceRequest>) =>
    world.call(operations, "UpdateService", { cluster: "web", service: "app", ...fields });
  return { world, create, update, schedule: () => schedule(world) };
}

function wanted(world: TestWorld): CreateServiceRequest {
  const ids = [...world.store.view(subnets).all()].map((subnet) => subnet.value.subnetId);
  return {
    cluster: "web",
    serviceName: "app",
    taskDefinition: "hello:1",
    desiredCount: 2,
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration: { subnets: ids } },
  };
}

async function schedule(world: TestWorld): Promise<void> {
  await world.reconcile(controller, serviceKey(at));
}

/** Brings tasks of the service to a state, as scheduler, agent and task controller would. */
export async function tasksTo(world: TestWorld, lastStatus: "RUNNING" | "STOPPED"): Promise<void> {
  for (const { key, value } of world.store.view(tasks).by("service", `${at.account}/${at.region}/web/app`)) {
    const due = lastStatus === "STOPPED" ? value.desiredStatus === "STOPPED" : value.lastStatus === "PROVISIONING";
    if (!due || value.lastStatus === "STOPPED") continue;
    const times = lastStatus === "RUNNING" ? { startedAt: world.clock.now() } : { stoppedAt: world.clock.now() };
    const steps =
      lastStatus === "RUNNING"
        ? (["PENDING", "ACTIVATING", "RUNNING"] as const)
        : (["DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"] as const);
    for (const step of steps) {
      const { value: current } = await world.store.get(key);
      const component = step === "PENDING" ? "ecs.scheduler" : "ecs.task";
      await world.store
        .as(component)
        .commit({ put: [{ key, value: changeTask(current ?? value, { ...times, lastStatus: step }) }] });
    }
  }
}

export const describe1 = async (world: TestWorld) =>
  (await world.call(operations, "DescribeServices", { cluster: "web", services: ["app"], include: ["TAGS"] }))
    .services![0]!;
