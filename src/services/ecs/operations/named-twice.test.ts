import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { noExecSessions } from "#kernel/exec-sessions.ts";
import { putInstance } from "../../../../test/support/container-instances.ts";
import { at, ready } from "../../../../test/support/ecs-services.ts";
import { tasks } from "../model/task.ts";
import { hostKey } from "../model.ts";
import { createOperations } from "./index.ts";

const operations = createOperations({ sessions: noExecSessions, account: at.account });

/** The store takes one write of a record in a commit: what a request names in two ways is one. */
describe("what is named twice in a request is one", () => {
  test("container instances, by id and by ARN, and their attributes", async () => {
    const { world } = await ready();
    await putInstance(world, { id: "i-a", zone: "us-east-1a" });
    const arn = `arn:aws:ecs:us-east-1:${at.account}:container-instance/web/i-a`;
    const drained = await world.call(operations, "UpdateContainerInstancesState", {
      ...{ cluster: "web", containerInstances: ["i-a", arn], status: "DRAINING" },
    });
    assert.equal(drained.containerInstances?.length, 1);
    const attributes = ["1", "2"].map((value) => ({ name: "rack", value, targetId: arn }));
    const put = await world.call(operations, "PutAttributes", { cluster: "web", attributes });
    assert.deepEqual(
      put.attributes?.map(({ value }) => value),
      ["2"],
    );
    const named = [{ name: "rack", targetId: arn }];
    const removed = await world.call(operations, "DeleteAttributes", {
      ...{ cluster: "web", attributes: [...named, ...named] },
    });
    assert.equal(removed.attributes?.length, 1);
  });

  test("attributes of a new container instance", async () => {
    const { world } = await ready();
    const registration = { hostId: "h", cpuCores: 2, memoryMiB: 4096, architecture: "x86_64" } as const;
    const value = { registration: { ...registration, runtime: "docker 27.1", agentVersion: "1.0" } };
    const host = { ...value, status: "ACTIVE", agentConnected: true, registeredAt: 0 } as const;
    await world.store.as("ecs.agent").commit({ put: [{ key: hostKey("h"), value: host }] });
    const attributes = ["1", "2"].map((text) => ({ name: "rack", value: text }));
    const { containerInstance } = await world.call(operations, "RegisterContainerInstance", {
      ...{ cluster: "web", attributes },
    });
    const racks = containerInstance?.attributes?.filter(({ name }) => name === "rack");
    assert.deepEqual(racks, [{ name: "rack", value: "2" }]);
  });

  test("task definitions, by name and by ARN", async () => {
    const { world } = await ready();
    await world.call(operations, "DeregisterTaskDefinition", { taskDefinition: "machine:1" });
    const arn = `arn:aws:ecs:us-east-1:${at.account}:task-definition/machine:1`;
    const { taskDefinitions } = await world.call(operations, "DeleteTaskDefinitions", {
      taskDefinitions: ["machine:1", arn],
    });
    assert.equal(taskDefinitions?.length, 1);
  });

  test("tasks that are protected, by id and by ARN", async () => {
    const { create, world, schedule } = await ready();
    await create();
    await schedule();
    const [task] = [...world.store.view(tasks).all()];
    const { protectedTasks } = await world.call(operations, "UpdateTaskProtection", {
      ...{ cluster: "web", tasks: [task!.value.id, task!.value.taskArn], protectionEnabled: true },
    });
    assert.equal(protectedTasks?.length, 1);
  });
});
