import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Informer } from "#control/informer.ts";
import type { CreateServiceRequest, LoadBalancer } from "#generated/ecs/types.ts";
import type { RuleSpec, TargetHealthReport } from "#kernel/load-balancing.ts";
import { subnets } from "#services/ec2/model.ts";
import { nodes } from "#services/elb/model.ts";
import { type Balanced, balanced } from "../../../../test/support/balanced-world.ts";
import { isFault } from "../../../../test/support/context.ts";
import { at, describe1, tasksTo } from "../../../../test/support/ecs-services.ts";
import { elbOperations as elb } from "../../../../test/support/elb.ts";
import { serviceController } from "../controllers/service/controller.ts";
import { targetsController } from "../controllers/targets/controller.ts";
import { taskController } from "../controllers/task/controller.ts";
import { trafficController } from "../controllers/traffic/controller.ts";
import { serviceKey } from "../model/service.ts";
import { serviceDeployments } from "../model/service-deployment.ts";
import { changeTask, tasks } from "../model/task.ts";
import { operations } from "./index.ts";

const minute = 60_000;
const roleArn = "arn:aws:iam::000000000000:role/ecs-traffic";

/** Lets tasks run as they would, and everybody see it, until nothing more happens by itself. */
async function work(found: Balanced, state: TargetHealthReport["state"] = "healthy"): Promise<void> {
  const { world } = found;
  for (let round = 0; round < 12; round++) {
    await found.schedule();
    await tasksTo(world, "RUNNING");
    await giveAddresses(found);
    await world.reconcile(targetsController, serviceKey(at));
    await shiftTraffic(found);
    await world.clock.advance(1);
    await found.follow(state, state === "unhealthy" ? { reason: "Target.Timeout" } : {});
    await shiftTraffic(found);
  }
}

async function shiftTraffic({ world }: Balanced): Promise<void> {
  for (const { key } of world.store.view(serviceDeployments).all()) await world.reconcile(trafficController, key);
}

let addresses = 10;
async function giveAddresses({ world }: Balanced): Promise<void> {
  for (const { key, value } of world.store.view(tasks).all()) {
    if (value.lastStatus !== "RUNNING" || value.networkInterface !== undefined) continue;
    const networkInterface = { privateIpv4Address: `172.31.0.${addresses++}` } as never;
    const next = changeTask(value, { networkInterface });
    await world.store.as("ecs.task").commit({ put: [{ key, value: next }] });
  }
}

const health = async ({ world }: Balanced, TargetGroupArn: string) =>
  (await world.call(elb, "DescribeTargetHealth", { TargetGroupArn })).TargetHealthDescriptions!.map(
    ({ TargetHealth }) => TargetHealth!.State,
  );
const messages = async ({ world }: Balanced) => (await describe1(world)).events!.map(({ message }) => message!);

describe("a service with a load balancer", () => {
  test("registers its tasks, and is steady when they are healthy there", async () => {
    const found = await balanced();
    await found.create();
    await work(found, "initial");
    assert.deepEqual(await health(found, found.blue), ["initial", "initial"]);
    assert.equal((await describe1(found.world)).deployments![0]!.rolloutState, "IN_PROGRESS");
    await work(found);
    const service = await describe1(found.world);
    assert.equal(service.deployments![0]!.rolloutState, "COMPLETED");
    assert.deepEqual(service.loadBalancers, [found.balancer]);
    assert.ok((await messages(found)).includes(`(service app) registered 2 targets in (target-group ${found.blue})`));
  });

  test("is scaled, and not deployed anew, though its listeners have gone", async () => {
    const found = await balanced();
    await found.create();
    const { LoadBalancers } = await found.world.call(elb, "DescribeLoadBalancers", {});
    for (const { LoadBalancerArn } of LoadBalancers!) {
      await found.world.call(elb, "DeleteLoadBalancer", { LoadBalancerArn: LoadBalancerArn! });
    }
    await assert.rejects(found.update({ forceNewDeployment: true }), /does not have an associated load balancer/);
    await found.update({ desiredCount: 0 });
    const service = await describe1(found.world);
    assert.deepEqual([service.desiredCount, service.deployments!.length], [0, 1]);
  });

  test("is steady once all nodes that send to its tasks have found them healthy, and tells it once", async () => {
    const found = await balanced();
    await found.create();
    await found.schedule();
    await tasksTo(found.world, "RUNNING");
    await giveAddresses(found);
    await found.world.reconcile(targetsController, serviceKey(at));
    await found.world.clock.advance(1);
    await found.follow();
    const steady = "(service app) has reached a steady state.";
    const told: number[] = [];
    for (const { nodeId, targetGroups } of found.published.at(-1)!) {
      for (const state of ["initial", "healthy"] as const) {
        const targets = targetGroups.flatMap(({ targetGroupArn, targets: all }) =>
          all.map(({ targetKey }) => ({ targetGroupArn, targetKey, state, since: 1 })),
        );
        await found.parts.endpoint.publishTargetHealth({ nodeId, targets });
        await found.schedule();
      }
      told.push((await messages(found)).filter((message) => message === steady).length);
    }
    assert.deepEqual(told, [0, 0, 1]);
  });

  test("is looked at when a node fails, which nobody waits for any more", async () => {
    const found = await balanced();
    await found.create();
    await work(found);
    const { store } = found.world;
    const due = new Set<string>();
    const { watches } = serviceController({ settleSeconds: 40, canAssume: () => true });
    const own = watches.filter(({ collection }) => collection.name === nodes.name);
    const informer = new Informer(own.map((watch) => ({ watch, store, onDue: (key) => void due.add(key) })));
    const subscription = store.observe((batch) => informer.notice(batch));
    const { nodeId, version } = found.published.at(-1)![0]!;
    const expected = { provisioning: [], active: [], failed: [serviceKey(at)] };
    for (const state of ["provisioning", "active", "failed"] as const) {
      await found.parts.endpoint.submitNodeState({ nodeId, version: `${version}-${state}`, seqNum: 1, state });
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual([...due], expected[state]);
    }
    subscription.close();
  });

  test("lets its tasks drain before they are stopped", async () => {
    const found = await balanced();
    await found.create({ desiredCount: 1 });
    await work(found);
    await found.update({ desiredCount: 0 });
    await found.schedule();
    const { world } = found;
    const [task] = [...world.store.view(tasks).all()];
    const status = () => world.store.view(tasks).get(task!.key)!.value.lastStatus;
    const step = () => world.reconcile(taskController, task!.key);
    await step();
    await step();
    assert.equal(status(), "DEACTIVATING");
    await world.reconcile(targetsController, serviceKey(at));
    await step();
    assert.deepEqual([status(), await health(found, found.blue)], ["DEACTIVATING", ["draining"]]);
    await world.clock.advance(300_000);
    await found.follow();
    await step();
    assert.deepEqual([status(), await health(found, found.blue)], ["STOPPING", []]);
    assert.ok((await messages(found)).includes("(service app) has begun draining connections on 1 tasks."));
  });

  test("replaces tasks that fail the health checks of its load balancer, after the grace period", async () => {
    const found = await balanced();
    await found.create({ desiredCount: 1, healthCheckGracePeriodSeconds: 60 });
    await work(found, "unhealthy");
    const { world } = found;
    const reasons = () => [...world.store.view(tasks).all()].flatMap(({ value }) => value.stoppedReason ?? []);
    assert.deepEqual(reasons(), []);
    await work(found, "unhealthy.draining");
    await world.clock.advance(60_000);
    await work(found, "unhealthy.draining");
    assert.deepEqual(reasons(), [], "its connections go on");
    await work(found, "unhealthy");
    assert.equal(reasons()[0], `Task failed ELB health checks in (target-group ${found.blue})`);
    const unhealthy = `is unhealthy in (target-group ${found.blue}) due to (reason Request timed out).`;
    const stopped = [...world.store.view(tasks).all()].find(({ value }) => value.stoppedReason !== undefined)!;
    const told = `(service app) (task ${stopped.value.id}) (port 80) ${unhealthy}`;
    assert.ok((await messages(found)).includes(told));
  });

  test("replaces tasks in a zone that is not enabled for its load balancer", async () => {
    const found = await balanced();
    const { world, blue } = found;
    await found.create({ desiredCount: 1 });
    await work(found);
    const { LoadBalancers } = await world.call(elb, "DescribeLoadBalancers", {});
    const { LoadBalancerArn, AvailabilityZones } = LoadBalancers![0]!;
    // The addresses of tasks are of the first subnet.
    const others = AvailabilityZones!.filter(({ ZoneName }) => ZoneName !== "us-east-1a");
    const Subnets = others.map(({ SubnetId }) => SubnetId!);
    await world.call(elb, "SetSubnets", { LoadBalancerArn: LoadBalancerArn!, Subnets });
    assert.deepEqual(await health(found, blue), ["unused"]);
    await work(found);
    const stopped = [...world.store.view(tasks).all()].flatMap(({ value }) => value.stoppedReason ?? []);
    assert.equal(stopped[0], `Task failed ELB health checks in (target-group ${blue})`);
    const reason = "Target is in an Availability Zone that is not enabled for the load balancer";
    const told = `(port 80) is unhealthy in (target-group ${blue}) due to (reason ${reason}).`;
    assert.ok((await messages(found)).some((message) => message!.endsWith(told)));
  });

  const refusals: readonly [string, (found: Balanced) => Promise<LoadBalancer[]>, string | RegExp][] = [
    [
      "a group without a load balancer",
      async ({ balancer, green }) => [{ ...balancer, targetGroupArn: green }],
      /does not have an associated load balancer\.$/,
    ],
    [
      "a group of instances",
      async ({ balancer, group }) => [{ ...balancer, targetGroupArn: await group("machines", "instance") }],
      /target type instance, which is incompatible with the awsvpc network mode specified in the task definition\.$/,
    ],
    ["an unknown group", async ({ balancer }) => [{ ...balancer, targetGroupArn: "arn:x" }], /arn:x does not exist\.$/],
    [
      "an unknown container",
      async ({ balancer }) => [{ ...balancer, containerName: "no" }],
      "The container no does not exist in the task definition.",
    ],
    [
      "a port that is not mapped",
      async ({ balancer }) => [{ ...balancer, containerPort: 81 }],
      "The container app did not have a container port 81 defined.",
    ],
    [
      "a port that is mapped for both protocols",
      async ({ balancer, world }) => {
        const portMappings = [{ containerPort: 80 }, { containerPort: 80, protocol: "udp" } as const];
        await world.call(operations, "RegisterTaskDefinition", {
          ...{ family: "web", networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"], cpu: "256", memory: "512" },
          containerDefinitions: [{ name: "app", image: "app:1", portMappings }],
        });
        return [balancer];
      },
      "Container port 80 is used in more than one port mapping for container app",
    ],
    ["a classic one", async () => [{ loadBalancerName: "old" }], /^Classic Load Balancers are not supported/],
  ];
  for (const [what, loadBalancers, message] of refusals) {
    test(`with ${what} is refused`, async () => {
      const found = await balanced();
      const made = found.create({ loadBalancers: await loadBalancers(found) });
      await assert.rejects(made, isFault("InvalidParameterException", message));
    });
  }
});

describe("a deployment that shifts traffic", () => {
  const weights = ({ actions }: RuleSpec) =>
    actions.flatMap((action) => (action.type === "forward" ? action.targetGroups : [])).map(({ weight }) => weight);

  async function deployed(configuration: CreateServiceRequest["deploymentConfiguration"]) {
    const found = await balanced();
    const { blue, green, production, testing } = found;
    const advancedConfiguration = {
      ...{ alternateTargetGroupArn: green, productionListenerRule: production, testListenerRule: testing, roleArn },
    };
    await found.create({
      loadBalancers: [{ ...found.balancer, advancedConfiguration }],
      deploymentConfiguration: configuration!,
    });
    await work(found);
    /** By ports: what the nodes were told last, blue before green. */
    const split = () => {
      const order = blue < green ? [0, 1] : [1, 0];
      const { listeners } = found.published.at(-1)![0]!;
      return Object.fromEntries(
        listeners.map(({ port, rules }) => [port, order.map((i) => weights(rules.at(-1)!)[i] ?? 0)]),
      );
    };
    return { ...found, split };
  }

  test("begins with all of it on the first revision's group", async () => {
    const found = await deployed({ strategy: "BLUE_GREEN" });
    assert.deepEqual(found.split(), { 80: [100, 0], 81: [100, 0] });
    assert.deepEqual(await health(found, found.blue), ["healthy", "healthy"]);
  });

  test("blue/green: tests first, then production, then the old tasks go", async () => {
    const found = await deployed({ strategy: "BLUE_GREEN", bakeTimeInMinutes: 5 });
    await found.update({ forceNewDeployment: true });
    await work(found);
    assert.deepEqual(found.split(), { 80: [0, 100], 81: [0, 100] });
    assert.deepEqual(await health(found, found.green), ["healthy", "healthy"]);
    assert.deepEqual(await health(found, found.blue), ["healthy", "healthy"]);
    await found.world.clock.advance(5 * minute);
    await work(found);
    assert.deepEqual(await health(found, found.blue), ["draining", "draining"]);
    await tasksTo(found.world, "STOPPED");
    await work(found);
    // The next one goes back to the first group.
    await found.update({ forceNewDeployment: true });
    await work(found);
    assert.deepEqual(found.split(), { 80: [100, 0], 81: [100, 0] });
  });

  test("canary: a share first, with weights in tenths of a percent; and back when it is rolled back", async () => {
    const canaryConfiguration = { canaryPercent: 7.5, canaryBakeTimeInMinutes: 3 };
    const found = await deployed({ strategy: "CANARY", canaryConfiguration });
    await found.update({ forceNewDeployment: true });
    await work(found);
    assert.deepEqual(found.split(), { 80: [925, 75], 81: [0, 100] });
    const { serviceDeployments: all } = await found.world.call(operations, "ListServiceDeployments", {
      ...{ cluster: "web", service: "app", status: ["IN_PROGRESS"] },
    });
    const serviceDeploymentArn = all![0]!.serviceDeploymentArn!;
    await found.world.call(operations, "StopServiceDeployment", { serviceDeploymentArn, stopType: "ROLLBACK" });
    await work(found);
    assert.deepEqual(found.split(), { 80: [100, 0], 81: [100, 0] });
    assert.deepEqual(await health(found, found.green), ["draining", "draining"]);
  });

  test("waits until the nodes follow", async () => {
    const found = await deployed({ strategy: "BLUE_GREEN" });
    await found.update({ forceNewDeployment: true });
    const stage = async () =>
      [...found.world.store.view(serviceDeployments).all()].find(({ value }) => value.status === "IN_PROGRESS")?.value
        .lifecycleStage;
    for (let round = 0; round < 8; round++) {
      await found.schedule();
      await tasksTo(found.world, "RUNNING");
      await shiftTraffic(found);
      await found.settle();
    }
    // Nothing was to be shifted for it, and tasks have to be healthy first.
    assert.equal(await stage(), "SCALE_UP");
    await giveAddresses(found);
    await found.world.reconcile(targetsController, serviceKey(at));
    await found.world.clock.advance(1);
    await found.follow("healthy");
    for (let round = 0; round < 8; round++) {
      await found.schedule();
      await shiftTraffic(found);
      await found.settle();
    }
    assert.equal(await stage(), "TEST_TRAFFIC_SHIFT");
    await found.world.clock.advance(1);
    await found.follow("healthy");
    await shiftTraffic(found);
    await found.schedule();
    assert.notEqual(await stage(), "TEST_TRAFFIC_SHIFT");
  });

  test("needs to know both groups", async () => {
    const found = await balanced();
    const refused = isFault("InvalidParameterException", /needs an advancedConfiguration/);
    await assert.rejects(found.create({ deploymentConfiguration: { strategy: "BLUE_GREEN" } }), refused);
  });
});

test("a task set has a target group of its own, and is steady when its targets are healthy", async () => {
  const found = await balanced();
  const { world, balancer, create } = found;
  await create({
    ...{ taskDefinition: undefined as never, launchType: undefined as never, loadBalancers: [] },
    ...{ networkConfiguration: undefined as never, deploymentController: { type: "EXTERNAL" } },
  });
  const ids = [...world.store.view(subnets).all()].map(({ value }) => value.subnetId);
  const set = {
    ...{ cluster: "web", service: "app", taskDefinition: "web", scale: { value: 100 } },
    launchType: "FARGATE",
    networkConfiguration: { awsvpcConfiguration: { subnets: ids } },
  } as const;
  const advanced = {
    ...balancer,
    advancedConfiguration: {
      ...{ alternateTargetGroupArn: found.green, productionListenerRule: found.production, roleArn },
    },
  };
  const refused = isFault("InvalidParameterException", /advancedConfiguration/);
  await assert.rejects(world.call(operations, "CreateTaskSet", { ...set, loadBalancers: [advanced] }), refused);
  await world.call(operations, "CreateTaskSet", { ...set, loadBalancers: [balancer] });
  const shown = async () => {
    const { taskSets } = await world.call(operations, "DescribeTaskSets", { cluster: "web", service: "app" });
    const { stabilityStatus, runningCount, loadBalancers } = taskSets![0]!;
    return [stabilityStatus, runningCount, loadBalancers!.length];
  };
  await work(found, "initial");
  assert.deepEqual(await shown(), ["STABILIZING", 2, 1]);
  await work(found);
  assert.deepEqual(await shown(), ["STEADY_STATE", 2, 1]);
});
