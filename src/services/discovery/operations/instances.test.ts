import assert from "node:assert/strict";
import { test } from "node:test";
import type { CreateServiceRequest, HealthStatusFilter } from "#generated/servicediscovery/types.ts";
import { isFault } from "../../../../test/support/context.ts";
import { reconcileAll } from "../../../../test/support/controllers.ts";
import {
  type DiscoveryWorld,
  discoveryWorld,
  httpNamespace,
  newService,
  privateNamespace,
} from "../../../../test/support/discovery.ts";
import { healthController } from "../controllers/health/controller.ts";
import { instances, services } from "../model.ts";

const ip = { AWS_INSTANCE_IPV4: "10.0.0.1" };

/** A service of a private namespace with A records, with these fields changed. */
async function service(world: DiscoveryWorld, fields: Partial<CreateServiceRequest> = {}): Promise<string> {
  const NamespaceId = await privateNamespace(world);
  return newService(world, {
    Name: "web",
    NamespaceId,
    DnsConfig: { DnsRecords: [{ Type: "A", TTL: 10 }] },
    ...fields,
  });
}

async function httpService(world: DiscoveryWorld, fields: Partial<CreateServiceRequest> = {}): Promise<string> {
  return newService(world, { Name: "web", NamespaceId: await httpNamespace(world), ...fields });
}

const register = (
  world: DiscoveryWorld,
  ServiceId: string,
  InstanceId: string,
  Attributes: Record<string, string> = ip,
) => world.done("RegisterInstance", { ServiceId, InstanceId, Attributes });

test("an instance is registered, changed and deregistered", async () => {
  const world = await discoveryWorld();
  const ServiceId = await service(world);
  const input = { ServiceId, InstanceId: "i-1", Attributes: { ...ip, stage: "prod" }, CreatorRequestId: "r" };
  const operation = await world.done("RegisterInstance", input);
  assert.deepEqual(operation.Targets, { SERVICE: ServiceId, INSTANCE: "i-1" });
  assert.deepEqual([operation.Type, operation.Status], ["REGISTER_INSTANCE", "SUCCESS"]);
  assert.equal((await world.sd("RegisterInstance", input)).OperationId, operation.Id);
  const account = "000000000000";
  assert.deepEqual(await world.sd("GetInstance", { ServiceId, InstanceId: "i-1" }), {
    ResourceOwner: account,
    Instance: { Id: "i-1", CreatorRequestId: "r", Attributes: input.Attributes, CreatedByAccount: account },
  });
  await register(world, ServiceId, "i-1", { AWS_INSTANCE_IPV4: "10.0.0.2" });
  assert.deepEqual((await world.sd("ListInstances", { ServiceId })).Instances, [
    { Id: "i-1", Attributes: { AWS_INSTANCE_IPV4: "10.0.0.2" }, CreatedByAccount: account },
  ]);
  assert.equal((await world.sd("GetService", { Id: ServiceId })).Service!.InstanceCount, 1);
  const inUse = "Service contains registered instances; delete the instances before deleting the service";
  await assert.rejects(world.sd("DeleteService", { Id: ServiceId }), isFault("ResourceInUse", inUse));
  const gone = await world.done("DeregisterInstance", { ServiceId, InstanceId: "i-1" });
  assert.deepEqual([gone.Type, gone.Status], ["DEREGISTER_INSTANCE", "SUCCESS"]);
  const again = world.sd("DeregisterInstance", { ServiceId, InstanceId: "i-1" });
  await assert.rejects(again, isFault("InstanceNotFound", "i-1"));
  await world.sd("DeleteService", { Id: ServiceId });
});

test("one request about an instance waits for the one before it", async () => {
  const world = await discoveryWorld();
  const ServiceId = await service(world);
  const input = { ServiceId, InstanceId: "i-1", Attributes: ip };
  const { OperationId } = await world.sd("RegisterInstance", input);
  const message = `Another operation of type RegisterInstance and id ${OperationId} is in progress`;
  await assert.rejects(world.sd("RegisterInstance", input), isFault("DuplicateRequest", message));
  await assert.rejects(world.sd("DeregisterInstance", input), isFault("DuplicateRequest", message));
  await world.sd("RegisterInstance", { ...input, InstanceId: "i-2" });
});

test("an instance cannot come into a service that goes", async () => {
  for (const registerFirst of [true, false]) {
    const world = await discoveryWorld();
    const ServiceId = await service(world);
    const calls = [
      () => world.sd("RegisterInstance", { ServiceId, InstanceId: "i-1", Attributes: ip }),
      () => world.sd("DeleteService", { Id: ServiceId }),
    ];
    const results = await Promise.allSettled((registerFirst ? calls : calls.toReversed()).map((call) => call()));
    assert.deepEqual(results.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
    assert.equal(world.store.view(services).size, world.store.view(instances).size);
  }
});

const srv = { DnsConfig: { DnsRecords: [{ Type: "SRV", TTL: 1 }] } } as const;
const cname = { DnsConfig: { RoutingPolicy: "WEIGHTED", DnsRecords: [{ Type: "CNAME", TTL: 1 }] } } as const;
const many = (count: number, value = "v") =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, value]));
type Refusal = readonly [
  why: string,
  make: typeof service,
  fields: Partial<CreateServiceRequest>,
  attributes: Record<string, string>,
  message: RegExp,
];
const refusals: readonly Refusal[] = [
  ["A without an address", service, {}, { a: "b" }, /AWS_INSTANCE_IPV4 is required: the service has an A record/],
  ["SRV without a port", service, srv, ip, /AWS_INSTANCE_PORT is required: the service has an SRV record/],
  ["SRV without an address", service, srv, { AWS_INSTANCE_PORT: "80" }, /AWS_INSTANCE_IPV4 is required/],
  ["CNAME without a name", service, cname, ip, /AWS_INSTANCE_CNAME is required/],
  ["a name that is none", service, cname, { AWS_INSTANCE_CNAME: "a..b" }, /isn't a valid domain name/],
  ["an address that is none", httpService, {}, { AWS_INSTANCE_IPV4: "10.0.0.256" }, /isn't a valid IPv4 address/],
  ["an address with zeros", service, {}, { AWS_INSTANCE_IPV4: "010.0.0.1" }, /isn't a valid IPv4 address/],
  ["a port that is none", httpService, {}, { AWS_INSTANCE_PORT: "65536" }, /isn't a valid port/],
  ["IPv6 in DNS", service, {}, { ...ip, AWS_INSTANCE_IPV6: "::1" }, /no IPv6/],
  ["an alias", service, {}, { AWS_ALIAS_DNS_NAME: "lb.example.com" }, /no alias records/],
  ["an EC2 instance in DNS", service, {}, { AWS_EC2_INSTANCE_ID: "i-0" }, /HTTP namespaces only/],
  ["an EC2 instance that is not there", httpService, {}, { AWS_EC2_INSTANCE_ID: "i-0" }, /'i-0' does not exist/],
  ["health without a check", service, {}, { ...ip, AWS_INIT_HEALTH_STATUS: "HEALTHY" }, /HealthCheckCustomConfig/],
  [
    "a health that is none",
    service,
    { HealthCheckCustomConfig: {} },
    { ...ip, AWS_INIT_HEALTH_STATUS: "UNKNOWN" },
    /must be HEALTHY or UNHEALTHY/,
  ],
  ["too many attributes", httpService, {}, many(31), /at most 30 custom attributes/],
  ["too long attributes", httpService, {}, many(5, "v".repeat(1000)), /must not exceed 5000 characters/],
];

for (const [why, make, fields, Attributes, message] of refusals) {
  test(`refuses ${why}`, async () => {
    const world = await discoveryWorld();
    const ServiceId = await make(world, fields);
    const call = world.sd("RegisterInstance", { ServiceId, InstanceId: "i-1", Attributes });
    await assert.rejects(call, isFault("InvalidInput", message));
  });
}

test("the host name of an SRV record must be one", async () => {
  const world = await discoveryWorld();
  const Attributes = { ...ip, AWS_INSTANCE_PORT: "80" };
  const ServiceId = await service(world, srv);
  const long = world.sd("RegisterInstance", { ServiceId, InstanceId: "a".repeat(64), Attributes });
  await assert.rejects(long, isFault("InvalidInput", /The host name of the instance/));
  await register(world, ServiceId, "a".repeat(63), Attributes);
});

test("a service has a thousand instances at most", async () => {
  const world = await discoveryWorld();
  const ServiceId = await httpService(world);
  for (let i = 0; i < 1000; i++) {
    await world.sd("RegisterInstance", { ServiceId, InstanceId: `i-${i}`, Attributes: {} });
  }
  await world.settle();
  const more = world.sd("RegisterInstance", { ServiceId, InstanceId: "i-1000", Attributes: {} });
  await assert.rejects(more, isFault("ResourceLimitExceeded", /more than 1000 instances/));
  await world.sd("RegisterInstance", { ServiceId, InstanceId: "i-1", Attributes: { changed: "yes" } });
  const page = await world.sd("ListInstances", { ServiceId });
  assert.equal(page.Instances!.length, 100);
  const found = { NamespaceName: "shop", ServiceName: "web" };
  assert.equal((await world.sd("DiscoverInstances", found)).Instances!.length, 100);
  assert.equal((await world.sd("DiscoverInstances", { ...found, MaxResults: 1000 })).Instances!.length, 1000);
});

test("custom health begins as it is said to, and changes after thirty seconds unless it is taken back", async () => {
  const world = await discoveryWorld();
  const ServiceId = await service(world, { HealthCheckCustomConfig: {} });
  await register(world, ServiceId, "i-1");
  await register(world, ServiceId, "i-2", { ...ip, AWS_INIT_HEALTH_STATUS: "UNHEALTHY" });
  const report = (InstanceId: string, Status: "HEALTHY" | "UNHEALTHY") =>
    world.sd("UpdateInstanceCustomHealthStatus", { ServiceId, InstanceId, Status });
  const statuses = async () => {
    await reconcileAll(world, healthController, instances);
    return (await world.sd("GetInstancesHealthStatus", { ServiceId })).Status;
  };
  assert.deepEqual(await statuses(), { "i-1": "HEALTHY", "i-2": "UNHEALTHY" });
  const { InstancesRevision } = await world.sd("DiscoverInstancesRevision", {
    NamespaceName: "example.local",
    ServiceName: "web",
  });
  await report("i-1", "UNHEALTHY");
  await report("i-2", "HEALTHY");
  await world.clock.advance(20_000);
  await report("i-1", "UNHEALTHY"); // does not put it off
  await report("i-2", "UNHEALTHY"); // takes it back
  await world.clock.advance(9_999);
  assert.deepEqual(await statuses(), { "i-1": "HEALTHY", "i-2": "UNHEALTHY" });
  await world.clock.advance(1);
  assert.deepEqual(await statuses(), { "i-1": "UNHEALTHY", "i-2": "UNHEALTHY" });
  await world.clock.advance(60_000);
  assert.deepEqual(await statuses(), { "i-1": "UNHEALTHY", "i-2": "UNHEALTHY" });
  const after = await world.sd("DiscoverInstancesRevision", { NamespaceName: "example.local", ServiceName: "web" });
  assert.equal(after.InstancesRevision, InstancesRevision);
});

test("the health of instances comes in pages, and of those that are asked for", async () => {
  const world = await discoveryWorld();
  const ServiceId = await service(world);
  for (const id of ["i-1", "i-2", "i-3"]) await register(world, ServiceId, id);
  const page = await world.sd("GetInstancesHealthStatus", { ServiceId, MaxResults: 2 });
  assert.deepEqual(page.Status, { "i-1": "UNKNOWN", "i-2": "UNKNOWN" });
  const rest = await world.sd("GetInstancesHealthStatus", { ServiceId, MaxResults: 2, NextToken: page.NextToken! });
  assert.deepEqual(rest, { Status: { "i-3": "UNKNOWN" } });
  const asked = await world.sd("GetInstancesHealthStatus", { ServiceId, Instances: ["i-3", "i-1"] });
  assert.deepEqual(asked.Status, { "i-1": "UNKNOWN", "i-3": "UNKNOWN" });
  const missing = world.sd("GetInstancesHealthStatus", { ServiceId, Instances: ["i-1", "i-4"] });
  await assert.rejects(missing, isFault("InstanceNotFound", "i-4"));
  const report = { ServiceId, InstanceId: "i-1", Status: "HEALTHY" } as const;
  await assert.rejects(world.sd("UpdateInstanceCustomHealthStatus", report), isFault("CustomHealthNotFound"));
});

test("instances are discovered by attributes and health", async () => {
  const world = await discoveryWorld();
  const ServiceId = await httpService(world, { HealthCheckCustomConfig: {} });
  const bad = { AWS_INIT_HEALTH_STATUS: "UNHEALTHY" };
  await register(world, ServiceId, "a", { stage: "prod", zone: "1" });
  await register(world, ServiceId, "b", { stage: "prod", zone: "2", ...bad });
  await register(world, ServiceId, "c", { stage: "test", zone: "1", ...bad });
  const find = async (fields: object = {}) => {
    const input = { NamespaceName: "shop", ServiceName: "web", ...fields };
    return (await world.sd("DiscoverInstances", input)).Instances!.map(({ InstanceId }) => InstanceId).toSorted();
  };
  const health = (HealthStatus: HealthStatusFilter, fields: object = {}) => find({ HealthStatus, ...fields });
  assert.deepEqual(await find(), ["a", "b", "c"]);
  assert.deepEqual(await health("HEALTHY"), ["a"]);
  assert.deepEqual(await health("UNHEALTHY"), ["b", "c"]);
  assert.deepEqual(await health("ALL"), ["a", "b", "c"]);
  assert.deepEqual(await health("HEALTHY_OR_ELSE_ALL"), ["a"]);
  const test = { QueryParameters: { stage: "test" } };
  assert.deepEqual(await find(test), ["c"]);
  assert.deepEqual(await health("HEALTHY", test), []);
  assert.deepEqual(await health("HEALTHY_OR_ELSE_ALL", test), ["c"]);
  const prod = { QueryParameters: { stage: "prod" } };
  assert.deepEqual(await find({ ...prod, OptionalParameters: { zone: "2" } }), ["b"]);
  assert.deepEqual(await find({ ...prod, OptionalParameters: { zone: "3" } }), ["a", "b"]);
  assert.equal((await find({ MaxResults: 2 })).length, 2);
  const orders = new Set<string>();
  for (let i = 0; i < 100; i++) {
    const { Instances } = await world.sd("DiscoverInstances", { NamespaceName: "shop", ServiceName: "web" });
    orders.add(Instances!.map(({ InstanceId }) => InstanceId).join(""));
  }
  assert.equal(orders.size, 6);
});

test("what is discovered, and what is not there", async () => {
  const world = await discoveryWorld();
  const ServiceId = await service(world);
  await register(world, ServiceId, "i-1");
  const input = { NamespaceName: "example.local", ServiceName: "web" };
  const instance = { InstanceId: "i-1", ...input, HealthStatus: "UNKNOWN", Attributes: ip };
  const found = await world.sd("DiscoverInstances", {
    ...input,
    HealthStatus: "HEALTHY",
    OwnerAccount: "000000000000",
  });
  assert.deepEqual(found, { Instances: [instance], InstancesRevision: 1 });
  await register(world, ServiceId, "i-2");
  await world.done("DeregisterInstance", { ServiceId, InstanceId: "i-1" });
  assert.deepEqual(await world.sd("DiscoverInstancesRevision", input), { InstancesRevision: 3 });
  const other = { ...input, OwnerAccount: "111111111111" };
  await assert.rejects(world.sd("DiscoverInstances", other), isFault("NamespaceNotFound"));
  const noService = world.sd("DiscoverInstances", { ...input, ServiceName: "none" });
  await assert.rejects(noService, isFault("ServiceNotFound", "none"));
});
