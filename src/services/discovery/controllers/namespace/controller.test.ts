import assert from "node:assert/strict";
import { test } from "node:test";
import { reconcileAll } from "../../../../../test/support/controllers.ts";
import {
  type DiscoveryWorld,
  discoveryWorld,
  httpNamespace,
  newService,
  privateNamespace,
} from "../../../../../test/support/discovery.ts";
import { createDiscovery } from "../../index.ts";
import { namespaceKey, operations } from "../../model.ts";
import { operationReaper } from "../operation/reaper.ts";

const web = { Name: "web", DnsConfig: { DnsRecords: [{ Type: "A", TTL: 10 }] } } as const;

/** What each VPC was told last: `vpc-1 web.example.local A 10.0.0.1` */
function told(world: DiscoveryWorld): string[] {
  const vpcs = world.published.at(-1)?.vpcs ?? [];
  return vpcs.flatMap(({ vpcId, zones }) =>
    zones.flatMap(({ sets }) => sets.map(({ name, type, values }) => `${vpcId} ${name} ${type} ${values.join(" ")}`)),
  );
}

async function register(world: DiscoveryWorld, ServiceId: string, InstanceId: string, AWS_INSTANCE_IPV4: string) {
  await world.done("RegisterInstance", { ServiceId, InstanceId, Attributes: { AWS_INSTANCE_IPV4 } });
}

test("names are published before the operation is done, for the VPC of the namespace", async () => {
  const world = await discoveryWorld();
  const one = await newService(world, { ...web, NamespaceId: await privateNamespace(world, "example.local", "vpc-1") });
  const two = await newService(world, { ...web, NamespaceId: await privateNamespace(world, "example.local", "vpc-2") });
  await register(world, one, "i-1", "10.0.0.1");
  await register(world, two, "i-1", "10.9.0.1");
  assert.deepEqual(told(world), ["vpc-1 web.example.local A 10.0.0.1", "vpc-2 web.example.local A 10.9.0.1"]);
  await world.done("DeregisterInstance", { ServiceId: one, InstanceId: "i-1" });
  assert.deepEqual(told(world), ["vpc-2 web.example.local A 10.9.0.1"]);
});

test("a namespace that is gone is no longer published; one without DNS never is", async () => {
  const world = await discoveryWorld();
  await httpNamespace(world);
  assert.deepEqual(world.published.at(-1), { vpcs: [] });
  const Id = await privateNamespace(world);
  const zone = { name: "example.local", negativeTtlSeconds: 15, sets: [] };
  assert.deepEqual(world.published.at(-1), { vpcs: [{ vpcId: "vpc-1", zones: [zone] }] });
  await world.done("DeleteNamespace", { Id });
  assert.deepEqual(world.published.at(-1), { vpcs: [] });
});

test("a process that starts publishes everything at once, and finishes what was submitted", async () => {
  const world = await discoveryWorld();
  await privateNamespace(world, "a.local");
  const { OperationId } = await world.sd("CreatePrivateDnsNamespace", { Name: "b.local", Vpc: "vpc-2" });
  const published: unknown[] = [];
  const [controller] = createDiscovery({ publishNames: (spec) => published.push(spec) }).controllers;
  await reconcileAll(world, controller!, operations);
  const zone = (name: string) => ({ name, negativeTtlSeconds: 15, sets: [] });
  assert.deepEqual(published[0], {
    vpcs: [
      { vpcId: "vpc-1", zones: [zone("a.local")] },
      { vpcId: "vpc-2", zones: [zone("b.local")] },
    ],
  });
  assert.equal((await world.sd("GetOperation", { OperationId: OperationId! })).Operation!.Status, "SUCCESS");
});

test("many records make changes wait for each other a little, and their operations with them", async () => {
  const world = await discoveryWorld();
  const DnsConfig = { DnsRecords: [{ Type: "SRV", TTL: 1 }] } as const;
  const NamespaceId = await privateNamespace(world);
  const ServiceId = await newService(world, { Name: "web", NamespaceId, DnsConfig });
  const Attributes = { AWS_INSTANCE_IPV4: "10.0.0.1", AWS_INSTANCE_PORT: "80" };
  for (let i = 0; i < 100; i++) await world.sd("RegisterInstance", { ServiceId, InstanceId: `i-${i}`, Attributes });
  const [controller] = createDiscovery({ publishNames: () => {} }).controllers;
  const key = namespaceKey({ account: "000000000000", region: "us-east-1" }, NamespaceId);
  assert.equal(await world.reconcile(controller!, key), undefined);
  const { OperationId } = await world.sd("DeregisterInstance", { ServiceId, InstanceId: "i-1" });
  const status = async () => (await world.sd("GetOperation", { OperationId: OperationId! })).Operation!.Status;
  const later = await world.reconcile(controller!, key);
  assert.deepEqual([later, await status()], [{ lookAgainAt: world.clock.now() + 4 }, "SUBMITTED"]);
  await world.clock.advance(4);
  assert.equal(await world.reconcile(controller!, key), undefined);
  assert.equal(await status(), "SUCCESS");
});

test("operations are forgotten a week after their end", async () => {
  const world = await discoveryWorld();
  await httpNamespace(world);
  await world.sd("CreateHttpNamespace", { Name: "other" });
  const count = async () => {
    await reconcileAll(world, operationReaper, operations);
    return (await world.sd("ListOperations", {})).Operations!.length;
  };
  await world.clock.advance(7 * 86_400_000 - 1);
  assert.equal(await count(), 2);
  await world.clock.advance(1);
  assert.equal(await count(), 1);
});
