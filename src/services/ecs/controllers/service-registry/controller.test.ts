import assert from "node:assert/strict";
import { test } from "node:test";
import type { CreateServiceRequest, ServiceRegistry } from "#generated/ecs/types.ts";
import { type Controller, silentLog } from "#kernel/controller.ts";
import { ConflictError } from "#kernel/fault.ts";
import type { Store } from "#kernel/store.ts";
import { discoveryCollections } from "#services/discovery/index.ts";
import {
  instanceKey,
  instances,
  services as registries,
  serviceKey as registryKey,
} from "#services/discovery/model.ts";
import { operations as discovery } from "#services/discovery/operations/index.ts";
import { collections as ec2Collections } from "#services/ec2/index.ts";
import { ensureDefaultVpc, subnets, vpcs } from "#services/ec2/model.ts";
import { targets as elbTargets } from "#services/elb/model.ts";
import { isFault, type TestWorld, testWorld } from "../../../../../test/support/context.ts";
import { ecsCollections } from "../../index.ts";
import { serviceKey } from "../../model/service.ts";
import { changeTask, type TaskRecord, tasks } from "../../model/task.ts";
import { operations } from "../../operations/index.ts";
import { serviceController } from "../service/controller.ts";
import { taskController } from "../task/controller.ts";
import { serviceRegistryController } from "./controller.ts";

const at = { account: "000000000000", region: "us-east-1", clusterName: "web", serviceName: "app" };
const key = serviceKey(at);
const scheduler = serviceController({ settleSeconds: 40, canAssume: () => true });
type Dns = NonNullable<Parameters<typeof discovery.CreateService>[0]["DnsConfig"]>;

/** A cluster, a task definition with a port, and a Cloud Map service with these records. */
async function ready(DnsRecords: Dns["DnsRecords"] = [{ Type: "A", TTL: 10 }], fields: object = {}) {
  const collections = [...ecsCollections, ...ec2Collections, ...discoveryCollections, elbTargets];
  const world = await testWorld({ collections });
  await world.call(operations, "CreateCluster", { clusterName: "web" });
  await world.call(operations, "RegisterTaskDefinition", {
    ...{ family: "hello", networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"], cpu: "256", memory: "512" },
    containerDefinitions: [{ name: "app", image: "app:1", portMappings: [{ containerPort: 80 }] }],
  });
  await ensureDefaultVpc({ store: world.store.as("api"), account: at.account, region: at.region });
  const Vpc = [...world.store.view(vpcs).all()][0]!.value.vpcId;
  await world.call(discovery, "CreatePrivateDnsNamespace", { Name: "example.local", Vpc });
  const { Namespaces } = await world.call(discovery, "ListNamespaces", {});
  const { Service } = await world.call(discovery, "CreateService", {
    ...{ Name: "web", NamespaceId: Namespaces![0]!.Id!, DnsConfig: { DnsRecords }, HealthCheckCustomConfig: {} },
    ...fields,
  });
  return { world, id: Service!.Id!, registryArn: Service!.Arn! };
}

function create(world: TestWorld, serviceRegistries: ServiceRegistry[], fields: Partial<CreateServiceRequest> = {}) {
  const ids = [...world.store.view(subnets).all()].map((subnet) => subnet.value.subnetId);
  return world.call(operations, "CreateService", {
    ...{ cluster: "web", serviceName: "app", taskDefinition: "hello:1", desiredCount: 2, launchType: "FARGATE" },
    networkConfiguration: { awsvpcConfiguration: { subnets: ids } },
    serviceRegistries,
    ...fields,
  });
}

const own = (world: TestWorld) => world.store.view(tasks).by("service", `${at.account}/${at.region}/web/app`);
const instanceIds = (world: TestWorld) => [...world.store.view(instances).all()].map(({ value }) => value.id);
const register = (world: TestWorld) => world.reconcile(serviceRegistryController, key);

/** Brings the service's tasks to a state, as the scheduler and the agent would. */
async function bring(world: TestWorld, component: string, fields: (i: number) => Partial<TaskRecord>) {
  for (const [i, entry] of own(world).entries()) {
    await world.store.as(component).commit({ put: [{ key: entry.key, value: changeTask(entry.value, fields(i)) }] });
  }
}

/** A service with two tasks that run, with addresses of their own. */
async function running(registry: object = {}, records?: Dns["DnsRecords"]) {
  const found = await ready(records);
  const { world, registryArn } = found;
  await create(world, [{ registryArn, ...registry }]);
  await world.reconcile(scheduler, key);
  await bring(world, "ecs.scheduler", (i) => ({
    lastStatus: "PENDING",
    networkInterface: { privateIpv4Address: `10.0.0.${i}` } as never,
  }));
  const startedAt = world.clock.now();
  for (const lastStatus of ["ACTIVATING", "RUNNING"] as const) {
    await bring(world, "ecs.task", () => ({ lastStatus, startedAt, agent: { status: "RUNNING", sequence: 1 } }));
  }
  return found;
}

test("the tasks of a service are registered in one commit, and deregistered before they are stopped", async () => {
  const { world, id, registryArn } = await running({ containerName: "app", containerPort: 80 }, [
    { Type: "SRV", TTL: 5 },
  ]);
  await register(world);
  const ids = own(world).map(({ value }) => value.id);
  assert.deepEqual(instanceIds(world), ids.toSorted());
  const { Instances } = await world.call(discovery, "ListInstances", { ServiceId: registryArn });
  assert.deepEqual(
    new Set(Instances!.map(({ Attributes }) => Attributes!.AWS_INSTANCE_IPV4)),
    new Set(["10.0.0.0", "10.0.0.1"]),
  );
  assert.ok(Instances!.every(({ Attributes }) => Attributes!.AWS_INSTANCE_PORT === "80"));
  assert.equal(world.store.view(registries).get(registryKey(at, id))!.value.revision, 1);
  await register(world);
  assert.equal(world.store.view(registries).get(registryKey(at, id))!.value.revision, 1);

  const task = own(world)[0]!;
  await world.call(operations, "StopTask", { cluster: "web", task: task.value.id });
  const status = () => world.store.view(tasks).get(task.key)!.value.lastStatus;
  for (let i = 0; i < 3; i++) await world.reconcile(taskController, task.key);
  assert.equal(status(), "DEACTIVATING");
  await register(world);
  assert.deepEqual(
    instanceIds(world),
    ids.filter((each) => each !== task.value.id),
  );
  await world.reconcile(taskController, task.key);
  assert.equal(status(), "STOPPING");
});

/** Runs a controller once; `first` happens between what it reads and its commit. */
function late(world: TestWorld, controller: Controller, at: string, first: () => Promise<unknown>) {
  const store = world.store.as(controller.name);
  const commit: Store["commit"] = async (writes) => {
    await first();
    return store.commit(writes);
  };
  const slow = new Proxy(store, { get: (object, name) => (name === "commit" ? commit : Reflect.get(object, name)) });
  return controller.reconcile(at, { store: slow, clock: world.clock, random: world.random, log: silentLog });
}

test("registration and stop do not pass each other unseen", async () => {
  const { world } = await running();
  const task = own(world)[0]!;
  const stop = () => world.call(operations, "StopTask", { cluster: "web", task: task.value.id });
  await assert.rejects(late(world, serviceRegistryController, key, stop), ConflictError);
  assert.deepEqual(instanceIds(world), []);

  await world.reconcile(taskController, task.key);
  const instance = { account: at.account, region: at.region, id: [...world.store.view(registries).all()][0]!.value.id };
  const register = () =>
    world.store.commit({ put: [{ key: instanceKey(instance, task.value.id), value: { ...instance, owner: key } }] });
  await assert.rejects(late(world, taskController, task.key, register), ConflictError);
});

test("nothing is left of a service that is deleted, or of one whose tasks are forgotten", async () => {
  const { world, id } = await running();
  await register(world);
  await world.call(operations, "DeleteService", { cluster: "web", service: "app", force: true });
  await world.reconcile(scheduler, key);
  await register(world);
  assert.deepEqual(instanceIds(world), []);
  await world.call(discovery, "DeleteService", { Id: id });
  // Whatever happened to the tasks' records: what is registered is known by its owner.
  const other = await running();
  await register(other.world);
  const keys = own(other.world).map((task) => task.key);
  for (const lastStatus of ["DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"] as const) {
    await bring(other.world, "ecs.task", () => ({ lastStatus }));
  }
  await other.world.store.as("ecs.reaper").commit({ remove: keys });
  await register(other.world);
  assert.deepEqual(instanceIds(other.world), []);
});

test("a service whose registry is gone starts no tasks, and says so", async () => {
  const { world, id, registryArn } = await ready();
  await create(world, [{ registryArn }]);
  await world.call(discovery, "DeleteService", { Id: id });
  await world.reconcile(scheduler, key);
  assert.equal(own(world).length, 0);
  const { services } = await world.call(operations, "DescribeServices", { cluster: "web", services: ["app"] });
  const why = `The service registry ${registryArn} does not exist.`;
  assert.equal(services![0]!.events![0]!.message, `(service app) failed to launch a task with (error ${why}).`);
});

const refusals: readonly (readonly [why: string, dns: Dns["DnsRecords"], registry: object, message: RegExp])[] = [
  ["a port of an A record", [{ Type: "A", TTL: 1 }], { port: 80 }, /do not require a value for 'port'/],
  [
    "a container's port of an A record",
    [{ Type: "A", TTL: 1 }],
    { containerName: "app", containerPort: 80 },
    /^The values specified for serviceRegistries do not require a value for 'containerPort'\. Remove the value and/,
  ],
  ["an SRV record without a port", [{ Type: "SRV", TTL: 1 }], {}, /require a value for 'port', or for 'containerName'/],
  ["a container without its port", [{ Type: "SRV", TTL: 1 }], { containerName: "app" }, /both a containerName and/],
  [
    "two ports",
    [{ Type: "SRV", TTL: 1 }],
    { containerName: "app", containerPort: 80, port: 80 },
    /a port or a containerPort, not both/,
  ],
  [
    "a port that is not mapped",
    [{ Type: "SRV", TTL: 1 }],
    { containerName: "app", containerPort: 81 },
    /did not have a container port 81 defined/,
  ],
];

for (const [why, records, registry, message] of refusals) {
  test(`CreateService refuses ${why}`, async () => {
    const { world, registryArn } = await ready(records);
    const call = create(world, [{ registryArn, ...registry }]);
    await assert.rejects(call, isFault("InvalidParameterException", message));
  });
}

test("CreateService refuses two registries, and one with a CNAME record", async () => {
  const { world, registryArn } = await ready();
  const two = create(world, [{ registryArn }, { registryArn }]);
  await assert.rejects(two, isFault("InvalidParameterException", /one service registry only/));
  const DnsConfig = { RoutingPolicy: "WEIGHTED", DnsRecords: [{ Type: "CNAME", TTL: 1 }] };
  const alias = await ready(undefined, { DnsConfig });
  const call = create(alias.world, [{ registryArn: alias.registryArn }]);
  await assert.rejects(call, isFault("InvalidParameterException", /it must have A or SRV records/));
});
