import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DeleteServiceCommand,
  DescribeServicesCommand,
  ListTasksCommand,
  type Service,
  StopTaskCommand,
  UpdateServiceCommand,
  type UpdateServiceCommandInput,
} from "@aws-sdk/client-ecs";
import { createClient, textsOf } from "#cli/client.ts";
import { runEstiva } from "../support/estiva.ts";
import { hookServer } from "../support/hook-server.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import {
  cluster,
  describe as describeTask,
  register,
  runTasks,
  shell,
  stopped as untilStopped,
  untilTold,
} from "../support/tasks.ts";
import { until as untilSo } from "../support/until.ts";

/** Services on real containers: they are kept running and rolled out, whatever is killed meanwhile. */

const shared = await sharePlatform({ env: { ESTIVA_SETTLE_SECONDS: "1" } });

async function create(serviceName: string, fields: Partial<CreateServiceCommandInput>): Promise<void> {
  const { ecs, ec2 } = shared.clients;
  await ecs.send(new CreateClusterCommand({ clusterName: cluster }));
  const { Subnets } = await ec2.send(new DescribeSubnetsCommand({}));
  const subnets = Subnets!.map(({ SubnetId }) => SubnetId!);
  const networkConfiguration = { awsvpcConfiguration: { subnets } };
  await ecs.send(
    new CreateServiceCommand({ cluster, serviceName, launchType: "FARGATE", networkConfiguration, ...fields }),
  );
}

async function update(service: string, fields: Partial<UpdateServiceCommandInput>): Promise<void> {
  await shared.clients.ecs.send(new UpdateServiceCommand({ cluster, service, ...fields }));
}

async function described(service: string): Promise<Service> {
  const { services } = await shared.clients.ecs.send(new DescribeServicesCommand({ cluster, services: [service] }));
  return services![0]!;
}

const until = (service: string, when: (service: Service) => boolean) =>
  untilSo(`${service}: ${when}`, () => described(service), when);

/** What the waiter services-stable of the SDKs waits for, and the deployment's own word. */
const stable = (service: string) =>
  until(service, ({ deployments, runningCount, desiredCount }) => {
    const [primary] = deployments!;
    return deployments!.length === 1 && runningCount === desiredCount && primary!.rolloutState === "COMPLETED";
  });

async function taskArns(serviceName: string): Promise<string[]> {
  return (await shared.clients.ecs.send(new ListTasksCommand({ cluster, serviceName }))).taskArns!;
}

const idOf = (arn: string) => arn.split("/").at(-1)!;
const messages = ({ events }: Service) => events!.map(({ message }) => message!);

describe("services", { skip: shared.skip ?? false }, () => {
  test("keep their tasks running: what is killed is replaced", async () => {
    const taskDefinition = await register(shared.clients, "kept", [shell("app", untilTold)]);
    await create("kept", { taskDefinition, desiredCount: 3 });
    await stable("kept");
    const [victim] = await taskArns("kept");
    const { containers } = await describeTask(shared.clients, victim!);
    await shared.engine.call("POST", `/containers/${containers![0]!.runtimeId}/kill`);
    await until(
      "kept",
      ({ events }) => events!.filter(({ message }) => /has started 1 tasks/.test(message!)).length > 0,
    );
    await stable("kept");
    const left = await taskArns("kept");
    assert.equal(left.length, 3);
    assert.ok(!left.includes(victim!));
  });

  test("explain themselves: what was decided, and who asked", async () => {
    await until("kept", (service) => /has reached a steady state/.test(messages(service)[0]!));
    const page = await runEstiva(shared.platform, ["explain", "service", "kept", "-c", cluster]);
    assert.equal(page.code, 0, page.err);
    assert.match(
      page.out,
      /^kept: ACTIVE\. 3 wanted, at least 3 healthy, at most 6 at a time\.\nIt is in a steady state\./,
    );
    assert.match(page.out, /What it did last:\n {2}- .* UTC {2}\(service kept\) has reached a steady state\./);
    assert.match(page.out, /Who asked for what:\n {2}- .*:root called CreateService \(/);
    const json = await runEstiva(shared.platform, ["explain", "service", "kept", "-c", cluster, "--json"]);
    const { deployments, waitsFor } = JSON.parse(json.out);
    assert.deepEqual([deployments[0].tasks.healthy, waitsFor], [3, []]);
    const missing = await runEstiva(shared.platform, ["explain", "service", "none", "-c", cluster]);
    const [task] = await taskArns("kept");
    await shared.clients.ecs.send(new StopTaskCommand({ cluster, task, reason: "no longer needed" }));
    const stopped = await runEstiva(shared.platform, ["explain", "task", idOf(task!), "-c", cluster]);
    assert.match(stopped.out, /:\n {2}- Somebody called StopTask\. stoppedReason: no longer needed\.\n/);
    await untilStopped(shared.clients, task!);
    await stable("kept");
    const again = await runEstiva(shared.platform, ["explain", "service", "kept", "-c", cluster]);
    assert.match(again.out, /Tasks that ended last:\n {2}- .* UTC {2}\w{32}: no longer needed; app exit code 0\n/);
    assert.match(stopped.out, /Who asked for what:\n {2}- .*:root called StopTask \(.*reason no longer needed\)/);
    await stable("kept");
    assert.deepEqual([missing.code, missing.err], [1, `estiva: There is no service none in the cluster ${cluster}.\n`]);
  });

  test("roll out a new revision within their bounds, though the platform is killed in the middle", async () => {
    const next = await register(shared.clients, "kept", [shell("app", `echo next; ${untilTold}`)]);
    const before = await taskArns("kept");
    await update("kept", { taskDefinition: next });
    await until("kept", ({ deployments }) => deployments![0]!.runningCount! > 0);
    await shared.platform.kill();
    await shared.platform.start();
    const service = await stable("kept");
    assert.equal(service.taskDefinition, next);
    const after = await taskArns("kept");
    assert.equal(after.length, 3);
    assert.ok(after.every((arn) => !before.includes(arn)));
  });

  test("explain themselves to nobody without the rights", async () => {
    const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = shared.platform.env;
    const { endpoint } = shared.platform;
    const client = createClient({ endpoint, region: "us-east-1", accessKeyId, secretAccessKey });
    await client.iam("CreateUser", { UserName: "guest" });
    const made = await client.iam("CreateAccessKey", { UserName: "guest" });
    client.close();
    const env = {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: textsOf(made, "AccessKeyId")[0],
      AWS_SECRET_ACCESS_KEY: textsOf(made, "SecretAccessKey")[0],
    };
    const what =
      /^estiva: AccessDeniedException: User: arn:aws:iam::\d+:user\/guest is not authorized to perform: ecs:/;
    for (const question of [
      ["simulate", "service", "kept"],
      ["explain", "service", "kept"],
      ["explain", "task", "0".repeat(32)],
    ]) {
      const refused = await runEstiva(shared.platform, [...question, "-c", cluster], env);
      assert.equal(refused.code, 1);
      assert.match(refused.err, what);
    }
  });

  test("tell what a deployment would do, and do nothing", async () => {
    await until("kept", (service) => /has reached a steady state/.test(messages(service)[0]!));
    const before = (await described("kept")).events!.length;
    const page = await runEstiva(shared.platform, [
      "simulate",
      "service",
      "kept",
      "deploy",
      "revision",
      "1",
      "-c",
      cluster,
    ]);
    assert.equal(page.code, 0, page.err);
    assert.match(page.out, /^kept: 3 healthy of 3 running tasks now\.\n\nAFTER +HEALTHY +RUNNING +WHAT\n/);
    assert.match(page.out, /Starts 3 tasks of kept:1\.\n/);
    assert.match(page.out, /The lowest number of healthy tasks: 3, after 0 s \(minimumHealthyPercent keeps 3\)\.\n/);
    const question = ["scale", "to", "1", "kill", "1", "task", "--json", "-c", cluster];
    const json = await runEstiva(shared.platform, ["simulate", "service", "kept", ...question]);
    const { ending, lowestHealthy, after } = JSON.parse(json.out);
    assert.deepEqual([ending, lowestHealthy.count, after.healthy], ["steady", 1, 1]);
    assert.equal((await described("kept")).events!.length, before);
    const unknown = await runEstiva(shared.platform, ["simulate", "service", "kept", "explode", "-c", cluster]);
    assert.equal(unknown.code, 64);
  });

  test("go back to what worked when a deployment fails", async () => {
    const good = (await described("kept")).taskDefinition;
    const bad = await register(shared.clients, "kept", [shell("app", "", { command: ["/does-not-exist"] })]);
    const deploymentCircuitBreaker = { enable: true, rollback: true };
    const working = await taskArns("kept");
    await update("kept", { taskDefinition: bad, deploymentConfiguration: { deploymentCircuitBreaker } });
    await until("kept", (service) => messages(service).some((message) => /rolling back to deployment/.test(message)));
    const service = await stable("kept");
    assert.equal(service.taskDefinition, good);
    assert.ok(messages(service).some((message) => /deployment failed: tasks failed to start\.$/.test(message)));
    assert.deepEqual((await taskArns("kept")).toSorted(), working.toSorted(), "what worked was left alone");
  });

  test("shift no traffic when a lifecycle hook says no, though the platform is killed while it waits", async () => {
    const good = (await described("kept")).taskDefinition;
    const next = await register(shared.clients, "kept", [shell("app", `echo hooked; ${untilTold}`)]);
    const working = await taskArns("kept");
    let answer: object = { hookStatus: "IN_PROGRESS", callBackDelay: 1 };
    const hook = await hookServer(() => answer);
    try {
      await update("kept", {
        taskDefinition: next,
        deploymentConfiguration: {
          strategy: "BLUE_GREEN",
          lifecycleHooks: [{ hookTargetArn: hook.url, lifecycleStages: ["POST_SCALE_UP"], hookDetails: { a: 1 } }],
        },
      });
      await untilSo("a call", () => hook.calls.length > 0);
      await shared.platform.kill();
      await shared.platform.start();
      const before = hook.calls.length;
      await untilSo("a further call", () => hook.calls.length > before);
      assert.equal(new Set(hook.calls.map(({ executionId }) => executionId)).size, 1);
      assert.deepEqual(hook.calls.at(-1)!.hookDetails, { a: 1 });
      answer = { hookStatus: "FAILED" };
      await until("kept", (service) => messages(service).some((message) => message.includes("lifecycle hook")));
      const service = await stable("kept");
      assert.equal(service.taskDefinition, good);
      assert.deepEqual((await taskArns("kept")).toSorted(), working.toSorted(), "what worked was left alone");
    } finally {
      await hook.close();
    }
  });

  test("replace unhealthy tasks, the replacement first", async () => {
    const command = ["CMD-SHELL", "test ! -f /tmp/ill || { echo it is ill; exit 1; }"];
    const healthCheck = { command, interval: 5, timeout: 60, retries: 1 };
    const taskDefinition = await register(shared.clients, "checked", [shell("app", untilTold, { healthCheck })]);
    await create("checked", { taskDefinition, desiredCount: 1 });
    await stable("checked");
    const [victim] = await taskArns("checked");
    const { containers } = await describeTask(shared.clients, victim!);
    const body = { Cmd: ["touch", "/tmp/ill"] };
    const { Id } = await shared.engine.call("POST", `/containers/${containers![0]!.runtimeId}/exec`, { body });
    await shared.engine.call("POST", `/exec/${Id}/start`, { body: { Detach: true } });
    const service = await until("checked", (found) =>
      messages(found).some((message) => message.includes("has stopped")),
    );
    const told = messages(service).toReversed();
    const at = (pattern: RegExp) => told.findIndex((message) => pattern.test(message));
    assert.ok(at(/failed container health checks/) >= 0);
    assert.ok(at(/has started 1 tasks.*/) < at(/has stopped 1 running tasks/));
    await stable("checked");
    const page = await runEstiva(shared.platform, ["explain", "task", "-c", cluster, idOf(victim!)]);
    assert.match(
      page.out,
      /Why it (is being )?stopped:\n {2}- The service checked replaced it: its health checks failed\./,
    );
    assert.match(page.out, /Container app was UNHEALTHY\. Its last check wrote: it is ill\n/);
    assert.match(page.out, /Placed on host-\S+ in us-east-1.\. host-\S+ is the only active host/);
  });

  test("and so do tasks: what they wait for on their host", async () => {
    const healthCheck = { command: ["CMD-SHELL", "false"], interval: 300, retries: 10 };
    const containers = [
      shell("db", untilTold, { healthCheck, essential: false }),
      shell("app", untilTold, { dependsOn: [{ containerName: "db", condition: "HEALTHY" }] }),
    ];
    const taskDefinition = await register(shared.clients, "ordered", containers);
    const [task] = await runTasks(shared.clients, taskDefinition);
    const words = ["explain", "task", idOf(task!.taskArn!), "-c", cluster];
    const look = () => runEstiva(shared.platform, words);
    await untilSo("the reason", look, (page) => {
      assert.equal(page.code, 0, page.err);
      if (page.out.includes("  - The agent: container app waits for db to be healthy.\n")) return true;
      assert.match(page.out, /: (PROVISIONING|PENDING), and it is to be RUNNING\.\n/);
      return false;
    });
    await shared.clients.ecs.send(new StopTaskCommand({ cluster, task: task!.taskArn! }));
    await untilStopped(shared.clients, task!.taskArn!);
  });

  test("leave nothing when they are deleted", async () => {
    for (const service of ["kept", "checked"]) {
      await shared.clients.ecs.send(new DeleteServiceCommand({ cluster, service, force: true }));
    }
    for (const service of ["kept", "checked"]) await until(service, ({ status }) => status === "INACTIVE");
    assert.deepEqual(await taskArns("kept"), []);
  });
});
