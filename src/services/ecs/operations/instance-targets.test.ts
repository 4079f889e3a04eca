import assert from "node:assert/strict";
import { test } from "node:test";
import type { NetworkBinding } from "#kernel/port-mapping.ts";
import { balanced } from "../../../../test/support/balanced-world.ts";
import { putInstance } from "../../../../test/support/container-instances.ts";
import { isFault } from "../../../../test/support/context.ts";
import { at, tasksTo } from "../../../../test/support/ecs-services.ts";
import { elbOperations as elb } from "../../../../test/support/elb.ts";
import { targetsController } from "../controllers/targets/controller.ts";
import { serviceKey } from "../model/service.ts";
import { changeTask, tasks } from "../model/task.ts";
import { operations } from "./index.ts";

for (const [networkMode, isUdpAlone] of [
  ["bridge", false],
  ["host", true],
] as const) {
  test(`a service registers tasks in the mode ${networkMode} by their machine and its ports`, async () => {
    const found = await balanced();
    const { world, blue } = found;
    const machines = await found.group("machines", "instance");
    const { LoadBalancers } = await world.call(elb, "DescribeLoadBalancers", {});
    await world.call(elb, "CreateListener", {
      ...{ LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn!, Port: 82, Protocol: "HTTP" },
      DefaultActions: [{ Type: "forward", TargetGroupArn: machines }],
    });
    await putInstance(world, { id: "box", ec2InstanceId: "i-0aaaaaaaa", zone: "us-east-1a" });
    const portMappings = [{ containerPort: 80 }];
    const containerDefinitions = [{ name: "app", image: "app:1", memory: 64, portMappings }];
    await world.call(operations, "RegisterTaskDefinition", { family: "box", networkMode, containerDefinitions });
    const onMachines = (targetGroupArn: string) =>
      found.create({
        ...{ taskDefinition: "box", launchType: "EC2", networkConfiguration: undefined, desiredCount: 1 },
        loadBalancers: [{ ...found.balancer, targetGroupArn }],
      });
    const words = `has target type ip, which is incompatible with the ${networkMode} network mode`;
    await assert.rejects(onMachines(blue), isFault("InvalidParameterException", new RegExp(words)));
    await onMachines(machines);
    await found.schedule();
    await tasksTo(world, "RUNNING");
    const registered = async () => {
      await world.reconcile(targetsController, serviceKey(at));
      const { TargetHealthDescriptions } = await world.call(elb, "DescribeTargetHealth", {
        TargetGroupArn: machines,
      });
      return TargetHealthDescriptions!.map(({ Target }) => Target);
    };
    assert.deepEqual(await registered(), [], "its port is not known yet");
    const [task] = [...world.store.view(tasks).all()];
    const bound = { bindIP: "0.0.0.0", containerPort: 80, hostPort: 32768 } as const;
    const networkBindings: NetworkBinding[] = [
      { bindIP: "0.0.0.0", containerPortRange: "80-81", hostPortRange: "40000-40001", protocol: "tcp" },
      { ...bound, hostPort: 32769, protocol: "udp" },
      ...(isUdpAlone ? [] : [{ ...bound, protocol: "tcp" } as const]),
    ];
    const containers = task!.value.containers.map((container) => ({ ...container, networkBindings }));
    await world.store
      .as("ecs.task")
      .commit({ put: [{ key: task!.key, value: changeTask(task!.value, { containers }) }] });
    assert.deepEqual(await registered(), [{ Id: "i-0aaaaaaaa", Port: isUdpAlone ? 32769 : 32768 }]);
  });
}
