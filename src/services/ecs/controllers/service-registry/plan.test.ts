import assert from "node:assert/strict";
import { test } from "node:test";
import type { Entry } from "#kernel/store.ts";
import { type InstanceRecord, type ServiceRecord, withHealth } from "#services/discovery/model.ts";
import { type TaskRecord, taskKey } from "../../model/task.ts";
import { aTask } from "../../testing.ts";
import { planRegistry } from "./plan.ts";

const owner = "ecs/service/000000000000/us-east-1/web/shop";
const base: ServiceRecord = {
  ...{ account: "000000000000", region: "us-east-1", id: "srv-a", name: "shop", namespaceId: "ns-a" },
  ...{ type: "DNS_HTTP", dns: { routingPolicy: "MULTIVALUE", records: [{ type: "A", ttlSeconds: 10 }] } },
  ...{ creatorRequestId: "r", createDate: 0, tags: {}, attributes: {}, revision: 1 },
};
const checked: ServiceRecord = { ...base, healthCheckCustomConfig: { failureThreshold: 1 } };
const container = aTask().containers[0]!;
const withCheck = (healthStatus: "HEALTHY" | "UNHEALTHY" | "UNKNOWN") => ({
  containers: [{ ...container, essential: true, hasHealthCheck: true, healthStatus }],
});

function entry(fields: Partial<TaskRecord> = {}): Entry<TaskRecord> {
  const value = aTask({
    ...{ lastStatus: "RUNNING", availabilityZone: "us-east-1a" },
    networkInterface: { privateIpv4Address: "10.0.0.1" } as never,
    service: { serviceName: "shop", deploymentId: "ecs-svc/1", revisionId: "1" },
    ...fields,
  });
  return { key: taskKey(value), value, modRevision: 1, createRevision: 1 };
}

/** The plan for one task; `there`: the instance of its id. */
function plan(fields: Partial<TaskRecord>, there?: InstanceRecord, service = checked, registry = {}) {
  const task = entry(fields);
  const instances = new Map(there === undefined ? [] : [[there.id, there]]);
  const owned = there?.owner === owner ? [there] : [];
  const tasks = [{ task, registry: { registryArn: "arn", ...registry } }];
  return planRegistry({ service, tasks, instances, owned }, owner).changes;
}

const registered = plan({}).register![0]!;
const nothing = { register: [], deregister: [], health: [] };

test("a task that runs is registered with what ECS says of it", () => {
  const task = entry();
  const tasks = [{ task, registry: { registryArn: "arn", port: 8080 } }];
  const made = planRegistry({ service: checked, tasks, instances: new Map(), owned: [] }, owner);
  assert.deepEqual(made.tasks, [task]);
  assert.deepEqual(made.changes.register, [
    {
      ...{ account: "000000000000", region: "us-east-1", namespaceId: "ns-a", serviceId: "srv-a" },
      ...{ id: task.value.id, creatorRequestId: task.value.id, owner, health: "HEALTHY" },
      attributes: {
        AVAILABILITY_ZONE: "us-east-1a",
        AWS_INIT_HEALTH_STATUS: "HEALTHY",
        AWS_INSTANCE_IPV4: "10.0.0.1",
        AWS_INSTANCE_PORT: "8080",
        ECS_CLUSTER_NAME: "web",
        ECS_SERVICE_NAME: "shop",
        ECS_TASK_DEFINITION_FAMILY: "hello",
        REGION: "us-east-1",
      },
    },
  ]);
  const byContainer = plan({}, undefined, base, { containerName: "app", containerPort: 80 }).register![0]!;
  assert.equal(byContainer.attributes.AWS_INSTANCE_PORT, "80");
  assert.deepEqual([byContainer.health, byContainer.attributes.AWS_INIT_HEALTH_STATUS], [undefined, undefined]);
});

test("a task is registered while it runs and is to go on, and no longer", () => {
  for (const lastStatus of ["PROVISIONING", "PENDING", "ACTIVATING", "DEACTIVATING", "STOPPING", "STOPPED"] as const) {
    assert.deepEqual(plan({ lastStatus }), nothing, lastStatus);
    assert.deepEqual(plan({ lastStatus }, registered).deregister, [registered.id], lastStatus);
  }
  assert.deepEqual(plan({ desiredStatus: "STOPPED" }, registered).deregister, [registered.id]);
  assert.deepEqual(plan({}, registered), nothing);
});

test("health follows the task's checks; what it was at first stays", () => {
  const first = plan(withCheck("UNKNOWN")).register![0]!;
  assert.deepEqual([first.health, first.attributes.AWS_INIT_HEALTH_STATUS], ["UNHEALTHY", "UNHEALTHY"]);
  const healthy = plan(withCheck("HEALTHY"), first);
  assert.deepEqual(healthy, { ...nothing, health: [withHealth(first, "HEALTHY")] });
  const sick = plan(withCheck("UNHEALTHY"), healthy.health![0]);
  assert.deepEqual(sick, { ...nothing, health: [first] });
  assert.deepEqual(plan(withCheck("UNHEALTHY"), first), nothing);
  assert.deepEqual(plan(withCheck("UNHEALTHY"), plan({}, undefined, base).register![0]!, base), nothing);
});

test("what others did to an instance is put right", () => {
  const { owner: _, ...foreign } = registered;
  assert.deepEqual(plan({}, foreign).register, [registered]);
  const attributes = { ...registered.attributes, AWS_INSTANCE_IPV4: "10.0.0.9" };
  assert.deepEqual(plan({}, { ...registered, attributes }).register, [registered]);
  const healthChange = { status: "UNHEALTHY", dueAt: 5 } as const;
  assert.deepEqual(plan({}, { ...registered, healthChange }).health, [registered]);
  assert.deepEqual(plan({ lastStatus: "STOPPED" }, foreign), nothing);
});

test("what is left of tasks that are gone is deregistered", () => {
  const owned = [registered, { ...registered, id: "gone" }];
  const made = planRegistry({ service: checked, tasks: [], instances: new Map(), owned }, owner);
  assert.deepEqual(made.changes, { ...nothing, deregister: [registered.id, "gone"] });
});
