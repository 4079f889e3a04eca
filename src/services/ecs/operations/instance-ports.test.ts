import assert from "node:assert/strict";
import { test } from "node:test";
import type { PortMapping } from "#generated/ecs/types.ts";
import type { NetworkBinding } from "#kernel/port-mapping.ts";
import { putInstance } from "../../../../test/support/container-instances.ts";
import { ready } from "../../../../test/support/ecs-services.ts";
import { taskPayload } from "../agents/payload.ts";
import { agentCapabilities } from "../instances/capabilities.ts";
import { changeTask, tasks } from "../model/task.ts";
import { taskDefinitionKey, taskDefinitions } from "../model/task-definition.ts";
import { operations } from "./index.ts";

const arnOf = (id: string) => `arn:aws:ecs:us-east-1:000000000000:container-instance/web/${id}`;

/** Two container instances that are one machine. */
async function withInstances() {
  const { world } = await ready();
  const attributes = agentCapabilities.map((name) => ({ name }));
  for (const id of ["i-a", "i-b"]) await putInstance(world, { id, zone: "us-east-1a", hostId: "host", attributes });
  const define = (family: string, ...portMappings: PortMapping[]) =>
    world.call(operations, "RegisterTaskDefinition", {
      ...{ family, containerDefinitions: [{ name: "app", image: "app:1", memory: 64, portMappings }] },
    });
  const start = async (taskDefinition: string, id: string) => {
    const input = { cluster: "web", taskDefinition, containerInstances: [arnOf(id)] };
    return (await world.call(operations, "StartTask", input)).failures!.map(({ reason }) => reason);
  };
  const portsOn = async (id: string, resource: string) => {
    const input = { cluster: "web", containerInstances: [id] };
    const { containerInstances } = await world.call(operations, "DescribeContainerInstances", input);
    return containerInstances![0]!.remainingResources!.find(({ name }) => name === resource)!.stringSetValue!;
  };
  return { world, define, start, portsOn };
}

const range: NetworkBinding = {
  ...{ bindIP: "0.0.0.0", containerPortRange: "8000-8199", hostPortRange: "40000-40199", protocol: "tcp" },
};
const single: NetworkBinding = { bindIP: "0.0.0.0", containerPort: 53, hostPort: 40_000, protocol: "udp" };

test("ports that a host has given to a task are nobody else's until it ends, and are not counted", async () => {
  const { world, define, start, portsOn } = await withInstances();
  await define("range", { containerPortRange: "8000-8199" }, { containerPort: 53, protocol: "udp" });
  await define("inside", { containerPort: 80, hostPort: 40_199 });
  await define("outside", { containerPort: 80, hostPort: 40_200 });
  await define("other-protocol", { containerPort: 80, hostPort: 40_199, protocol: "udp" });
  assert.deepEqual(await start("range", "i-a"), []);
  const { key, value: task } = [...world.store.view(tasks).all()][0]!;
  const containers = task.containers.map((container) => ({ ...container, networkBindings: [range, single] }));
  await world.store.as("ecs.task").commit({ put: [{ key, value: changeTask(task, { containers }) }] });
  const { tasks: shown } = await world.call(operations, "DescribeTasks", { cluster: "web", tasks: [task.taskArn] });
  assert.deepEqual(shown![0]!.containers![0]!.networkBindings, [range, single]);

  for (const id of ["i-a", "i-b"]) {
    const ports = await portsOn(id, "PORTS");
    assert.deepEqual([ports.length, ports[0], ports[1], ports.at(-1)], [201, "22", "40000", "40199"], id);
    assert.deepEqual(await portsOn(id, "PORTS_UDP"), ["40000"], id);
    assert.deepEqual(await start("inside", id), ["RESOURCE:PORTS"], id);
  }
  assert.deepEqual(await start("outside", "i-a"), []);
  assert.deepEqual(await start("other-protocol", "i-b"), []);
  for (const id of ["i-a", "i-b"]) {
    assert.deepEqual((await portsOn(id, "PORTS")).at(-1), "40200", id);
    assert.deepEqual(await portsOn(id, "PORTS_UDP"), ["40000", "40199"], id);
    assert.deepEqual(await start("outside", id), ["RESOURCE:PORTS"], id);
  }

  const pending = changeTask((await world.store.get(key)).value!, { lastStatus: "PENDING" });
  await world.store.as("ecs.scheduler").commit({ put: [{ key, value: pending }] });
  for (const lastStatus of ["STOPPING", "DEPROVISIONING", "STOPPED"] as const) {
    const ended = changeTask((await world.store.get(key)).value!, { lastStatus, desiredStatus: "STOPPED" });
    await world.store.as("ecs.task").commit({ put: [{ key, value: ended }] });
  }
  assert.deepEqual(await portsOn("i-b", "PORTS"), ["22", "40200"]);
  assert.deepEqual(await start("inside", "i-b"), []);
});

test("the agent is told of a range as it was registered", async () => {
  const { world, define, start } = await withInstances();
  await define("range", { containerPortRange: "8000-8199", name: "media" }, { containerPort: 80, hostPort: 8080 });
  await start("range", "i-a");
  const [task] = [...world.store.view(tasks).all()].map(({ value }) => value);
  const definition = world.store.view(taskDefinitions).get(taskDefinitionKey(task!, "range", 1))!.value;
  assert.deepEqual(taskPayload(task!, definition, 1).containers[0]!.portMappings, [
    { containerPortRange: "8000-8199", protocol: "tcp" },
    { containerPort: 80, hostPort: 8080, protocol: "tcp" },
  ]);
});
