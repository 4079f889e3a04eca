import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { request } from "node:http";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DeleteServiceCommand,
  DeregisterContainerInstanceCommand,
  DescribeContainerInstancesCommand,
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListContainerInstancesCommand,
  ListTasksCommand,
  type NetworkBinding,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  type RunTaskCommandInput,
  type Service,
  StartTaskCommand,
  StopTaskCommand,
  type Task,
  UpdateContainerInstancesStateCommand,
  waitUntilTasksRunning,
} from "@aws-sdk/client-ecs";
import { namesOf } from "#host/network/names.ts";
import { busyboxReference } from "../images/busybox.ts";
import { runEstiva } from "../support/estiva.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { createTaskRole } from "../support/task-role.ts";
import { applyTwice, terraformFolder, whyNoTerraform } from "../support/terraform.ts";
import { until } from "../support/until.ts";

/** The launch type EC2 with real containers: this machine as four container instances, three with a rack. */

const cluster = "instances";
const shared = await sharePlatform({
  env: { ESTIVA_SETTLE_SECONDS: "1" },
  async prepare() {
    await shared.clients.ecs.send(new CreateClusterCommand({ clusterName: cluster }));
    await createTaskRole(shared.platform);
    await register("--count", "3", "--attribute", "rack=r1");
    await register("--zone", "us-east-1b");
  },
});

/** Ends well in a container that is answered all that it may ask; each step has an exit code of its own. */
function look(networkMode: string): string {
  const get = "wget -q -O -";
  return [
    `${get} http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI | grep -q role/app || exit 11`,
    `${get} $ECS_CONTAINER_METADATA_URI | grep -q '"NetworkMode":"${networkMode}"' || exit 12`,
    `${get} $ECS_CONTAINER_METADATA_URI_V4/task | grep -q '"LaunchType":"EC2"' || exit 13`,
    `${get} $AWS_ENDPOINT_URL/_estiva/health | grep -q '"status":"ok"' || exit 14`,
  ].join("\n");
}

async function runWithRole(
  networkMode: NonNullable<RegisterTaskDefinitionCommandInput["networkMode"]>,
  script: string,
  fields: Partial<RunTaskCommandInput> = {},
): Promise<Task> {
  const { ecs } = shared.clients;
  const family = `role-${networkMode}`;
  const container = { name: "app", image: busyboxReference, memory: 32, command: ["sh", "-c", script] };
  const same = { containerDefinitions: [container], taskRoleArn: "arn:aws:iam::000000000000:role/app" };
  await ecs.send(new RegisterTaskDefinitionCommand({ ...same, family, networkMode }));
  const input = { cluster, launchType: "EC2", taskDefinition: family, ...fields } as const;
  const { tasks, failures } = await ecs.send(new RunTaskCommand(input));
  assert.deepEqual(failures, []);
  return tasks![0]!;
}

/** Of several platforms on a machine the one whose rules came first answers tasks in host mode: the others wait. */
function lookInHostMode(): Promise<Task> {
  return until("a look in host mode", async () => {
    const task = await runWithRole("host", look("host"));
    const [ended] = await stopped([task]);
    return ended!.containers![0]!.exitCode === 11 && (await isContested()) ? undefined : task;
  });
}

/** Whether another platform leads the address of metadata for the machine's own processes. */
async function isContested(): Promise<boolean> {
  const { stdout } = await promisify(execFile)("nft", ["list", "ruleset"]);
  const tables = stdout
    .split(/^(?=table )/m)
    .filter((text) => !text.includes(namesOf(shared.platform.platformId).hostTable));
  return tables.some((text) => /^\s*ip daddr 169\.254\.170\.2 tcp dport 80 dnat /m.test(text));
}

async function register(...words: string[]): Promise<void> {
  const size = ["--cpu", "256", "--memory", "256"];
  const all = ["instance", "register", "--cluster", cluster, ...size, ...words];
  const { code, err } = await runEstiva(shared.platform, all);
  assert.equal(code, 0, err);
}

async function instancesOf(filter: string): Promise<string[]> {
  const input = { cluster, ...(filter && { filter }) };
  return (await shared.clients.ecs.send(new ListContainerInstancesCommand(input))).containerInstanceArns!;
}

/** A server in a container that answers on port 8000, or on the one that its network mode gives it. */
async function define(
  family: string,
  fields: Partial<RegisterTaskDefinitionCommandInput> = {},
  port = 8000,
  hostPort = 0,
) {
  const command = ["httpd", "-f", "-p", String(port)];
  const portMappings = [{ containerPort: port, hostPort: fields.networkMode === "host" ? port : hostPort }];
  const container = { name: "web", image: busyboxReference, memory: 32, command, portMappings };
  const input = { family, containerDefinitions: [container], ...fields };
  await shared.clients.ecs.send(new RegisterTaskDefinitionCommand(input));
}

async function running(tasks: readonly Task[] | undefined): Promise<Task[]> {
  const arns = tasks!.map(({ taskArn }) => taskArn!);
  const { ecs } = shared.clients;
  await waitUntilTasksRunning({ client: ecs, maxWaitTime: 120, minDelay: 1, maxDelay: 1 }, { cluster, tasks: arns });
  return (await ecs.send(new DescribeTasksCommand({ cluster, tasks: arns }))).tasks!;
}

function portOf(task: Task): number {
  return task.containers![0]!.networkBindings![0]!.hostPort!;
}

function bindingsOf({ containers }: Task): NetworkBinding[] {
  return containers![0]!.networkBindings!;
}

/** The status that the server answers with; busybox has no page to show. */
function ask(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.on("error", reject);
    asked.end();
  });
}

async function stop(tasks: readonly Task[]): Promise<void> {
  const { ecs } = shared.clients;
  for (const { taskArn } of tasks) await ecs.send(new StopTaskCommand({ cluster, task: taskArn! }));
  await stopped(tasks);
}

function stopped(tasks: readonly Task[]): Promise<Task[]> {
  const arns = tasks.map(({ taskArn }) => taskArn!);
  const look = async () => (await shared.clients.ecs.send(new DescribeTasksCommand({ cluster, tasks: arns }))).tasks!;
  return until("the tasks to stop", look, (now) => now.every(({ lastStatus }) => lastStatus === "STOPPED"));
}

async function create(serviceName: string, fields: Partial<CreateServiceCommandInput>): Promise<void> {
  const input = { cluster, serviceName, taskDefinition: "bridge", launchType: "EC2", ...fields } as const;
  await shared.clients.ecs.send(new CreateServiceCommand(input));
}

async function stable(service: string, count: number): Promise<Service> {
  let found: Service | undefined;
  await until(`${service} to be stable`, async () => {
    const { services } = await shared.clients.ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
    found = services![0]!;
    const { deployments, runningCount, desiredCount } = found;
    const isDone = deployments!.length === 1 && deployments![0]!.rolloutState === "COMPLETED";
    return isDone && runningCount === count && desiredCount === count;
  });
  return found!;
}

async function placesOf(serviceName: string): Promise<string[]> {
  const { ecs } = shared.clients;
  const { taskArns } = await ecs.send(new ListTasksCommand({ cluster, serviceName }));
  const { tasks } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns! }));
  return tasks!.map(({ containerInstanceArn }) => containerInstanceArn!).toSorted();
}

async function remove(service: string): Promise<void> {
  const { ecs } = shared.clients;
  await ecs.send(new DeleteServiceCommand({ cluster, service, force: true }));
  await until(`${service} to be gone`, async () => {
    const { services } = await ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
    return services![0]!.status === "INACTIVE";
  });
}

describe("container instances", { skip: shared.skip ?? false, concurrency: false }, () => {
  test("tasks are reached at the ports of the host that the engine gives them, or that they name", async () => {
    const { ecs } = shared.clients;
    await define("bridge");
    await define("fixed", {}, 8000, 28_431);
    await define("host", { networkMode: "host" }, 28_432);
    const made: Task[] = [];
    for (const taskDefinition of ["bridge", "fixed", "host"]) {
      const { tasks, failures } = await ecs.send(new RunTaskCommand({ cluster, taskDefinition, launchType: "EC2" }));
      assert.deepEqual(failures, []);
      made.push(...(await running(tasks)));
    }
    const ports = made.map(portOf);
    assert.deepEqual([ports[0]! > 1024, ports.slice(1)], [true, [28_431, 28_432]]);
    for (const port of ports) {
      // A task runs a moment before its server listens.
      const look = () => ask(port).catch(String);
      await until(`an answer at port ${port}`, look, (status) => status === 404);
    }
    const again = await ecs.send(new RunTaskCommand({ cluster, taskDefinition: "fixed", launchType: "EC2" }));
    assert.deepEqual(new Set(again.failures!.map(({ reason }) => reason)), new Set(["RESOURCE:PORTS"]));
    assert.equal(again.failures!.length, 4, "the instances are one machine");
    await stop(made);
  });

  test("a range of ports gets ports of the host in a row, which outlive the platform's kill", async () => {
    const { ecs } = shared.clients;
    const command = [
      "sh",
      "-c",
      "for i in 0 1 2; do httpd -p 800$i; done; trap exit TERM; while :; do sleep 0.1; done",
    ];
    const portMappings = [{ containerPortRange: "8000-8002" }, { containerPort: 53, protocol: "udp" as const }];
    const container = { name: "web", image: busyboxReference, memory: 32, command, portMappings };
    await ecs.send(new RegisterTaskDefinitionCommand({ family: "range", containerDefinitions: [container] }));
    const run = async (count: number) => {
      const input = { cluster, taskDefinition: "range", launchType: "EC2", count } as const;
      return await running((await ecs.send(new RunTaskCommand(input))).tasks);
    };
    const tasks = await run(2);
    await shared.platform.kill();
    await shared.platform.start();
    const later = [...(await running(tasks)), ...(await run(1))];
    assert.deepEqual(later.slice(0, 2).map(bindingsOf), tasks.map(bindingsOf));
    const ports = later.flatMap((task) => {
      const [range, single] = bindingsOf(task);
      const { containerPortRange, hostPortRange = "", protocol } = range!;
      assert.deepEqual([containerPortRange, protocol, single!.containerPort], ["8000-8002", "tcp", 53]);
      const [first = 0, last] = hostPortRange.split("-").map(Number);
      assert.equal(last, first + 2);
      return [first, first + 1, first + 2];
    });
    assert.equal(new Set(ports).size, 9);
    for (const port of ports)
      await until(
        `an answer at ${port}`,
        () => ask(port).catch(String),
        (is) => is === 404,
      );
    const input = { cluster, containerInstances: await instancesOf("") };
    const taken = async () => {
      const { containerInstances } = await ecs.send(new DescribeContainerInstancesCommand(input));
      const all = containerInstances!.flatMap(({ remainingResources }) => remainingResources!);
      return ports.filter((port) => all.some(({ stringSetValue = [] }) => stringSetValue.includes(String(port))));
    };
    assert.deepEqual(await taken(), ports);
    await stop(later);
    assert.deepEqual(await taken(), []);
  });

  test("StartTask puts a task where it is told to, and what is left of the instance says so", async () => {
    const { ecs } = shared.clients;
    const [arn = ""] = await instancesOf("attribute:ecs.availability-zone == us-east-1b");
    const { tasks } = await ecs.send(
      new StartTaskCommand({ cluster, taskDefinition: "bridge", containerInstances: [arn] }),
    );
    const started = await running(tasks);
    assert.deepEqual([started[0]!.containerInstanceArn, started[0]!.availabilityZone], [arn, "us-east-1b"]);
    const input = { cluster, containerInstances: [arn] };
    const { containerInstances } = await ecs.send(new DescribeContainerInstancesCommand(input));
    const [instance] = containerInstances!;
    assert.deepEqual([instance!.runningTasksCount, instance!.agentConnected], [1, true]);
    const memory = instance!.remainingResources!.find(({ name }) => name === "MEMORY")!.integerValue;
    assert.equal(memory, 256 - 32);
    await stop(started);
  });

  test("in every network mode tasks get metadata, the platform's endpoint and just their own credentials", async () => {
    const { ec2 } = shared.clients;
    const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
    const awsvpcConfiguration = { subnets: Subnets!.map(({ SubnetId }) => SubnetId!) };
    const awsvpc = await runWithRole("awsvpc", look("awsvpc"), { networkConfiguration: { awsvpcConfiguration } });
    const others = [await runWithRole("bridge", look("bridge")), await lookInHostMode()];
    const [owner] = await running([await runWithRole("bridge", "trap exit TERM; while :; do sleep 0.1; done")]);
    const inspected: { Config: { Env: string[] } } = await shared.engine.call(
      "GET",
      `/containers/${owner!.containers![0]!.runtimeId}/json`,
    );
    const [, path] = /^AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=(.*)$/m.exec(inspected.Config.Env.join("\n"))!;
    const thief = await runWithRole("bridge", `wget -q -O - http://169.254.170.2${path} && exit 15; exit 0`);
    const ended = await stopped([awsvpc, ...others, thief]);
    const exits = ended.map(({ containers, stoppedReason }) => [containers![0]!.exitCode, stoppedReason]);
    assert.deepEqual(exits, Array(4).fill([0, "Essential container in task exited"]));
    await stop([owner!]);
  });

  test("services follow constraints and strategies, drain, and daemons are one on each", async () => {
    const { ecs } = shared.clients;
    const racks = (await instancesOf("attribute:rack exists")).toSorted();
    const placementConstraints: CreateServiceCommandInput["placementConstraints"] = [
      { type: "memberOf", expression: "attribute:rack exists" },
      { type: "distinctInstance" },
    ];
    await create("apart", { desiredCount: 2, placementConstraints });
    await create("daemon", { schedulingStrategy: "DAEMON" });
    await stable("apart", 2);
    await stable("daemon", 4);
    assert.deepEqual(await placesOf("daemon"), (await instancesOf("")).toSorted());
    const [drained = ""] = await placesOf("apart");
    const status = { cluster, containerInstances: [drained] };
    await ecs.send(new UpdateContainerInstancesStateCommand({ ...status, status: "DRAINING" }));
    await until("the instance to be empty", async () => {
      const { taskArns } = await ecs.send(new ListTasksCommand({ cluster, containerInstance: drained }));
      return taskArns!.length === 0;
    });
    await stable("apart", 2);
    await stable("daemon", 3);
    assert.deepEqual(
      await placesOf("apart"),
      racks.filter((arn) => arn !== drained),
    );
    await ecs.send(new UpdateContainerInstancesStateCommand({ ...status, status: "ACTIVE" }));
    await stable("daemon", 4);
    await remove("daemon");
    await remove("apart");
  });

  test("Terraform", { skip: whyNoTerraform() ?? false, timeout: 600_000 }, async (t) => {
    const folder = terraformFolder(t, join(import.meta.dirname, "container-instances.tf"));
    await applyTwice(t, folder, { ...shared.platform.env, TF_VAR_image: busyboxReference });
  });

  test("an instance that is deregistered by force takes its tasks with it, and the service starts others", async () => {
    const { ecs } = shared.clients;
    await create("kept", { desiredCount: 2 });
    await stable("kept", 2);
    const [containerInstance = ""] = await placesOf("kept");
    await ecs.send(new DeregisterContainerInstanceCommand({ cluster, containerInstance, force: true }));
    await until("its tasks to leave", async () => !(await placesOf("kept")).includes(containerInstance));
    await stable("kept", 2);
    await remove("kept");
  });
});
