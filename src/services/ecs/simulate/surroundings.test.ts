import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { subnets } from "#services/ec2/model.ts";
import { at, ready, tasksTo } from "../../../../test/support/ecs-services.ts";
import { elbOperations as elb } from "../../../../test/support/elb.ts";
import { containerInstanceArn, containerInstanceKey } from "../model/container-instance.ts";
import { hostKey } from "../model/host.ts";
import { type ServiceRevisionRecord, servicePath, serviceRevisions } from "../model/service.ts";
import { tasks } from "../model/task.ts";
import { operations } from "../operations/index.ts";
import { type SimulationAnswer, simulateInquiry } from "./inquiry.ts";

/** What is around a service when it is simulated: container instances that fill up, load balancers that look. */

async function world() {
  const found = await ready();
  const { store, clock, random, context } = found.world;
  const options = { store: store.as("api"), clock, random, settleSeconds: 40, canAssume: () => true };
  const inquiry = simulateInquiry({ ...options, progressOf: () => undefined });
  const ask = async (question: object) => {
    const asked = inquiry.parse({ cluster: "web", service: "app", ...question });
    const asker = { caller: context().caller, account: at.account, region: at.region };
    return (await inquiry.answer(asked, asker)) as SimulationAnswer;
  };
  const addHost = async (hostId: string) => {
    const registration = { hostId, architecture: "x86_64", cpuCores: 4, memoryMiB: 1000 };
    const value = { registration, status: "ACTIVE", agentConnected: true, registeredAt: 0 };
    await store.as("ecs.agent").commit({ put: [{ key: hostKey(hostId), value }] });
  };
  const settle = async (hostOf: (instanceArn?: string) => string) => {
    for (let i = 0; i < 3; i++) {
      await found.schedule();
      await clock.advance(1_500);
      await tasksTo(found.world, "RUNNING");
      await clock.advance(40_000);
    }
    const own = store.view(tasks).by("service", servicePath(at));
    const put = own.map(({ key, value }) => ({ key, value: { ...value, hostId: hostOf(value.containerInstanceArn) } }));
    await store.as("ecs.task").commit({ put });
  };
  return { ...found, ask, addHost, settle };
}

/** Two hosts, each with a container instance that has room for two tasks; four tasks at most. */
async function onInstances(desiredCount: number) {
  const found = await world();
  for (const host of ["host-a", "host-b"]) {
    await found.addHost(host);
    const name = { account: at.account, region: at.region, clusterName: at.clusterName, id: `i-${host.at(-1)}` };
    const attributes = [{ name: "ecs.availability-zone", value: `us-east-1${host.at(-1)}` }];
    const value = {
      ...{ ...name, containerInstanceArn: containerInstanceArn(name), hostId: host, launchType: "EC2" },
      ...{
        status: "ACTIVE",
        agentConnected: true,
        cpu: 4096,
        memoryMiB: 1024,
        reservedPorts: [],
        tags: [],
        registeredAt: 0,
      },
      attributes: [...attributes, { name: "com.amazonaws.ecs.capability.docker-remote-api.1.21" }],
      version: 1,
    };
    await found.world.store.as("ecs.agent").commit({ put: [{ key: containerInstanceKey(name), value }] });
  }
  for (let i = 0; i < 2; i++) {
    await found.world.call(operations, "RegisterTaskDefinition", {
      family: "box",
      containerDefinitions: [{ name: "app", image: "app:1", memory: 512 }],
    });
  }
  await found.create({
    ...{ taskDefinition: "box:1", desiredCount, launchType: "EC2", networkConfiguration: undefined as never },
    deploymentConfiguration: { minimumHealthyPercent: 50, maximumPercent: 100 },
  });
  await found.settle((arn) => `host-${arn!.at(-1)}`);
  return found;
}

describe("on container instances", () => {
  test("what is started finds the room that is left", async () => {
    const { ask } = await onInstances(2);
    const told = await ask({ scale: 4 });
    assert.deepEqual([told.ending, told.startedTasks, told.after.healthy], ["steady", 2, 4], JSON.stringify(told));
  });

  test("what has no room is tried again and again", async () => {
    const { ask } = await onInstances(2);
    const told = await ask({ scale: 5 });
    assert.deepEqual([told.ending, told.after.healthy], ["keeps failing", 4], JSON.stringify(told));
    assert.match(JSON.stringify(told.steps), /unable to place a task/);
  });

  test("what is stopped makes room", async () => {
    const { ask } = await onInstances(4);
    const told = await ask({ deploy: "box:2" });
    const seen = [told.ending, told.startedTasks, told.stoppedTasks, told.lowestHealthy.count, told.after.healthy];
    assert.deepEqual(seen, ["steady", 4, 4, 2, 4], JSON.stringify(told));
  });

  test("a host that dies takes its instance with it", async () => {
    const { ask } = await onInstances(2);
    const told = await ask({ hostDies: "host-a" });
    assert.deepEqual(
      [told.ending, told.lowestHealthy.count, told.startedTasks],
      ["steady", 1, 1],
      JSON.stringify(told),
    );
  });
});

/** Two tasks on Fargate behind a load balancer that has not looked at them yet. */
async function balanced() {
  const found = await world();
  const { store } = found.world;
  await found.addHost("host-a");
  const [subnet] = [...store.view(subnets).all()];
  const input = { Name: "blue", TargetType: "ip", Protocol: "HTTP", Port: 80, VpcId: subnet!.value.vpcId } as const;
  const { TargetGroups } = await found.world.call(elb, "CreateTargetGroup", input);
  await found.create({ deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } } });
  await found.settle(() => "host-a");
  const targetGroupArn = TargetGroups![0]!.TargetGroupArn!;
  for (const { key, value } of store.view(serviceRevisions).all()) {
    const loadBalancers = [{ targetGroupArn, containerName: "app", containerPort: 80 }];
    const changed: ServiceRevisionRecord = { ...value, loadBalancers };
    await store.as("api").commit({ put: [{ key, value: changed }] });
  }
  return found;
}

describe("behind a load balancer", () => {
  test("tasks are healthy when it has looked at them", async () => {
    const { ask } = await balanced();
    const told = await ask({ killTasks: 1 });
    assert.deepEqual([told.ending, told.before.healthy, told.after.healthy], ["steady", 0, 2], JSON.stringify(told));
    assert.match(JSON.stringify(told.steps), /"1 task of hello:1 passed health checks\."/);
  });

  test("new tasks that fail its checks are replaced", async () => {
    const { ask } = await balanced();
    const told = await ask({ killTasks: 1, fail: "health" });
    assert.ok(told.failedTasks > 0, JSON.stringify(told));
    assert.match(JSON.stringify(told.steps), /Stops 1 task of hello:1 \(unhealthy\)/);
  });
});
