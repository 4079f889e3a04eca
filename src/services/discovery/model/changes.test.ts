import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry } from "#kernel/store.ts";
import { instanceWrites } from "./changes.ts";
import { instanceKey, newInstance, withHealth } from "./instance.ts";
import { type ServiceRecord, serviceArn, serviceKey, serviceKeyOfArn } from "./service.ts";

const value: ServiceRecord = {
  account: "000000000000",
  region: "us-east-1",
  id: "srv-a",
  name: "web",
  namespaceId: "ns-a",
  type: "DNS_HTTP",
  dns: { routingPolicy: "MULTIVALUE", records: [{ type: "A", ttlSeconds: 10 }] },
  creatorRequestId: "r",
  createDate: 0,
  tags: {},
  attributes: {},
  revision: 3,
};
const checked: ServiceRecord = { ...value, healthCheckCustomConfig: { failureThreshold: 1 } };
const service: Entry<ServiceRecord> = { key: serviceKey(value, value.id), value, modRevision: 7, createRevision: 7 };
const instance = (id: string, attributes: Record<string, string> = {}, of = value) =>
  newInstance(of, { id, attributes, creatorRequestId: "r" });

test("an instance begins healthy, or as it says; without a health check it has no health", () => {
  assert.equal(instance("i").health, undefined);
  assert.equal(instance("i", {}, checked).health, "HEALTHY");
  assert.equal(instance("i", { AWS_INIT_HEALTH_STATUS: "UNHEALTHY" }, checked).health, "UNHEALTHY");
  assert.equal(instance("i", { AWS_INIT_HEALTH_STATUS: "UNHEALTHY" }).health, undefined);
});

test("a new health takes back what was to come", () => {
  const before = { ...instance("i", {}, checked), healthChange: { status: "UNHEALTHY", dueAt: 5 } as const };
  assert.deepEqual(withHealth(before, "HEALTHY"), instance("i", {}, checked));
  assert.equal(withHealth(instance("i"), "UNHEALTHY").health, undefined);
});

test("instances that come and go count the service's revision up, once a commit", () => {
  const writes = instanceWrites(service, { register: [instance("a"), instance("b")], deregister: ["c"] });
  assert.deepEqual(writes.unchanged, [service]);
  assert.deepEqual(writes.put[0], { key: service.key, value: { ...value, revision: 4 } });
  assert.deepEqual(
    writes.put.slice(1).map(({ key }) => key),
    [instanceKey(value, "a"), instanceKey(value, "b")],
  );
  assert.deepEqual(writes.remove, [instanceKey(value, "c")]);
});

test("health changes nothing but the instance", () => {
  const health = [withHealth(instance("a", {}, checked), "UNHEALTHY")];
  const writes = instanceWrites(service, { health });
  assert.deepEqual(writes, {
    unchanged: [service],
    put: [{ key: instanceKey(value, "a"), value: health[0] }],
    remove: [],
  });
});

test("a service is found by its ARN", () => {
  assert.equal(serviceKeyOfArn(serviceArn(value)), service.key);
  assert.equal(serviceKeyOfArn("srv-a"), undefined);
  assert.equal(serviceKeyOfArn("arn:aws:servicediscovery:us-east-1:000000000000:namespace/ns-a"), undefined);
  assert.equal(serviceKeyOfArn("arn:aws:ecs:us-east-1:000000000000:service/srv-a"), undefined);
});
