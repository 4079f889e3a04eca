import assert from "node:assert/strict";
import { test } from "node:test";
import { Informer } from "#control/informer.ts";
import { ready } from "../../../../../test/support/ecs-services.ts";
import { type ContainerInstanceRecord, containerInstanceKey } from "../../model/container-instance.ts";
import { type ServiceRecord, serviceKey, serviceRevisionKey } from "../../model/service.ts";
import { changeTask, type TaskRecord, taskKey } from "../../model/task.ts";
import { aTask } from "../../testing.ts";
import { instanceWatches } from "./instance-watches.ts";

const at = { account: "000000000000", region: "us-east-1", clusterName: "web" };
const arn = "arn:aws:ecs:us-east-1:000000000000:container-instance/web/i-a";

const instance = {
  ...{ ...at, id: "i-a", containerInstanceArn: arn, hostId: "h", launchType: "EC2", status: "ACTIVE" },
  ...{ agentConnected: true, attributes: [], cpu: 1, memoryMiB: 1, reservedPorts: [], tags: [], version: 1 },
} as unknown as ContainerInstanceRecord;

/** A cluster with a daemon, a service that waits for room, and one that does not, with a task on the instance. */
async function withServices() {
  const { world } = await ready();
  const service = (serviceName: string, fields: object) => ({
    key: serviceKey({ ...at, serviceName }),
    value: { ...at, serviceName, status: "ACTIVE", schedulingStrategy: "REPLICA", deployments: [], ...fields },
  });
  const told = { message: "no room", at: 0 };
  const task = aTask({ ...at, id: "t", containerInstanceArn: arn, service: { serviceName: "calm" } as never });
  await world.store.as("api").commit({
    put: [
      service("daemon", { schedulingStrategy: "DAEMON" }),
      service("waits", { deployments: [{ backoff: { failures: 1, retryAt: 1, told } } as never] }),
      service("calm", {}),
      service("balances", {
        ...{ availabilityZoneRebalancing: "ENABLED", desiredCount: 2 },
        deployments: [{ status: "PRIMARY", revisionId: "r" } as never],
      }),
      {
        key: serviceRevisionKey({ ...at, serviceName: "balances" }, "r"),
        value: { ...at, serviceName: "balances", id: "r", launchType: "EC2", loadBalancers: [] },
      },
      { key: taskKey(task), value: task },
    ] as never,
  });
  const names = (key: string, before: unknown, after: unknown) => {
    const entry = (value: unknown) => ({ key, value, modRevision: 1, createRevision: 1 });
    const change = { type: "put", entry: entry(after), previous: before === undefined ? undefined : entry(before) };
    const due = new Set<string>();
    const onDue = (each: string) => due.add(each);
    const informer = new Informer(instanceWatches.map((watch) => ({ watch, store: world.store, onDue })));
    informer.notice({ revision: 1, changes: [change as never] });
    return [...due].map((each) => each.split("/").at(-1)).toSorted();
  };
  return { names, task };
}

test("an instance that comes or changes concerns daemons, who waits, is there, or is balanced", async () => {
  const { names } = await withServices();
  const key = containerInstanceKey(instance);
  const all = ["balances", "calm", "daemon", "waits"];
  assert.deepEqual(names(key, undefined, instance), all);
  assert.deepEqual(names(key, instance, { ...instance, status: "DRAINING" }), all);
  assert.deepEqual(names(key, instance, { ...instance, agentConnected: false }), all);
});

test("that a task is placed on an instance concerns nobody", async () => {
  const { names } = await withServices();
  assert.deepEqual(names(containerInstanceKey(instance), instance, { ...instance, version: 2 }), []);
});

test("a task that has stopped, or is told to, makes room for who waits; its other steps do not", async () => {
  const { names, task } = await withServices();
  const step = (lastStatus: TaskRecord["lastStatus"], of: TaskRecord = task) => changeTask(of, { lastStatus });
  assert.deepEqual(names(taskKey(task), step("DEPROVISIONING"), step("STOPPED")), ["waits"]);
  assert.deepEqual(names(taskKey(task), step("RUNNING"), step("DEACTIVATING")), []);
  assert.deepEqual(names(taskKey(task), task, changeTask(task, { desiredStatus: "STOPPED" })), ["waits"]);
  assert.deepEqual(names(taskKey(task), step("STOPPED"), step("STOPPED")), []);
  const { containerInstanceArn: _, ...fargate } = task;
  assert.deepEqual(names(taskKey(task), step("DEPROVISIONING", fargate), step("STOPPED", fargate)), []);
});

test("what a service waits for is no more than twenty's to look at, at once", () => {
  // Each look costs as much as there are instances: a thousand services must not all look for each task that stops.
  const keys = instanceWatches[2]!.keys(
    { key: "", value: aTask({ containerInstanceArn: arn }), modRevision: 1, createRevision: 1 },
    { view: () => ({ by: (_index: string, _value: string, { limit }: { limit: number }) => asked(limit) }) } as never,
  );
  assert.equal(keys.length, 20);
});

function asked(count: number): { key: string; value: ServiceRecord }[] {
  return Array.from({ length: count }, (_, i) => ({ key: `service/${i}`, value: {} as ServiceRecord }));
}
