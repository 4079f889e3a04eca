import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { GetLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeSubnetsCommand } from "@aws-sdk/client-ec2";
import {
  ContinueServiceDeploymentCommand,
  CreateClusterCommand,
  CreateServiceCommand,
  type CreateServiceCommandInput,
  DeleteServiceCommand,
  DescribeServiceDeploymentsCommand,
  ListServiceDeploymentsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  StopTaskCommand,
  type Task,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { noProxy } from "../contracts/load-balancer/loopback.ts";
import { busyboxReference } from "../images/busybox.ts";
import { runEstiva } from "../support/estiva.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { statisticsOf } from "../support/statistics.ts";
import { cluster, describe as describeTask, untilTold } from "../support/tasks.ts";
import { until } from "../support/until.ts";

/** Tasks of a namespace reach its services by short names, through the proxy of each task. */

/** The account's own authority, where AWS has one of AWS Private CA. */
const awsPcaAuthorityArn = "arn:aws:acm-pca:us-east-1:000000000000:certificate-authority/estiva";
const intervalSeconds = 5;
const shared = await sharePlatform({
  env: { ESTIVA_METRICS_INTERVAL: String(intervalSeconds), ESTIVA_SETTLE_SECONDS: "1" },
});
const statistics = statisticsOf(() => shared.platform, intervalSeconds);
/** What comes of lines is kept by the minute. */
const minutes = statisticsOf(() => shared.platform, 60);

describe("Service Connect", { skip: shared.skip ?? noProxy }, () => {
  const ecs = () => shared.clients.ecs;
  const running = async (serviceName: string, count: number): Promise<string[]> => {
    const look = async () => {
      const { taskArns } = await ecs().send(new ListTasksCommand({ cluster, serviceName }));
      return Promise.all(taskArns!.map((arn) => describeTask(shared.clients, arn)));
    };
    const runs = (task: Task) => task.lastStatus === "RUNNING" && task.desiredStatus === "RUNNING";
    const enough = (tasks: readonly Task[]) => tasks.filter(runs).length === count;
    const tasks = await until(`${count} tasks of ${serviceName}`, look, enough);
    return tasks.filter(runs).map(({ taskArn }) => taskArn!);
  };

  const create = async (input: Partial<CreateServiceCommandInput>) => {
    const { Subnets } = await shared.clients.ec2.send(new DescribeSubnetsCommand({}));
    const awsvpcConfiguration = { subnets: [Subnets![0]!.SubnetId!] };
    await ecs().send(
      new CreateServiceCommand({
        ...{ cluster, launchType: "FARGATE", serviceName: input.taskDefinition, desiredCount: 1 },
        networkConfiguration: { awsvpcConfiguration },
        ...input,
      }),
    );
  };
  const register = (family: string, script: string, portMappings: object[]) =>
    ecs().send(
      new RegisterTaskDefinitionCommand({
        // Any role that tasks can have, for ECS Exec: it needs no rights.
        taskRoleArn: "arn:aws:iam::000000000000:role/ecsTaskExecutionRole",
        ...{ family, networkMode: "awsvpc", requiresCompatibilities: ["FARGATE"], cpu: "256", memory: "512" },
        containerDefinitions: [{ name: "app", image: busyboxReference, command: ["sh", "-c", script], portMappings }],
      }),
    );
  const askFrom = async (task: string, script: string) => {
    const { out, err } = await runEstiva(shared.platform, ["exec", "-c", cluster, task, "sh", "-c", script]);
    return { lines: out.trim().split(/\r?\n/), err };
  };
  const makeCluster = () =>
    ecs().send(new CreateClusterCommand({ clusterName: cluster, serviceConnectDefaults: { namespace: "inside" } }));

  test("a client reaches the tasks that run, also when one of them ends", async () => {
    await makeCluster();
    // The first port is that of its name too; the second is reached through the proxy of the server's own task only.
    const serve = "mkdir /www; hostname > /www/name; httpd -p 80 -h /www; httpd -p 127.0.0.1:9090 -h /www";
    await register("server", `${serve}; ${untilTold}`, [
      { containerPort: 80, name: "http", appProtocol: "http" },
      { containerPort: 9090, name: "inner" },
    ]);
    await register("client", untilTold, []);
    const options = { "awslogs-group": "proxies", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "sc" };
    const logs = {
      logConfiguration: { logDriver: "awslogs", options: { ...options, "awslogs-create-group": "true" } },
      accessLogConfiguration: { format: "TEXT" },
    } as const;
    const tls = { issuerCertificateAuthority: { awsPcaAuthorityArn } };
    const services = [
      { portName: "http", discoveryName: "api", clientAliases: [{ port: 80, dnsName: "api" }], tls },
      { portName: "inner", ingressPortOverride: 19_090, clientAliases: [{ port: 90 }] },
    ];
    await create({
      taskDefinition: "server",
      desiredCount: 2,
      serviceConnectConfiguration: { enabled: true, services },
    });
    const servers = await running("server", 2);
    await create({
      ...{
        taskDefinition: "client",
        serviceConnectConfiguration: { enabled: true, ...logs },
        enableExecuteCommand: true,
      },
    });
    const [client] = await running("client", 1);
    const ask = (script: string) => askFrom(client!, script);
    const six = "for i in 1 2 3 4 5 6; do wget -q -O - http://api/name || echo failed; done";
    const first = await ask(six);
    assert.equal(new Set(first.lines).size, 2, `${first.lines} ${first.err}`);
    assert.ok(!first.lines.includes("failed"), String(first.lines));
    // From proxy to proxy it goes with TLS: past the client's own nobody gets in without.
    const { attachments } = await describeTask(shared.clients, servers[0]!);
    const address = attachments![0]!.details!.find(({ name }) => name === "privateIPv4Address")!.value!;
    const past = await ask(`wget -q -O - http://${address}/name || echo failed`);
    assert.equal(past.lines.at(-1), "failed", past.err);
    assert.equal(new Set((await ask(six.replace("http://api", "http://inner.inside:90"))).lines).size, 2);

    const sum = async (name: string, dimensions: Readonly<Record<string, string>>) =>
      (await statistics("AWS/ECS", name, dimensions)).reduce((all, { Sum }) => all + Sum, 0);
    const toServer = { ServiceName: "server", ClusterName: cluster };
    const inner = { DiscoveryName: "inner", ...toServer };
    await until("metrics of both names", async () => (await sum("NewConnectionCount", inner)) >= 6 || undefined);
    const counted = {
      requests: await sum("RequestCount", { DiscoveryName: "api", ...toServer }),
      good: await sum("HTTPCode_Target_2XX_Count", { TargetDiscoveryName: "api", ...toServer, ServiceName: "client" }),
      perTarget: await sum("RequestCountPerTarget", { TargetDiscoveryName: "api" }),
      connections: await sum("NewConnectionCount", inner),
    };
    assert.deepEqual(counted, { requests: 6, good: 6, perTarget: 3, connections: 6 });

    const stream = {
      logGroupName: "proxies",
      logStreamName: `sc/ecs-service-connect-agent/${client!.split("/").at(-1)}`,
    };
    const lines = async () =>
      (await shared.clients.logs.send(new GetLogEventsCommand({ ...stream, startFromHead: true }))).events!.map(
        ({ message }) => message!,
      );
    const isRequest = (line: string) => / "GET \/name HTTP\/1\.1" 200 /.test(line);
    const written = await until("access logs", lines, (all) => all.filter(isRequest).length === 6);
    // What the proxy itself says is there too.
    assert.ok(
      written.some((line) => line.includes("NOTICE")),
      written.join("\n"),
    );
    const times = await until(
      "response times",
      () => minutes("AWS/ECS", "TargetResponseTime", { TargetDiscoveryName: "api" }),
      // They may be of two minutes.
      (found) => found.reduce((all, { SampleCount }) => all + SampleCount, 0) >= 6,
    );
    assert.deepEqual(
      [times[0]!.Unit, times.reduce((all, { SampleCount }) => all + SampleCount, 0)],
      ["Milliseconds", 6],
    );

    await ecs().send(new StopTaskCommand({ cluster, task: servers[0]! }));
    const after = await ask("for i in $(seq 20); do wget -q -O - http://api/name || echo failed; sleep 0.1; done");
    assert.ok(!after.lines.includes("failed"), String(after.lines));
    await running("server", 2);
    for (const service of ["server", "client"]) {
      await ecs().send(new DeleteServiceCommand({ cluster, service, force: true }));
    }
  });

  test("a blue/green deployment: test requests reach the new tasks, all do after the shift", async () => {
    await makeCluster();
    const serve = (color: string) => `mkdir /www; echo ${color} > /www/name; httpd -p 8080 -h /www; ${untilTold}`;
    const port = [{ containerPort: 8080, name: "http", appProtocol: "http" }];
    await register("color", serve("blue"), port);
    const services = [{ portName: "http", discoveryName: "color", clientAliases: [{ port: 80, dnsName: "color" }] }];
    const hook = { targetType: "PAUSE", lifecycleStages: ["POST_TEST_TRAFFIC_SHIFT"] } as const;
    await create({
      ...{ taskDefinition: "color", serviceConnectConfiguration: { enabled: true, services } },
      deploymentConfiguration: {
        ...{ strategy: "BLUE_GREEN", bakeTimeInMinutes: 0 },
        lifecycleHooks: [{ ...hook, lifecycleStages: [...hook.lifecycleStages] }],
      },
    });
    await running("color", 1);
    await register("asker", untilTold, []);
    const serviceConnectConfiguration = { enabled: true };
    await create({ taskDefinition: "asker", serviceConnectConfiguration, enableExecuteCommand: true });
    const [asker] = await running("asker", 1);
    const deployment = async () => {
      const { serviceDeployments } = await ecs().send(new ListServiceDeploymentsCommand({ cluster, service: "color" }));
      const serviceDeploymentArns = serviceDeployments!.map((each) => each.serviceDeploymentArn!).slice(0, 1);
      return (await ecs().send(new DescribeServiceDeploymentsCommand({ serviceDeploymentArns })))
        .serviceDeployments![0]!;
    };
    await until("the first deployment", deployment, ({ status }) => status === "SUCCESSFUL");
    await register("color", serve("green"), port);
    await ecs().send(new UpdateServiceCommand({ cluster, service: "color", taskDefinition: "color" }));
    const paused = await until("the pause", async () => {
      const { serviceDeploymentArn, lifecycleHookDetails = [] } = await deployment();
      const waiting = lifecycleHookDetails.find(({ status }) => status === "AWAITING_ACTION");
      return waiting && { serviceDeploymentArn: serviceDeploymentArn!, hookId: waiting.hookId! };
    });
    const colors = async (header: string) =>
      (await askFrom(asker!, `for i in 1 2 3 4; do wget -q -O - ${header} http://color/name; done`)).lines.join(" ");
    const tried = () => colors("--header 'x-amzn-ecs-blue-green-test: 1'");
    await until("test requests at the new tasks", tried, (seen) => seen === "green green green green");
    assert.equal(await colors(""), "blue blue blue blue");
    await ecs().send(new ContinueServiceDeploymentCommand(paused));
    await until(
      "all requests at the new tasks",
      () => colors(""),
      (seen) => seen === "green green green green",
    );
    await until("the end of the deployment", deployment, ({ status }) => status === "SUCCESSFUL");
    assert.equal(await colors(""), "green green green green");
    for (const service of ["color", "asker"]) {
      await ecs().send(new DeleteServiceCommand({ cluster, service, force: true }));
    }
  });
});
