import assert from "node:assert/strict";
import { test } from "node:test";
import type { CreateServiceRequest, DnsRecord } from "#generated/servicediscovery/types.ts";
import { isFault } from "../../../../test/support/context.ts";
import {
  type DiscoveryWorld,
  discoveryWorld,
  httpNamespace,
  newService,
  privateNamespace,
} from "../../../../test/support/discovery.ts";

const a: DnsRecord = { Type: "A", TTL: 10 };
const srv: DnsRecord = { Type: "SRV", TTL: 20 };
const get = async (world: DiscoveryWorld, Id: string) => (await world.sd("GetService", { Id })).Service!;

test("a service with records, and its count in the namespace", async () => {
  const world = await discoveryWorld();
  const NamespaceId = await privateNamespace(world);
  const input = {
    ...{ Name: "web", NamespaceId, CreatorRequestId: "r", Description: "d" },
    DnsConfig: { DnsRecords: [a] },
    HealthCheckCustomConfig: { FailureThreshold: 5 },
  };
  const { Service } = await world.sd("CreateService", input);
  const Id = Service!.Id!;
  assert.match(Id, /^srv-[a-z2-7]{16}$/);
  const Arn = `arn:aws:servicediscovery:us-east-1:000000000000:service/${Id}`;
  const summary = {
    ...{ Id, Arn, ResourceOwner: "000000000000", Name: "web", Type: "DNS_HTTP", Description: "d", InstanceCount: 0 },
    DnsConfig: { NamespaceId, RoutingPolicy: "MULTIVALUE", DnsRecords: [a] },
    // AWS has fixed it.
    HealthCheckCustomConfig: { FailureThreshold: 1 },
    ...{ CreateDate: world.clock.now(), CreatedByAccount: "000000000000" },
  };
  assert.deepEqual(Service, { ...summary, NamespaceId, CreatorRequestId: "r" });
  assert.deepEqual(await get(world, Arn), Service);
  assert.deepEqual((await world.sd("ListServices", {})).Services, [summary]);
  assert.equal((await world.sd("GetNamespace", { Id: NamespaceId })).Namespace!.ServiceCount, 1);
  assert.deepEqual((await world.sd("CreateService", input)).Service, Service);
  await assert.rejects(
    world.sd("CreateService", { ...input, CreatorRequestId: "s" }),
    (error: { members: unknown }) => {
      isFault("ServiceAlreadyExists")(error);
      assert.deepEqual(error.members, { CreatorRequestId: "r", ServiceId: Id, ServiceArn: Arn });
      return true;
    },
  );
  await world.sd("DeleteService", { Id });
  assert.equal((await world.sd("GetNamespace", { Id: NamespaceId })).Namespace!.ServiceCount, 0);
  await assert.rejects(world.sd("GetService", { Id }), isFault("ServiceNotFound", Id));
  await newService(world, { Name: "web", NamespaceId });
});

test("records of these types go together; the routing policy is as AWS wants it", async () => {
  const world = await discoveryWorld();
  const NamespaceId = await privateNamespace(world);
  const cname: DnsRecord = { Type: "CNAME", TTL: 5 };
  for (const [i, DnsConfig] of [
    { DnsRecords: [a] },
    { DnsRecords: [srv] },
    { DnsRecords: [a, srv] },
    { DnsRecords: [cname], RoutingPolicy: "WEIGHTED" as const },
    { DnsRecords: [a], RoutingPolicy: "WEIGHTED" as const, NamespaceId },
  ].entries()) {
    const service = await get(world, await newService(world, { Name: `s${i}`, NamespaceId, DnsConfig }));
    assert.deepEqual(service.DnsConfig!.DnsRecords, DnsConfig.DnsRecords);
  }
  const older = await newService(world, { Name: "older", DnsConfig: { NamespaceId, DnsRecords: [a] } });
  assert.equal((await get(world, older)).NamespaceId, NamespaceId);
  const api = await get(world, await newService(world, { Name: "api", NamespaceId, Type: "HTTP" }));
  assert.deepEqual([api.Type, api.DnsConfig], ["HTTP", undefined]);
});

const custom = { FailureThreshold: 1 };
const refusals: readonly (readonly [why: string, where: "dns" | "http", fields: object, message: RegExp])[] = [
  ["IPv6", "dns", { DnsConfig: { DnsRecords: [{ Type: "AAAA", TTL: 1 }] } }, /no IPv6/],
  ["no record", "dns", { DnsConfig: { DnsRecords: [] } }, /at least one record/],
  ["the same type twice", "dns", { DnsConfig: { DnsRecords: [a, a] } }, /two records of the same type/],
  [
    "CNAME with another",
    "dns",
    { DnsConfig: { RoutingPolicy: "WEIGHTED", DnsRecords: [{ Type: "CNAME", TTL: 1 }, a] } },
    /can't be combined/,
  ],
  [
    "CNAME of many values",
    "dns",
    { DnsConfig: { DnsRecords: [{ Type: "CNAME", TTL: 1 }] } },
    /You must specify WEIGHTED/,
  ],
  ["records of the type HTTP", "dns", { Type: "HTTP", DnsConfig: { DnsRecords: [a] } }, /of the type HTTP/],
  ["records in an HTTP namespace", "http", { DnsConfig: { DnsRecords: [a] } }, /in an HTTP namespace/],
  ["Route 53's health check", "dns", { HealthCheckConfig: { Type: "TCP" } }, /in a private DNS namespace/],
  ["Route 53's health check", "http", { HealthCheckConfig: { Type: "TCP" } }, /no health checks of Route 53/],
  ["two namespaces", "dns", { DnsConfig: { NamespaceId: "ns-x", DnsRecords: [a] } }, /must be the same/],
  ["the namespace's own name", "dns", { Name: "." }, /isn't available/],
  [
    "a name that is too long",
    "dns",
    { Name: "a".repeat(64), DnsConfig: { DnsRecords: [a] } },
    /isn't a valid domain name/,
  ],
];

for (const [why, where, fields, message] of refusals) {
  test(`refuses ${why} (${where})`, async () => {
    const world = await discoveryWorld();
    const NamespaceId = await (where === "dns" ? privateNamespace : httpNamespace)(world);
    const input = { Name: "web", NamespaceId, ...fields } as CreateServiceRequest;
    await assert.rejects(world.sd("CreateService", input), isFault("InvalidInput", message));
  });
}

test("a service is in a namespace that is there", async () => {
  const world = await discoveryWorld();
  await assert.rejects(world.sd("CreateService", { Name: "web" }), isFault("InvalidInput", /NamespaceId/));
  const missing = world.sd("CreateService", { Name: "web", NamespaceId: "ns-none" });
  await assert.rejects(missing, isFault("NamespaceNotFound", "ns-none"));
});

test("names of services differ in more than case where DNS looks them up", async () => {
  const world = await discoveryWorld();
  const [dns, http] = [await privateNamespace(world), await httpNamespace(world)];
  await newService(world, { Name: "web", NamespaceId: http });
  await newService(world, { Name: "WEB", NamespaceId: http });
  await newService(world, { Name: "web", NamespaceId: dns, DnsConfig: { DnsRecords: [a] } });
  const upper = world.sd("CreateService", { Name: "WEB", NamespaceId: dns, DnsConfig: { DnsRecords: [a] } });
  await assert.rejects(upper, isFault("ServiceAlreadyExists"));
});

test("two requests at the same time make one service", async () => {
  const world = await discoveryWorld();
  const NamespaceId = await httpNamespace(world);
  const create = (CreatorRequestId: string) =>
    world.sd("CreateService", { Name: "web", NamespaceId, CreatorRequestId });
  const results = await Promise.allSettled([create("1"), create("2")]);
  assert.deepEqual(results.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
  assert.equal((await world.sd("GetNamespace", { Id: NamespaceId })).Namespace!.ServiceCount, 1);
});

test("an update changes TTLs and takes away the records that it leaves out", async () => {
  const world = await discoveryWorld();
  const NamespaceId = await privateNamespace(world);
  const input = { Name: "web", NamespaceId, DnsConfig: { DnsRecords: [a, srv] }, HealthCheckCustomConfig: custom };
  const Id = await newService(world, input);
  const records = [{ ...a, TTL: 60 }, srv];
  const update = { Description: "d", DnsConfig: { DnsRecords: records } };
  const operation = await world.done("UpdateService", { Id, Service: update });
  assert.deepEqual(
    [operation.Type, operation.Status, operation.Targets],
    ["UPDATE_SERVICE", "SUCCESS", { SERVICE: Id }],
  );
  const updated = await get(world, Id);
  assert.deepEqual([updated.Description, updated.DnsConfig!.DnsRecords], ["d", records]);
  assert.deepEqual(updated.HealthCheckCustomConfig, custom);
  await world.done("UpdateService", { Id, Service: { DnsConfig: { DnsRecords: [srv] } } });
  assert.deepEqual((await get(world, Id)).DnsConfig!.DnsRecords, [srv]);
  const back = world.sd("UpdateService", { Id, Service: { DnsConfig: { DnsRecords: [a, srv] } } });
  await assert.rejects(back, isFault("InvalidInput", /the service has no A record/));
  await world.done("UpdateService", { Id, Service: { Description: "e" } });
  assert.deepEqual([(await get(world, Id)).Type, (await get(world, Id)).Description], ["HTTP", "e"]);
});

test("an update waits for the one before it, and is not for services of HTTP namespaces", async () => {
  const world = await discoveryWorld();
  const NamespaceId = await privateNamespace(world);
  const Id = await newService(world, { Name: "web", NamespaceId, DnsConfig: { DnsRecords: [a] } });
  const update = { Id, Service: { DnsConfig: { DnsRecords: [a] } } };
  await world.sd("UpdateService", update);
  await assert.rejects(world.sd("UpdateService", update), isFault("DuplicateRequest", /type UpdateService and id/));
  const http = await newService(world, { Name: "web", NamespaceId: await httpNamespace(world) });
  const wrong = world.sd("UpdateService", { Id: http, Service: { Description: "d" } });
  await assert.rejects(wrong, isFault("InvalidInput", /HTTP namespace/));
  const check = world.sd("UpdateService", { Id, Service: { HealthCheckConfig: { Type: "TCP" } } });
  await assert.rejects(check, isFault("InvalidInput", /private DNS namespace/));
});

test("attributes of a service", async () => {
  const world = await discoveryWorld();
  const ServiceId = await newService(world, { Name: "web", NamespaceId: await httpNamespace(world) });
  await world.sd("UpdateServiceAttributes", { ServiceId, Attributes: { a: "1", b: "2" } });
  await world.sd("UpdateServiceAttributes", { ServiceId, Attributes: { b: "3" } });
  await world.sd("DeleteServiceAttributes", { ServiceId, Attributes: ["a", "none"] });
  const { ServiceAttributes } = await world.sd("GetServiceAttributes", { ServiceId });
  const { Arn, ResourceOwner } = await get(world, ServiceId);
  assert.deepEqual(ServiceAttributes, { ServiceArn: Arn, ResourceOwner, Attributes: { b: "3" } });
  const thirty = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`k${i}`, "v"]));
  const many = world.sd("UpdateServiceAttributes", { ServiceId, Attributes: thirty });
  await assert.rejects(many, isFault("ServiceAttributesLimitExceededException"));
});

test("services are listed by their namespace", async () => {
  const world = await discoveryWorld();
  const [one, two] = [await httpNamespace(world, "one"), await httpNamespace(world, "two")];
  for (const NamespaceId of [one, two]) await newService(world, { Name: `in-${NamespaceId}`, NamespaceId });
  const { Arn } = (await world.sd("GetNamespace", { Id: two })).Namespace!;
  for (const value of [two, Arn!]) {
    const { Services } = await world.sd("ListServices", { Filters: [{ Name: "NAMESPACE_ID", Values: [value] }] });
    assert.deepEqual(
      Services!.map(({ Name }) => Name),
      [`in-${two}`],
    );
  }
});
