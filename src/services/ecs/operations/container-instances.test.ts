import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ContainerInstance, Failure, RunTaskRequest } from "#generated/ecs/types.ts";
import { putInstance } from "../../../../test/support/container-instances.ts";
import { isFault, type TestWorld } from "../../../../test/support/context.ts";
import { at, describe1, ready, tasksTo } from "../../../../test/support/ecs-services.ts";
import { taskController } from "../controllers/task/controller.ts";
import { ecsEventSources } from "../events/index.ts";
import { type ContainerInstanceRecord, containerInstanceKey, containerInstances } from "../model/container-instance.ts";
import { changeTask, type TaskRecord, tasks } from "../model/task.ts";
import { operations } from "./index.ts";

/** A cluster with container instances of 1024 CPU units and 1024 MiB, one a zone, and tasks of 512 MiB for them. */
async function withInstances(...given: readonly Partial<ContainerInstanceRecord>[]) {
  const service = await ready();
  const { world } = service;
  const add = (id: string, fields: Partial<ContainerInstanceRecord> = {}) =>
    putInstance(world, { id, zone: `us-east-1${id.at(-1)}`, ...fields });
  for (const [i, fields] of given.entries()) await add(`i-${"abc"[i]}`, fields);
  await world.call(operations, "RegisterTaskDefinition", {
    family: "box",
    containerDefinitions: [
      { name: "app", image: "app:1", cpu: 100, memory: 512 },
      { name: "side", image: "app:1", memory: 512, memoryReservation: 64 },
    ],
  });
  const run = (fields: Partial<RunTaskRequest> = {}) =>
    world.call(operations, "RunTask", { cluster: "web", taskDefinition: "box", launchType: "EC2", ...fields });
  const all = (): TaskRecord[] => [...world.store.view(tasks).all()].map(({ value }) => value);
  const places = () =>
    all()
      .map(({ containerInstanceArn: arn = "" }) => arn.split("/").at(-1))
      .toSorted();
  const end = async (task: TaskRecord) => {
    const steps = ["PENDING", "ACTIVATING", "RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING"] as const;
    const found = [...world.store.view(tasks).all()].find(({ value }) => value.id === task.id)!;
    for (const lastStatus of steps) {
      const value = changeTask((await world.store.get(found.key)).value!, { lastStatus, desiredStatus: "STOPPED" });
      const component = lastStatus === "PENDING" ? "ecs.scheduler" : "ecs.task";
      await world.store.as(component).commit({ put: [{ key: found.key, value }] });
    }
    await world.reconcile(taskController, found.key);
  };
  return { ...service, add, run, all, places, end };
}

/** What the events of the world's instances say of their versions, and of CPU, memory and ports that are left. */
function tellsOfInstances({ store }: TestWorld): string[] {
  const source = ecsEventSources.find(({ collection }) => collection === containerInstances.name)!;
  const told: string[] = [];
  store.observe(({ changes }) => {
    for (const change of changes) {
      if (change.type !== "put" || !change.entry.key.startsWith(`${containerInstances.name}/`)) continue;
      const { key, value: after } = change.entry;
      for (const { detail } of source.toEvents({ key, before: change.previous?.value, after }, 1000, store)) {
        const { version, remainingResources, attributes, updatedAt } = detail as ContainerInstance & Dated;
        const [cpu, memory, ports] = remainingResources!;
        const left = `${cpu!.integerValue} ${memory!.integerValue} ${ports!.stringSetValue}`;
        told.push(`${version}: ${left} ${attributes!.at(-1)!.name} ${updatedAt}`);
      }
    }
  });
  return told;
}

interface Dated {
  readonly updatedAt: string;
}

const arnOf = (id: string) => `arn:aws:ecs:us-east-1:000000000000:container-instance/web/${id}`;

describe("RunTask on container instances", () => {
  test("without any is refused", async () => {
    const { run } = await withInstances();
    await assert.rejects(
      run(),
      isFault("InvalidParameterException", "No Container Instances were found in your cluster."),
    );
    const other = await withInstances({ launchType: "EXTERNAL" }, { status: "INACTIVE" });
    await assert.rejects(other.run(), isFault("InvalidParameterException", /No Container Instances/));
  });

  test("shows as the size of a task what its containers add up to", async () => {
    const { run } = await withInstances({});
    const [task] = (await run()).tasks!;
    // Of memory the soft limit where there is one: so much is reserved for it.
    assert.deepEqual([task!.cpu, task!.memory], ["100", "576"]);
  });

  test("events tell of what is left of an instance, when a task comes and when it has stopped", async () => {
    const { run, all, end, world } = await withInstances({});
    await world.call(operations, "PutAttributes", {
      cluster: "web",
      attributes: [{ name: "own", targetId: arnOf("i-a") }],
    });
    const told = tellsOfInstances(world);
    await run();
    await end(all()[0]!);
    const at = "own 1970-01-01T00:00:01.000Z";
    assert.deepEqual(told, [`2: 924 448 22 ${at}`, `3: 1024 1024 22 ${at}`]);
  });

  test("gives each task an instance, and tells why the others have none", async () => {
    const { run, places } = await withInstances({}, {});
    const answer = await run({ count: 3, placementStrategy: [{ type: "spread", field: "instanceId" }] });
    assert.equal(answer.tasks!.length, 2);
    assert.deepEqual(places(), ["i-a", "i-b"]);
    assert.match(answer.tasks![0]!.availabilityZone!, /^us-east-1[ab]$/);
    assert.deepEqual(answer.failures, [
      { arn: arnOf("i-a"), reason: "RESOURCE:MEMORY" },
      { arn: arnOf("i-b"), reason: "RESOURCE:MEMORY" },
    ]);
  });

  test("is answered with failures alone when none fits, and may be sent again with its token", async () => {
    const { run, all, end } = await withInstances({});
    const clientToken = "once";
    await run();
    const { tasks: none, failures } = await run({ clientToken });
    assert.deepEqual([none, failures!.length], [[], 1]);
    await end(all()[0]!);
    assert.equal((await run({ clientToken })).tasks!.length, 1);
  });

  const cases: readonly [string, Partial<RunTaskRequest>, string][] = [
    [
      "a constraint that no instance meets",
      { placementConstraints: [{ type: "memberOf", expression: "attribute:x exists" }] },
      "MemberOf placement constraint unsatisfied.",
    ],
    ["CPU that no instance has", { overrides: { containerOverrides: [{ name: "app", cpu: 2048 }] } }, "RESOURCE:CPU"],
  ];
  for (const [name, fields, reason] of cases) {
    test(`fails for ${name}`, async () => {
      const { run } = await withInstances({});
      assert.deepEqual((await run(fields)).failures, [{ arn: arnOf("i-a"), reason }]);
    });
  }

  const states: readonly [string, Partial<ContainerInstanceRecord>, string][] = [
    ["DRAINING", { status: "DRAINING" }, "INACTIVE"],
    ["without its agent", { agentConnected: false }, "AGENT"],
    ["of an engine that cannot do it", { attributes: [] }, "ATTRIBUTE"],
  ];
  for (const [name, fields, reason] of states) {
    test(`fails on an instance that is ${name}`, async () => {
      const { run } = await withInstances(fields);
      assert.deepEqual((await run()).failures, [{ arn: arnOf("i-a"), reason }]);
    });
  }

  test("keeps tasks that want the same host port apart", async () => {
    const { run, world } = await withInstances({ memoryMiB: 9000 });
    const portMappings = [{ containerPort: 80, hostPort: 8080 }];
    const containerDefinitions = [{ name: "app", image: "app:1", memory: 64, portMappings }];
    await world.call(operations, "RegisterTaskDefinition", { family: "web", containerDefinitions });
    const { tasks: made, failures } = await run({ taskDefinition: "web", count: 2 });
    assert.deepEqual([made!.length, failures], [1, [{ arn: arnOf("i-a"), reason: "RESOURCE:PORTS" }]]);
  });

  test("follows strategies and constraints, of the request and of the definition", async () => {
    const { run, places, world } = await withInstances({}, { memoryMiB: 4096 }, { memoryMiB: 2048 });
    await run({ count: 3, placementStrategy: [{ type: "binpack", field: "memory" }] });
    assert.deepEqual(places(), ["i-a", "i-c", "i-c"]);
    const apart = await run({ count: 4, group: "apart", placementConstraints: [{ type: "distinctInstance" }] });
    assert.equal(apart.tasks!.length, 2);
    await world.call(operations, "RegisterTaskDefinition", {
      ...{ family: "east", containerDefinitions: [{ name: "app", image: "app:1", memory: 16 }] },
      placementConstraints: [{ type: "memberOf", expression: "attribute:ecs.availability-zone == us-east-1b" }],
    });
    const { tasks: east } = await run({ taskDefinition: "east", count: 5 });
    assert.deepEqual(new Set(east!.map((task) => task.containerInstanceArn)), new Set([arnOf("i-b")]));
  });

  test("looks at the desired status: a task that is stopping has its room, and is of no group any more", async () => {
    const { run, all, world } = await withInstances({}, {});
    const apart = { group: "apart", placementConstraints: [{ type: "distinctInstance" }] } as const;
    await run({ count: 2, ...apart });
    for (const { taskArn } of all()) await world.call(operations, "StopTask", { cluster: "web", task: taskArn });
    const reasons = (failures: readonly Failure[] = []) => new Set(failures.map(({ reason }) => reason));
    assert.deepEqual(reasons((await run(apart)).failures), new Set(["RESOURCE:MEMORY"]));
    const small = { containerOverrides: [{ name: "app", memory: 64 }] };
    const again = await run({ count: 3, ...apart, overrides: small });
    assert.deepEqual(
      new Set(again.tasks!.map((task) => task.containerInstanceArn)),
      new Set(["i-a", "i-b"].map(arnOf)),
    );
    assert.deepEqual(reasons(again.failures), new Set(["DistinctInstance placement constraint unsatisfied."]));
  });

  test("never gives the same room to two requests at once", async () => {
    const { run, places } = await withInstances({}, {});
    const answers = await Promise.all(Array.from({ length: 5 }, () => run()));
    assert.equal(answers.filter(({ tasks: made }) => made!.length === 1).length, 2);
    assert.deepEqual(places(), ["i-a", "i-b"]);
  });
});

describe("a service whose tasks are on a draining instance", () => {
  const drain = async (world: Awaited<ReturnType<typeof ready>>["world"], id: string) => {
    const input = { cluster: "web", containerInstances: [id], status: "DRAINING" } as const;
    await world.call(operations, "UpdateContainerInstancesState", input);
  };
  const left = (all: readonly TaskRecord[]) =>
    all
      .filter(({ desiredStatus }) => desiredStatus === "RUNNING")
      .map(({ containerInstanceArn: arn = "" }) => arn.split("/").at(-1))
      .toSorted();
  const wanted = { taskDefinition: "box", launchType: "EC2", networkConfiguration: undefined as never } as const;

  test("replaces those that run before they are stopped, and stops the others at once", async () => {
    const { create, schedule, world, all, add, end } = await withInstances({ memoryMiB: 4096 });
    await create({ ...wanted, desiredCount: 2 });
    await schedule();
    await tasksTo(world, "RUNNING");
    await world.clock.advance(41_000);
    await schedule();
    await add("i-b", { memoryMiB: 4096 });
    await drain(world, "i-a");
    await schedule();
    assert.deepEqual(left(all()), ["i-a", "i-a", "i-b", "i-b"], "within the ceiling of 200 percent");
    await drain(world, "i-b");
    await add("i-c", { memoryMiB: 4096 });
    await schedule();
    assert.deepEqual(left(all()), ["i-a", "i-a"], "what had not started is stopped");
    for (const task of all().filter(({ desiredStatus }) => desiredStatus === "STOPPED")) await end(task);
    await schedule();
    assert.deepEqual(left(all()), ["i-a", "i-a", "i-c", "i-c"]);
    await tasksTo(world, "RUNNING");
    await world.clock.advance(41_000);
    await schedule();
    assert.deepEqual(left(all()), ["i-c", "i-c"]);
    await tasksTo(world, "STOPPED");
    await schedule();
    const { runningCount, events } = await describe1(world);
    assert.equal(runningCount, 2);
    assert.match(events![0]!.message!, /has reached a steady state/);
  });

  test("may stop them first where the minimum allows it", async () => {
    const { create, schedule, world, all } = await withInstances({ memoryMiB: 4096 }, {});
    const deploymentConfiguration = { minimumHealthyPercent: 0, maximumPercent: 100 };
    await create({ ...wanted, desiredCount: 2, deploymentConfiguration });
    await schedule();
    await tasksTo(world, "RUNNING");
    await world.clock.advance(41_000);
    await drain(world, "i-a");
    await schedule();
    assert.deepEqual(left(all()), ["i-b"]);
  });
});

describe("a service on container instances", () => {
  const wanted = { taskDefinition: "box", launchType: "EC2", networkConfiguration: undefined as never } as const;

  test("starts what there is room for, tells what is missing, and goes on when there is", async () => {
    const { create, schedule, places, world, add } = await withInstances({}, { cpu: 200 });
    await create({ ...wanted, desiredCount: 3 });
    await schedule();
    assert.deepEqual(places(), ["i-a", "i-b"]);
    await schedule();
    const [{ message }] = (await describe1(world)).events as [{ message: string }];
    assert.match(message, /^\(service app\) was unable to place a task because no container instance met all of its /);
    assert.match(message, /The closest matching \(container-instance i-[ab]\) has insufficient memory available\. /);
    assert.match(
      message,
      /Of 2 container instances, 2 have less than 576 MiB of memory left \(the most is 448 on i-[ab]\)/,
    );
    await add("i-c");
    await schedule();
    assert.deepEqual(places(), ["i-a", "i-b", "i-c"], "before its time to try again");
  });

  test("without any instance says so", async () => {
    const { create, schedule, world } = await withInstances();
    await create(wanted);
    await schedule();
    assert.match(
      (await describe1(world)).events![0]!.message!,
      /Reason: No Container Instances were found in your cluster\./,
    );
  });

  test("spreads its tasks over zones and instances, and scales in where most are", async () => {
    const { create, update, schedule, places, all } = await withInstances({ memoryMiB: 4096 }, { memoryMiB: 4096 }, {});
    await create({ ...wanted, desiredCount: 5 });
    await schedule();
    assert.deepEqual(places(), ["i-a", "i-a", "i-b", "i-b", "i-c"]);
    await update({ desiredCount: 3 });
    await schedule();
    const left = all().filter(({ desiredStatus }) => desiredStatus === "RUNNING");
    assert.equal(new Set(left.map((task) => task.containerInstanceArn)).size, 3);
  });
});

test("a zone whose first instance comes gets tasks of a steady service, if it can take them", async () => {
  const { create, schedule, add, all, world } = await withInstances({ memoryMiB: 4096 }, { memoryMiB: 4096 });
  const wanted = { taskDefinition: "box", launchType: "EC2", networkConfiguration: undefined as never } as const;
  const settle = async () => {
    await schedule();
    await tasksTo(world, "RUNNING");
    await world.clock.advance(41_000);
    await schedule();
  };
  const running = () => all().filter(({ desiredStatus }) => desiredStatus === "RUNNING");
  const zones = () => running().map(({ availabilityZone = "" }) => availabilityZone.at(-1));
  await create({ ...wanted, desiredCount: 4 });
  await settle();
  await add("i-e", { memoryMiB: 64 });
  await settle();
  assert.deepEqual(zones().toSorted(), ["a", "a", "b", "b"], "no task fits there");
  await add("i-c");
  await settle();
  await schedule();
  assert.deepEqual([zones().length, new Set(zones())], [4, new Set(["a", "b", "c"])]);
  const told = (await describe1(world)).events!.map(({ message }) => message!);
  const unbalanced = "2 tasks in us-east-1a, 2 tasks in us-east-1b, and 0 tasks in us-east-1c";
  assert.ok(
    told.some((message) => message.includes(`is not AZ balanced with ${unbalanced}`)),
    told.join("\n"),
  );
});

test("binpack stops tasks where most is left, though others are younger", async () => {
  const { create, update, schedule, places, all, add, world } = await withInstances({ memoryMiB: 8192 });
  const placementStrategy = [{ type: "binpack", field: "memory" } as const];
  const machine = { taskDefinition: "box", launchType: "EC2", networkConfiguration: undefined as never } as const;
  await create({ ...machine, placementStrategy, desiredCount: 2 });
  await schedule();
  await add("i-b", { memoryMiB: 2048 });
  await world.clock.advance(1000);
  await update({ desiredCount: 5 });
  await schedule();
  assert.deepEqual(places(), ["i-a", "i-a", "i-b", "i-b", "i-b"]);
  await update({ desiredCount: 3 });
  await schedule();
  const left = all().filter(({ desiredStatus }) => desiredStatus === "RUNNING");
  assert.deepEqual(new Set(left.map((task) => task.containerInstanceArn)), new Set([arnOf("i-b")]));
});

test("DescribeClusters counts them", async () => {
  const { world } = await withInstances({}, {});
  const { clusters } = await world.call(operations, "DescribeClusters", { clusters: ["web"] });
  assert.equal(clusters![0]!.registeredContainerInstancesCount, 2);
});

test("daemons: one on each instance that meets the constraints, which follows the instances", async () => {
  const { create, schedule, world, add, all } = await withInstances({}, { status: "DRAINING" });
  await create({
    ...{ taskDefinition: "box", launchType: "EC2", schedulingStrategy: "DAEMON" },
    ...{ desiredCount: undefined as never, networkConfiguration: undefined as never },
    placementConstraints: [
      { type: "memberOf", expression: "attribute:ecs.availability-zone in [us-east-1a, us-east-1c]" },
    ],
  });
  const wanted = () =>
    all()
      .filter(({ desiredStatus }) => desiredStatus === "RUNNING")
      .map(({ containerInstanceArn: arn = "" }) => arn.split("/").at(-1))
      .toSorted();
  await schedule();
  assert.deepEqual([wanted(), (await describe1(world)).desiredCount], [["i-a"], 1]);
  await add("i-c", { agentConnected: true });
  await add("i-d");
  await schedule();
  assert.deepEqual([wanted(), (await describe1(world)).desiredCount], [["i-a", "i-c"], 2]);
  const key = containerInstanceKey({ ...at, id: "i-a" });
  const { value } = await world.store.get(key);
  // An agent that is away for a while loses nothing; an instance that drains does.
  await world.store.as("ecs.agent").commit({ put: [{ key, value: { ...value!, agentConnected: false } }] });
  await schedule();
  assert.deepEqual(wanted(), ["i-a", "i-c"]);
  await world.store.as("api").commit({ put: [{ key, value: { ...value!, status: "DRAINING" } }] });
  await schedule();
  assert.deepEqual([wanted(), (await describe1(world)).desiredCount], [["i-c"], 1]);
});
