import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { PlacementConstraint, PlacementStrategy } from "#generated/ecs/types.ts";
import { isFault } from "../../../../test/support/context.ts";
import { describe1, ready } from "../../../../test/support/ecs-services.ts";
import { hostKey } from "../model/host.ts";
import { tasks } from "../model/task.ts";
import { operations } from "./index.ts";

const memberOf = (expression: string): PlacementConstraint => ({ type: "memberOf", expression });
const zone = memberOf("attribute:ecs.availability-zone == us-east-1a");

/** What no request may ask of the placement of tasks, and AWS's word for it. */
const refused: readonly [string, PlacementConstraint[], PlacementStrategy[], RegExp][] = [
  ["eleven constraints", Array(11).fill(zone), [], /placement constraints should be less than or equal to 10/],
  ["an expression that is none", [memberOf("attribute:rack ==")], [], /Invalid expression 'attribute:rack =='/],
  ["no expression", [{ type: "memberOf" }], [], /memberOf expression should be specified/],
  ["an expression of distinctInstance", [{ ...zone, type: "distinctInstance" }], [], /should not be specified/],
  ["six strategies", [], Array(6).fill({ type: "random" }), /placement strategies should be less than or equal to 5/],
  ["a field of random", [], [{ type: "random", field: "memory" }], /should not have a field/],
  ["binpack by disk", [], [{ type: "binpack", field: "disk" }], /invalid field 'disk'/],
  ["a spread over nothing", [], [{ type: "spread" }], /invalid field ''/],
];

const onInstances = { taskDefinition: "machine", launchType: "EC2", networkConfiguration: undefined as never } as const;

for (const [name, placementConstraints, placementStrategy, message] of refused) {
  const placement = { placementConstraints, placementStrategy };
  const fault = isFault("InvalidParameterException", message);

  test(`RunTask refuses ${name}`, async () => {
    const { world } = await ready();
    await assert.rejects(world.call(operations, "RunTask", { cluster: "web", ...onInstances, ...placement }), fault);
  });

  test(`CreateService and UpdateService refuse ${name}`, async () => {
    const { create, update } = await ready();
    await assert.rejects(create({ ...onInstances, ...placement }), fault);
    await create(onInstances);
    await assert.rejects(update(placement), fault);
  });
}

describe("what tasks on Fargate alone can have", () => {
  test("a public address", async () => {
    const { world, create } = await ready();
    const fields = {
      taskDefinition: "hello",
      launchType: "EC2",
      networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-1"], assignPublicIp: "ENABLED" } },
    } as const;
    const fault = isFault("InvalidParameterException", "Assign public IP is not supported for this launch type.");
    await assert.rejects(world.call(operations, "RunTask", { cluster: "web", ...fields }), fault);
    await assert.rejects(create(fields), fault);
  });

  test("ephemeral storage by an override", async () => {
    const { world } = await ready();
    const fields = { ...onInstances, overrides: { ephemeralStorage: { sizeInGiB: 30 } } };
    const message = "Tasks using the EC2 launch type do not support EphemeralStorage.";
    const fault = isFault("InvalidParameterException", message);
    await assert.rejects(world.call(operations, "RunTask", { cluster: "web", ...fields }), fault);
  });
});

describe("constraints of the task definition", () => {
  const constrained = async () => {
    const service = await ready();
    await service.world.call(operations, "RegisterTaskDefinition", {
      ...{ family: "picky", memory: "64", placementConstraints: Array(6).fill(zone) },
      containerDefinitions: [{ name: "app", image: "app:1" }],
    });
    return service;
  };
  const tooMany = isFault("InvalidParameterException", /less than or equal to 10/);

  test("count with those of a request", async () => {
    const { world, create } = await constrained();
    const fields = { ...onInstances, taskDefinition: "picky", placementConstraints: Array(5).fill(zone) };
    await assert.rejects(world.call(operations, "RunTask", { cluster: "web", ...fields }), tooMany);
    await assert.rejects(create(fields), tooMany);
  });

  test("count with those that a service has", async () => {
    const { create, update } = await constrained();
    await create({ ...onInstances, placementConstraints: Array(5).fill(zone) });
    await assert.rejects(update({ taskDefinition: "picky" }), tooMany);
    await update({ taskDefinition: "picky", placementConstraints: [] });
  });
});

test("a service shows its constraints and strategies; host is another word for instanceId", async () => {
  const { create, update, world } = await ready();
  const placementConstraints = [{ type: "distinctInstance" } as const, zone];
  const binpack = { type: "binpack", field: "memory" } as const;
  await create({
    ...onInstances,
    placementConstraints,
    placementStrategy: [binpack, { type: "spread", field: "host" }],
  });
  const shown = async () => {
    const service = await describe1(world);
    return [service.placementConstraints, service.placementStrategy];
  };
  assert.deepEqual(await shown(), [placementConstraints, [binpack, { type: "spread", field: "instanceId" }]]);
  await update({ placementStrategy: [] });
  assert.deepEqual(await shown(), [placementConstraints, []]);
});

test("a service on Fargate whose tasks no host can take says so, and why, in an event", async () => {
  const { create, world, schedule } = await ready();
  const registration = { hostId: "h", cpuCores: 2, memoryMiB: 4096, architecture: "x86_64" } as const;
  const value = {
    status: "ACTIVE",
    agentConnected: true,
    registeredAt: 0,
    registration: { ...registration, runtime: "", agentVersion: "" },
  };
  await world.store.as("ecs.agent").commit({ put: [{ key: hostKey("h"), value }] });
  await world.call(operations, "RegisterTaskDefinition", {
    ...{ family: "arm", networkMode: "awsvpc", cpu: "256", memory: "512", requiresCompatibilities: ["FARGATE"] },
    containerDefinitions: [{ name: "app", image: "app:1" }],
    runtimePlatform: { cpuArchitecture: "ARM64" },
  });
  await create({ taskDefinition: "arm" });
  await schedule();
  assert.equal(world.store.view(tasks).size, 0);
  assert.equal(
    (await describe1(world)).events![0]!.message,
    "(service app) was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later " +
      "or in a different availability zone. Of 1 host, 1 miss an attribute that it requires (ecs.cpu-architecture = " +
      "arm64). For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
  );
});
