import assert from "node:assert/strict";
import { test } from "node:test";
import { zoneBalanceEvent } from "#placement/index.ts";
import type { InstanceRecord } from "#services/discovery/model.ts";
import { testWorld } from "../../../../test/support/context.ts";
import { noViews } from "../../../../test/support/no-views.ts";
import { serviceWords } from "../controllers/service/words.ts";
import { ecsCollections } from "../index.ts";
import {
  type DeploymentRecord,
  type ServiceEventRecord,
  type ServiceRecord,
  serviceEventKey,
  serviceKey,
  type TaskSetRecord,
} from "../model.ts";
import { aTask } from "../testing.ts";
import { ecsEventSources } from "./index.ts";

const [tasks, actions, taskSets, registries, deployments, instances, providers] = ecsEventSources;
const at = { account: "000000000000", region: "us-east-1", clusterName: "web", serviceName: "shop" };
const serviceArn = "arn:aws:ecs:us-east-1:000000000000:service/web/shop";

test("a task's event is what DescribeTasks shows, with times as text", () => {
  const createdAt = Date.parse("2026-05-01T10:00:00.402Z");
  const range = { bindIP: "0.0.0.0", containerPortRange: "1-2", hostPortRange: "8-9", protocol: "tcp" } as const;
  const task = aTask({
    ...{ createdAt, startedAt: createdAt + 9000, lastStatus: "RUNNING", version: 4 },
    containers: aTask().containers.map((container) => ({ ...container, networkBindings: [range] })),
    tags: [{ key: "secret", value: "x" }],
    attachments: [{ id: "1", type: "ElasticNetworkInterface", status: "ATTACHED", details: [] }],
  });
  const [event, ...others] = tasks!.toEvents({ key: "", before: { ...task, version: 3 }, after: task }, 0, noViews);
  assert.deepEqual([event?.detailType, event?.resources, others], ["ECS Task State Change", [task.taskArn], []]);
  const detail = JSON.parse(JSON.stringify(event?.detail));
  assert.deepEqual(
    [detail.createdAt, detail.startedAt, detail.updatedAt, detail.version, detail.attachments[0].type, detail.tags],
    ["2026-05-01T10:00:00.402Z", "2026-05-01T10:00:09.402Z", "2026-05-01T10:00:09.402Z", 4, "eni", undefined],
  );
  assert.deepEqual(detail.overrides.containerOverrides, []);
  assert.equal(detail.containers[0].name, "app");
  assert.deepEqual(detail.containers[0].networkBindings, [range]);
});

test("what is no change of a task, or its removal, has no event", () => {
  const task = aTask();
  assert.deepEqual(tasks!.toEvents({ key: "", before: task, after: { ...task } }, 0, noViews), []);
  assert.deepEqual(tasks!.toEvents({ key: "", before: task, after: undefined }, 0, noViews), []);
});

test("events of a service that are service actions", () => {
  const words = serviceWords("shop");
  const zones = new Map([["us-east-1a", 2]]);
  const cases: [string, object | undefined][] = [
    [words.steady(), { eventType: "INFO", eventName: "SERVICE_STEADY_STATE" }],
    [words.impaired(), { eventType: "WARN", eventName: "SERVICE_TASK_START_IMPAIRED" }],
    [
      words.cannotPlace("RESOURCE:MEMORY."),
      { eventType: "ERROR", eventName: "SERVICE_TASK_PLACEMENT_FAILURE", reason: "RESOURCE:MEMORY." },
    ],
    [
      words.noCapacity("Of 1 host, 1 are not ACTIVE."),
      { eventType: "ERROR", eventName: "SERVICE_TASK_PLACEMENT_FAILURE", reason: "RESOURCE:FARGATE" },
    ],
    [
      words.launchFailed("ECS was unable to assume the role."),
      {
        eventType: "ERROR",
        eventName: "SERVICE_TASK_CONFIGURATION_FAILURE",
        reason: "ECS was unable to assume the role.",
      },
    ],
    [words.stopped(["1"]), { eventType: "INFO", eventName: "TASKS_STOPPED" }],
    [words.stopped(["1"], { taskSetId: "ecs-svc/1" }), { eventType: "INFO", eventName: "TASKS_STOPPED" }],
    [words.stopped(["1"], { zone: "us-east-1a" }), { eventType: "INFO", eventName: "TASKS_STOPPED" }],
    [zoneBalanceEvent("shop", zones, "STARTED"), { eventType: "INFO", eventName: "SERVICE_REBALANCING_STARTED" }],
    [zoneBalanceEvent("shop", zones, "COMPLETED"), { eventType: "INFO", eventName: "SERVICE_REBALANCING_COMPLETED" }],
    [words.startedToBalance(["1"], { zone: "us-east-1a" }), { eventType: "INFO", eventName: "TASKS_STARTED" }],
    [words.started(["1"]), undefined],
    [words.completed("ecs-svc/1"), undefined],
  ];
  for (const [message, expected] of cases) {
    const after: ServiceEventRecord = { id: "1", createdAt: 0, message };
    const found = actions!.toEvents({ key: serviceEventKey(at, 1), before: undefined, after }, 0, noViews);
    const rest = {
      clusterArn: "arn:aws:ecs:us-east-1:000000000000:cluster/web",
      createdAt: "1970-01-01T00:00:00.000Z",
    };
    const event = { detailType: "ECS Service Action", resources: [serviceArn], detail: { ...expected, ...rest } };
    assert.deepEqual(found, expected === undefined ? [] : [event], message);
  }
});

test("task sets: each that becomes steady", () => {
  const id = "ecs-svc/1";
  const set = (stabilityStatus: TaskSetRecord["stabilityStatus"]) =>
    ({ ...at, id, stabilityStatus, stabilityStatusAt: 0 }) as TaskSetRecord;
  const [event, ...others] = taskSets!.toEvents(
    { key: "", before: set("STABILIZING"), after: set("STEADY_STATE") },
    0,
    noViews,
  );
  assert.deepEqual([event?.detailType, event?.resources, others], ["ECS Service Action", [serviceArn], []]);
  assert.deepEqual(event?.detail, {
    ...{ eventType: "INFO", eventName: "TASKSET_STEADY_STATE" },
    clusterArn: "arn:aws:ecs:us-east-1:000000000000:cluster/web",
    taskSetArns: ["arn:aws:ecs:us-east-1:000000000000:task-set/web/shop/ecs-svc/1"],
    createdAt: "1970-01-01T00:00:00.000Z",
  });
  for (const [before, after] of [
    [undefined, set("STABILIZING")],
    [set("STEADY_STATE"), set("STEADY_STATE")],
    [set("STEADY_STATE"), undefined],
  ]) {
    assert.deepEqual(taskSets!.toEvents({ key: "", before, after }, 0, noViews), []);
  }
});

test("capacity providers: those of each new revision of a service", () => {
  const revision = (...names: string[]) => ({
    ...{ ...at, id: "1" },
    capacityProviderStrategy: names.map((capacityProvider) => ({ capacityProvider, weight: 1, base: 0 })),
  });
  const after = revision("FARGATE", "FARGATE_SPOT");
  const [event, ...others] = providers!.toEvents({ key: "", before: undefined, after }, 1000, noViews);
  assert.deepEqual([event?.detailType, event?.resources, others], ["ECS Service Action", [serviceArn], []]);
  const arn = (name: string) => `arn:aws:ecs:us-east-1:000000000000:capacity-provider/${name}`;
  assert.deepEqual(event?.detail, {
    ...{ eventType: "INFO", eventName: "CAPACITY_PROVIDER_STEADY_STATE" },
    clusterArn: "arn:aws:ecs:us-east-1:000000000000:cluster/web",
    capacityProviderArns: [arn("FARGATE"), arn("FARGATE_SPOT")],
    createdAt: "1970-01-01T00:00:01.000Z",
  });
  for (const [before, none] of [
    [after, after],
    [after, undefined],
    [undefined, revision()],
    [undefined, { ...at, id: "1", launchType: "FARGATE" }],
  ]) {
    assert.deepEqual(providers!.toEvents({ key: "", before, after: none }, 1000, noViews), []);
  }
});

test("service discovery: each task of a service that becomes unhealthy in its registry", () => {
  const instance = (health: InstanceRecord["health"]) =>
    ({ ...at, serviceId: "srv-1", id: "t", health, owner: serviceKey(at) }) as unknown as InstanceRecord;
  const told = (before: InstanceRecord | undefined, after: InstanceRecord) =>
    registries!.toEvents({ key: "", before, after }, 1000, noViews);
  const [event, ...others] = told(instance("HEALTHY"), instance("UNHEALTHY"));
  assert.deepEqual([event?.detailType, event?.resources, others], ["ECS Service Action", [serviceArn], []]);
  assert.deepEqual(event?.detail, {
    ...{ eventType: "WARN", eventName: "SERVICE_DISCOVERY_INSTANCE_UNHEALTHY" },
    clusterArn: "arn:aws:ecs:us-east-1:000000000000:cluster/web",
    serviceRegistryArns: ["arn:aws:servicediscovery:us-east-1:000000000000:service/srv-1"],
    taskArns: ["arn:aws:ecs:us-east-1:000000000000:task/web/t"],
    createdAt: "1970-01-01T00:00:01.000Z",
  });
  assert.deepEqual(told(undefined, instance("UNHEALTHY")), [], "its first health check has not passed yet");
  assert.deepEqual(told(instance("UNHEALTHY"), instance("HEALTHY")), []);
  const { owner: _, ...callers } = instance("UNHEALTHY");
  assert.deepEqual(told(instance("HEALTHY"), callers as InstanceRecord), []);
});

test("deployments: each new one, and each that comes to its end", () => {
  const deployment = (id: string, rolloutState: DeploymentRecord["rolloutState"]) =>
    ({ id, rolloutState, rolloutStateReason: `${id} ${rolloutState}`, updatedAt: 0 }) as DeploymentRecord;
  const service = (...list: DeploymentRecord[]) => ({ serviceArn, deployments: list }) as unknown as ServiceRecord;
  const names = (before: ServiceRecord | undefined, after: ServiceRecord | undefined) =>
    deployments!.toEvents({ key: "", before, after }, 0, noViews).map(({ detail }) => {
      const { eventType, eventName, deploymentId } = detail as Record<string, string>;
      return `${eventType} ${eventName} ${deploymentId}`;
    });
  const [first, second] = [deployment("1", "IN_PROGRESS"), deployment("2", "IN_PROGRESS")];
  assert.deepEqual(names(undefined, service(first)), ["INFO SERVICE_DEPLOYMENT_IN_PROGRESS 1"]);
  assert.deepEqual(names(service(first), service(first)), []);
  assert.deepEqual(names(service(first), service(second, deployment("1", "FAILED"))), [
    "INFO SERVICE_DEPLOYMENT_IN_PROGRESS 2",
    "ERROR SERVICE_DEPLOYMENT_FAILED 1",
  ]);
  assert.deepEqual(names(service(second), service(deployment("2", "COMPLETED"))), [
    "INFO SERVICE_DEPLOYMENT_COMPLETED 2",
  ]);
  assert.deepEqual(names(service(second), undefined), []);
});

test("container instances: each version, with what was registered and whether its agent is connected", async () => {
  const containerInstanceArn = "arn:aws:ecs:us-east-1:000000000000:container-instance/web/1";
  const instance = {
    ...{ ...at, id: "1", containerInstanceArn, ec2InstanceId: "i-1", status: "DRAINING", agentConnected: true },
    ...{ attributes: [{ name: "ecs.os-type", value: "linux" }], cpu: 1024, memoryMiB: 512, reservedPorts: [] },
    ...{ registeredAt: 0, version: 2 },
  };
  const { store } = await testWorld({ collections: ecsCollections });
  const [event] = instances!.toEvents({ key: "", before: { ...instance, version: 1 }, after: instance }, 0, store);
  assert.deepEqual(
    [event?.detailType, event?.resources],
    ["ECS Container Instance State Change", [containerInstanceArn]],
  );
  const detail = event!.detail as Record<string, unknown>;
  assert.deepEqual(
    [detail["status"], detail["agentConnected"], detail["version"], detail["registeredAt"], detail["clusterArn"]],
    ["DRAINING", true, 2, "1970-01-01T00:00:00.000Z", "arn:aws:ecs:us-east-1:000000000000:cluster/web"],
  );
  assert.deepEqual(instances!.toEvents({ key: "", before: instance, after: { ...instance } }, 0, noViews), []);
  assert.deepEqual(instances!.toEvents({ key: "", before: instance, after: undefined }, 0, noViews), []);
});
