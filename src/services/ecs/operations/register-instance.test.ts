import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Operations, RegisterTaskDefinitionRequest } from "#generated/ecs/types.ts";
import { noExecSessions } from "#kernel/exec-sessions.ts";
import { subnets } from "#services/ec2/model.ts";
import { isFault } from "../../../../test/support/context.ts";
import { at, ready } from "../../../../test/support/ecs-services.ts";
import { containerInstanceController } from "../controllers/container-instance/controller.ts";
import { agentCapabilities } from "../instances/capabilities.ts";
import { containerInstanceKey, type HostRecord, hostKey, instanceKeyOfArn } from "../model.ts";
import { requiredAttributes } from "../task-definition/attributes.ts";
import { normalizeTaskDefinition } from "../task-definition/normalize.ts";
import { createOperations } from "./index.ts";

const operations = createOperations({ sessions: noExecSessions, account: at.account });

type Call = <Name extends keyof typeof operations>(
  name: Name,
  input: Operations[Name]["input"],
) => Promise<Operations[Name]["output"]>;

/** A cluster `web` on a platform with these hosts, each of 2 cores and 4 GiB. */
async function withHosts(...ids: readonly string[]) {
  const { world } = await ready();
  const putHost = (hostId: string, agentConnected = true) => {
    const registration = { hostId, cpuCores: 2, memoryMiB: 4096, architecture: "x86_64" } as const;
    const value: HostRecord = {
      registration: { ...registration, runtime: "docker 27.1", agentVersion: "1.0" },
      ...{ status: "ACTIVE", agentConnected, registeredAt: 0 },
    };
    return world.store.as("ecs.agent").commit({ put: [{ key: hostKey(hostId), value }] });
  };
  for (const id of ids) await putHost(id);
  const call: Call = (name, input) => world.call(operations, name, input as never) as never;
  const register = async (fields: Operations["RegisterContainerInstance"]["input"] = {}) =>
    (await call("RegisterContainerInstance", { cluster: "web", ...fields })).containerInstance!;
  const show = async (id: string) =>
    (await call("DescribeContainerInstances", { cluster: "web", containerInstances: [id] })).containerInstances![0];
  return { world, putHost, call, register, show };
}

const resource = (name: string, value: number) => ({
  name,
  type: "INTEGER",
  doubleValue: 0,
  longValue: 0,
  integerValue: value,
});

describe("RegisterContainerInstance", () => {
  test("makes the platform's only host an instance, with all that it has", async () => {
    const { register } = await withHosts("host-a");
    const made = await register({ tags: [{ key: "team", value: "web" }] });
    assert.match(
      made.containerInstanceArn!,
      /^arn:aws:ecs:us-east-1:000000000000:container-instance\/web\/[0-9a-f]{32}$/,
    );
    assert.match(made.ec2InstanceId!, /^i-[0-9a-f]{17}$/);
    assert.deepEqual([made.status, made.agentConnected, made.version], ["ACTIVE", true, 1]);
    assert.deepEqual(made.versionInfo, { agentVersion: "1.0", dockerVersion: "DockerVersion: 27.1" });
    assert.deepEqual(made.registeredResources!.slice(0, 2), [resource("CPU", 2048), resource("MEMORY", 4096)]);
    assert.deepEqual(made.registeredResources![2]!.stringSetValue, ["22", "2375", "2376", "51678", "51679", "51680"]);
    assert.deepEqual(made.attributes!.find(({ name }) => name === "ecs.availability-zone")!.value, "us-east-1a");
    assert.deepEqual(made.tags, [{ key: "team", value: "web" }]);
  });

  test("makes a part of a host one, in the zone and with the attributes that are given", async () => {
    const { register, show } = await withHosts("host-a", "host-b");
    const made = await register({
      instanceIdentityDocument: JSON.stringify({ hostId: "host-b", availabilityZone: "us-east-1c" }),
      totalResources: [
        { name: "CPU", type: "INTEGER", integerValue: 512 },
        { name: "MEMORY", type: "INTEGER", integerValue: 600 },
      ],
      attributes: [{ name: "rack", value: "r1" }],
    });
    assert.deepEqual(made.registeredResources!.slice(0, 2), [resource("CPU", 512), resource("MEMORY", 600)]);
    const shown = (await show(made.containerInstanceArn!))!;
    const attribute = (wanted: string) => shown.attributes!.find(({ name }) => name === wanted)?.value;
    assert.deepEqual(["ecs.availability-zone", "rack"].map(attribute), ["us-east-1c", "r1"]);
  });

  test("again, with its ARN, takes what the host has now", async () => {
    const { register } = await withHosts("host-a");
    const { containerInstanceArn } = await register();
    const again = await register({
      containerInstanceArn: containerInstanceArn!,
      totalResources: [{ name: "CPU", integerValue: 100 }],
    });
    assert.deepEqual([again.containerInstanceArn, again.version], [containerInstanceArn, 2]);
    assert.deepEqual(again.registeredResources![0], resource("CPU", 100));
  });

  const document = (fields: object) => ({ instanceIdentityDocument: JSON.stringify(fields) });
  const cases: readonly [
    string,
    readonly string[],
    Operations["RegisterContainerInstance"]["input"],
    string,
    RegExp,
  ][] = [
    ["no host", [], {}, "ServerException", /No host has connected/],
    ["one of several hosts that is not named", ["a", "b"], {}, "ClientException", /Say which host is meant .*: a, b\./],
    ["a host that is not there", ["a"], document({ hostId: "z" }), "ClientException", /No host of this platform is z/],
    [
      "an instance of Amazon EC2",
      ["a"],
      document({ instanceId: "i-1" }),
      "ClientException",
      /names no host of this platform/,
    ],
    ["no document", ["a"], { instanceIdentityDocument: "x" }, "ClientException", /no JSON object/],
    [
      "another region's zone",
      ["a"],
      document({ hostId: "a", availabilityZone: "eu-west-1a" }),
      "ClientException",
      /no Availability Zone/,
    ],
    [
      "more than the host has",
      ["a"],
      { totalResources: [{ name: "CPU", integerValue: 4096 }] },
      "InvalidParameterException",
      /between 1 and 2048/,
    ],
    ["GPUs", ["a"], { platformDevices: [{ id: "g", type: "GPU" }] }, "InvalidParameterException", /platformDevices/],
    [
      "an attribute of the agent's",
      ["a"],
      { attributes: [{ name: "ecs.os-type", value: "x" }] },
      "InvalidParameterException",
      /the agent's own/,
    ],
    ["a cluster that is not there", ["a"], { cluster: "none" }, "ClusterNotFoundException", /Cluster not found/],
  ];
  for (const [name, hosts, input, code, message] of cases) {
    test(`is refused for ${name}`, async () => {
      const { register } = await withHosts(...hosts);
      await assert.rejects(register(input), isFault(code, message));
    });
  }

  test("is refused for any account but the machine's", async () => {
    const { world } = await withHosts("host-a");
    const other = createOperations({ sessions: noExecSessions, account: "111111111111" });
    await assert.rejects(
      world.call(other, "RegisterContainerInstance", { cluster: "web" }),
      isFault("AccessDeniedException", /belong to the account 111111111111/),
    );
  });
});

test("an agent of the platform has what task definitions can require of it", () => {
  const required = requiredAttributes(
    normalizeTaskDefinition({
      family: "all",
      networkMode: "awsvpc",
      ...{ executionRoleArn: "role", taskRoleArn: "role" },
      pidMode: "task",
      volumes: [{ name: "v", dockerVolumeConfiguration: { scope: "task" } }],
      containerDefinitions: [
        {
          ...{
            name: "app",
            image: "000000000000.dkr.ecr.us-east-1.amazonaws.com/app:1",
            memory: 64,
            memoryReservation: 32,
          },
          ...{ privileged: true, dockerLabels: { a: "b" }, linuxParameters: { initProcessEnabled: true } },
          ...{ healthCheck: { command: ["true"] }, dependsOn: [], restartPolicy: { enabled: true } },
          ...{ logConfiguration: { logDriver: "awslogs", options: {} }, secrets: [{ name: "S", valueFrom: "s" }] },
          ...{ portMappings: [{ containerPortRange: "80-81" }] },
        },
      ],
    }),
  );
  assert.ok(required.length > 10);
  assert.deepEqual(
    required.filter(({ name }) => !agentCapabilities.includes(name)),
    [],
  );
});

describe("a task with a role on a container instance", () => {
  const taskRoleArn = "arn:aws:iam::000000000000:role/app";
  const cases: readonly [string, RegisterTaskDefinitionRequest["networkMode"], boolean][] = [
    ["of its definition, with an interface", "awsvpc", false],
    ["of its definition, on the bridge", undefined, false],
    ["of the request, on the bridge", "bridge", true],
    ["of its definition, in the host's network", "host", false],
  ];
  for (const [name, networkMode, isOfRequest] of cases) {
    test(`${name}: is placed`, async () => {
      const { world, call, register } = await withHosts("host-a");
      await register();
      const ids = [...world.store.view(subnets).all()].map(({ value }) => value.subnetId);
      const networkConfiguration = { awsvpcConfiguration: { subnets: ids } };
      await call("RegisterTaskDefinition", {
        ...{ family: "app", ...(networkMode && { networkMode }), ...(!isOfRequest && { taskRoleArn }) },
        containerDefinitions: [{ name: "app", image: "app:1", memory: 64 }],
      });
      const answer = await call("RunTask", {
        ...{ cluster: "web", taskDefinition: "app", launchType: "EC2" },
        ...(isOfRequest && { overrides: { taskRoleArn } }),
        ...(networkMode === "awsvpc" && { networkConfiguration }),
      });
      assert.deepEqual([answer.tasks!.length, answer.failures], [1, []]);
    });
  }
});

describe("container instances", () => {
  test("are listed by state and by query, in pages", async () => {
    const { register, call } = await withHosts("host-a");
    const arns = [(await register()).containerInstanceArn!, (await register()).containerInstanceArn!].toSorted();
    const list = async (input: Operations["ListContainerInstances"]["input"]) =>
      (await call("ListContainerInstances", { cluster: "web", ...input })).containerInstanceArns;
    assert.deepEqual(await list({}), arns);
    await call("PutAttributes", { cluster: "web", attributes: [{ name: "rack", value: "r1", targetId: arns[1]! }] });
    assert.deepEqual(await list({ filter: "attribute:rack == r1" }), [arns[1]]);
    await call("UpdateContainerInstancesState", { cluster: "web", containerInstances: [arns[0]!], status: "DRAINING" });
    assert.deepEqual(await list({ status: "DRAINING" }), [arns[0]]);
    const page = await call("ListContainerInstances", { cluster: "web", maxResults: 1 });
    assert.deepEqual(page.containerInstanceArns, [arns[0]]);
    assert.deepEqual(await list({ maxResults: 1, nextToken: page.nextToken! }), [arns[1]]);
    const { attributes } = await call("ListAttributes", {
      cluster: "web",
      targetType: "container-instance",
      attributeName: "rack",
    });
    assert.deepEqual(attributes, [{ name: "rack", value: "r1", targetType: "container-instance", targetId: arns[1] }]);
    await call("DeleteAttributes", { cluster: "web", attributes: [{ name: "rack", targetId: arns[1]! }] });
    assert.deepEqual(await list({ filter: "attribute:rack exists" }), []);
  });

  test("those that are not there are told as failures, or refused", async () => {
    const { register, call } = await withHosts("host-a");
    await register();
    const arn = "arn:aws:ecs:us-east-1:000000000000:container-instance/web/none";
    const missing = [{ arn, reason: "MISSING" }];
    const input = { cluster: "web", containerInstances: ["none"] };
    assert.deepEqual((await call("DescribeContainerInstances", input)).failures, missing);
    const { failures } = await call("UpdateContainerInstancesState", { ...input, status: "ACTIVE" });
    assert.deepEqual(failures, missing);
    const gone = isFault("InvalidParameterException", "Instance not found.");
    await assert.rejects(call("DeregisterContainerInstance", { cluster: "web", containerInstance: "none" }), gone);
    await assert.rejects(call("UpdateContainerAgent", { cluster: "web", containerInstance: "none" }), gone);
    await assert.rejects(
      call("PutAttributes", { cluster: "web", attributes: [{ name: "rack", targetId: arn }] }),
      isFault("TargetNotFoundException", /wasn't found/),
    );
  });

  test("are deregistered when empty, or by force with the end of their tasks, and shown for an hour", async () => {
    const { world, register, call, show } = await withHosts("host-a");
    const { containerInstanceArn: arn = "" } = await register();
    await call("PutAttributes", { cluster: "web", attributes: [{ name: "rack", value: "r1", targetId: arn }] });
    const definition = { family: "box", containerDefinitions: [{ name: "app", image: "app:1", memory: 512 }] };
    await call("RegisterTaskDefinition", definition);
    const { tasks: made } = await call("RunTask", { cluster: "web", taskDefinition: "box", launchType: "EC2" });
    const shown = (await show(arn))!;
    assert.deepEqual([shown.pendingTasksCount, shown.remainingResources![1]], [1, resource("MEMORY", 3584)]);
    const input = { cluster: "web", containerInstance: arn };
    await assert.rejects(
      call("DeregisterContainerInstance", input),
      isFault("InvalidParameterException", "Found running tasks on the instance."),
    );
    const { containerInstance } = await call("DeregisterContainerInstance", { ...input, force: true });
    assert.equal(containerInstance!.status, "INACTIVE");
    const { tasks: ended } = await call("DescribeTasks", { cluster: "web", tasks: [made![0]!.taskArn!] });
    assert.deepEqual(
      [ended![0]!.desiredStatus, ended![0]!.stopCode, ended![0]!.stoppedReason],
      ["STOPPED", "TerminationNotice", "Container instance deregistration forced by user"],
    );
    const { clusters } = await call("DescribeClusters", { clusters: ["web"] });
    assert.equal(clusters![0]!.registeredContainerInstancesCount, 0);
    assert.deepEqual((await call("ListContainerInstances", { cluster: "web" })).containerInstanceArns, []);
    assert.equal((await show(arn))!.status, "INACTIVE");
    const key = instanceKeyOfArn(at, arn);
    assert.deepEqual(await world.reconcile(containerInstanceController, key), {
      lookAgainAt: world.clock.now() + 3_600_000,
    });
    await world.clock.advance(3_600_000);
    await world.reconcile(containerInstanceController, key);
    assert.equal(await show(arn), undefined);
  });

  test("say whether the agent of their host is connected", async () => {
    const { world, register, putHost, show } = await withHosts("host-a");
    const { containerInstanceArn: arn = "" } = await register();
    const id = arn.split("/").at(-1)!;
    await putHost("host-a", false);
    await world.reconcile(containerInstanceController, containerInstanceKey({ ...at, id }));
    assert.equal((await show(id))!.agentConnected, false);
    await putHost("host-a", true);
    await world.reconcile(containerInstanceController, containerInstanceKey({ ...at, id }));
    assert.deepEqual([(await show(id))!.agentConnected, (await show(id))!.version], [true, 3]);
  });

  test("on one host share its ports", async () => {
    const { register, call } = await withHosts("host-a");
    const [first, second] = [await register(), await register()];
    const containerDefinitions = [
      { name: "app", image: "app:1", memory: 64, portMappings: [{ containerPort: 80, hostPort: 8080 }] },
    ];
    await call("RegisterTaskDefinition", { family: "web", containerDefinitions });
    const run = (count = 1) => call("RunTask", { cluster: "web", taskDefinition: "web", launchType: "EC2", count });
    assert.equal((await run(2)).tasks!.length, 1, "also when both are placed at once");
    const arns = [first, second].map(({ containerInstanceArn: arn }) => arn!).toSorted();
    const { failures } = await run();
    assert.deepEqual(
      failures,
      arns.map((arn) => ({ arn, reason: "RESOURCE:PORTS" })),
    );
  });
});

test("calls of the Amazon ECS agent are refused, with what to do instead", async () => {
  const { call } = await withHosts("host-a");
  const refused = isFault("ClientException", /estiva instance register/);
  await assert.rejects(call("DiscoverPollEndpoint", {}), refused);
  await assert.rejects(call("SubmitTaskStateChange", {}), refused);
  await assert.rejects(call("SubmitContainerStateChange", {}), refused);
  await assert.rejects(call("SubmitAttachmentStateChanges", { attachments: [] }), refused);
});

describe("StartTask", () => {
  const definition = {
    family: "box",
    containerDefinitions: [{ name: "app", image: "app:1", memory: 3000 }],
    placementConstraints: [{ type: "memberOf", expression: "attribute:none exists" }],
  } as const;

  test("puts a task on each instance that is named and has room, whatever constraints say", async () => {
    const { register, call } = await withHosts("host-a");
    const [one, other, drained] = [await register(), await register(), await register()].map(
      ({ containerInstanceArn: arn }) => arn!,
    ) as [string, string, string];
    const input = { cluster: "web", containerInstances: [drained], status: "DRAINING" } as const;
    await call("UpdateContainerInstancesState", input);
    await call("RegisterTaskDefinition", definition);
    const start = (...containerInstances: string[]) =>
      call("StartTask", { cluster: "web", taskDefinition: "box", containerInstances, startedBy: "me" });
    const { tasks, failures } = await start(one, other.split("/").at(-1)!, drained, "none");
    assert.deepEqual(
      tasks!.map(({ containerInstanceArn: arn }) => arn),
      [one, other],
    );
    assert.deepEqual(
      tasks!.map(({ launchType, startedBy }) => [launchType, startedBy]),
      [
        ["EC2", "me"],
        ["EC2", "me"],
      ],
    );
    const none = "arn:aws:ecs:us-east-1:000000000000:container-instance/web/none";
    assert.deepEqual(failures, [
      { arn: drained, reason: "INACTIVE" },
      { arn: none, reason: "MISSING" },
    ]);
    assert.deepEqual((await start(one)).failures, [{ arn: one, reason: "RESOURCE:MEMORY" }]);
  });

  test("is refused without instances, and for what cannot run there", async () => {
    const { call } = await withHosts("host-a");
    const start = (containerInstances: string[], taskDefinition = "hello") =>
      call("StartTask", { cluster: "web", taskDefinition, containerInstances });
    await assert.rejects(start([]), isFault("InvalidParameterException", /can not be blank/));
    await assert.rejects(start(["1"], "none"), isFault("ClientException", "TaskDefinition not found."));
  });
});
