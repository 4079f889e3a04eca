import assert from "node:assert/strict";
import { test } from "node:test";
import { parseArn } from "#kernel/arn.ts";
import { subnets } from "#services/ec2/model.ts";
import { at, ready } from "../../../../../test/support/ecs-services.ts";
import { type HostRecord, hostKey } from "../../model/host.ts";
import { taskKeyOfArn, tasks } from "../../model/task.ts";
import { operations } from "../../operations/index.ts";
import { schedulerController } from "./controller.ts";

test("tasks that are placed in the same instant go to different zones, of one group and of several", async () => {
  for (const group of [undefined, "family:same"]) {
    const { world } = await ready();
    const registration = { hostId: "h", cpuCores: 2, memoryMiB: 4096, architecture: "x86_64" } as const;
    const host: HostRecord = {
      registration: { ...registration, runtime: "", agentVersion: "" },
      ...{ status: "ACTIVE", agentConnected: true, registeredAt: 0 },
    };
    await world.store.as("ecs.agent").commit({ put: [{ key: hostKey("h"), value: host }] });
    const all = [...world.store.view(subnets).all()].map(({ value }) => value.subnetId).slice(0, 3);
    const networkConfiguration = { awsvpcConfiguration: { subnets: all } };
    const keys: string[] = [];
    for (const each of ["one", "two", "three"]) {
      const input = {
        cluster: at.clusterName,
        taskDefinition: "hello",
        launchType: "FARGATE",
        networkConfiguration,
      } as const;
      const { tasks: made } = await world.call(operations, "RunTask", { ...input, group: group ?? each });
      keys.push(taskKeyOfArn(parseArn(made![0]!.taskArn!))!);
    }
    const controller = schedulerController();
    await Promise.all(keys.map((key) => world.reconcile(controller, key)));
    const zones = [...world.store.view(tasks).all()].map(({ value }) => value.availabilityZone);
    assert.equal(new Set(zones).size, 3, `${group}: ${zones}`);
  }
});
