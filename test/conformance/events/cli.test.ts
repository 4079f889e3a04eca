import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { promisify } from "node:util";
import { type Client, createClient, textsOf } from "#cli/client.ts";
import { whyNoAwsCli } from "../../support/aws-cli.ts";
import { until as untilSo } from "../../support/until.ts";
import { type WholePlatform, wholePlatform } from "./world.ts";

const run = promisify(execFile);
const account = "000000000000";
const policyOf = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
const trustOf = (...Service: string[]) =>
  policyOf({ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" });
const allow = (Action: string | string[]) => policyOf({ Effect: "Allow", Action, Resource: "*" });
const invoke = `arn:aws:iam::${account}:role/invoke`;

interface TaskEvent {
  readonly detail: {
    readonly version: number;
    readonly lastStatus: string;
    readonly startedBy: string;
    readonly taskArn: string;
    readonly overrides: { readonly containerOverrides: readonly object[] };
  };
}

/** As the User Guide has it under "Using resource-based policies for EventBridge". */
const letEventsWrite = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Principal: { Service: ["events.amazonaws.com", "delivery.logs.amazonaws.com"] },
      Resource: `arn:aws:logs:us-east-1:${account}:log-group:/aws/events/*:*`,
    },
  ],
});

/** What users do with the AWS CLI, from an event to a task that runs. */
describe("the AWS CLI", { skip: whyNoAwsCli() ?? false }, () => {
  let platform: WholePlatform;
  /** Sets up what the tests are not about, and looks: the AWS CLI takes its time to start. */
  let client: Client;
  before(async () => {
    platform = await wholePlatform();
    client = createClient(platform.connection);
    await client.ecs("CreateCluster", { clusterName: "web" });
    const trust = trustOf("events.amazonaws.com", "scheduler.amazonaws.com");
    await client.iam("CreateRole", { RoleName: "invoke", AssumeRolePolicyDocument: trust });
    await letRole("run", "ecs:RunTask");
    for (const name of ["all", "tasks"]) await client.logs("CreateLogGroup", { logGroupName: `/aws/events/${name}` });
    await client.ecs("RegisterTaskDefinition", {
      ...{ family: "job", networkMode: "awsvpc", cpu: "256", memory: "512", requiresCompatibilities: ["FARGATE"] },
      containerDefinitions: [{ name: "app", image: "fake/exit/after-200ms", essential: true }],
    });
  });
  after(async () => {
    client.close();
    await platform.close();
  });

  async function letRole(name: string, action: string): Promise<void> {
    const policy = { RoleName: "invoke", PolicyName: name, PolicyDocument: allow(action) };
    await client.iam("PutRolePolicy", policy);
  }

  /** The first argument is split at its spaces. */
  const aws = (first: string, ...more: string[]) => awsAs({}, first, ...more);

  async function awsAs(env: NodeJS.ProcessEnv, first: string, ...more: string[]) {
    const { stdout } = await run("aws", [...first.split(" "), ...more], { env: { ...platform.env, ...env } });
    return stdout === "" ? {} : JSON.parse(stdout);
  }

  /** Asks again until the answer is there: deliveries take a moment. */
  const until = <T>(ask: () => Promise<T | undefined>): Promise<NonNullable<T>> => untilSo(String(ask), ask);

  async function messages<T>(group: string, isAll: (found: T[]) => boolean): Promise<T[]> {
    return until(async () => {
      const { events = [] } = await client.logs("FilterLogEvents", { logGroupName: group });
      const found = events.map(({ message = "" }) => JSON.parse(message) as T);
      return isAll(found) ? found : undefined;
    });
  }

  async function taskTarget(): Promise<object> {
    const [subnet = ""] = textsOf(await client.ec2("DescribeSubnets", {}), "subnetId");
    const network = { Subnets: [subnet], AssignPublicIp: "ENABLED" };
    return {
      ...{ Arn: `arn:aws:ecs:us-east-1:${account}:cluster/web`, RoleArn: invoke },
      EcsParameters: {
        ...{ TaskDefinitionArn: `arn:aws:ecs:us-east-1:${account}:task-definition/job`, LaunchType: "FARGATE" },
        NetworkConfiguration: { awsvpcConfiguration: network },
      },
    };
  }

  it("sends an event to a log group and to an API destination", async (t) => {
    const seen: { message: IncomingMessage; body: string }[] = [];
    const server = createServer(async (message, response) => {
      let body = "";
      for await (const chunk of message) body += chunk;
      seen.push({ message, body });
      response.end();
    }).listen(0, "127.0.0.1");
    t.after(() => server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await aws("events create-event-bus --name orders");
    const document = ["--policy-document", letEventsWrite];
    await aws("logs put-resource-policy --policy-name events", ...document);
    const { resourcePolicies } = await aws("logs describe-resource-policies");
    assert.deepEqual([resourcePolicies.length, resourcePolicies[0].policyName], [1, "events"]);
    const auth = JSON.stringify({ BasicAuthParameters: { Username: "ann", Password: "pa55" } });
    const connection = ["--authorization-type", "BASIC", "--auth-parameters", auth];
    const { ConnectionArn } = await aws("events create-connection --name hook", ...connection);
    // Version 1 of the AWS CLI takes an URL among its arguments for where the value is to be had.
    const destination = {
      ...{ Name: "hook", ConnectionArn, HttpMethod: "POST" },
      InvocationEndpoint: `http://127.0.0.1:${port}/orders`,
    };
    const input = JSON.stringify(destination);
    const { ApiDestinationArn } = await aws("events create-api-destination --cli-input-json", input);
    const pattern = { source: ["shop"], detail: { total: [{ numeric: [">", 100] }] } };
    await aws("events put-rule --name big --event-bus-name orders --event-pattern", JSON.stringify(pattern));
    await letRole("hook", "events:InvokeApiDestination");
    const targets = [
      { Id: "log", Arn: `arn:aws:logs:us-east-1:${account}:log-group:/aws/events/all` },
      { Id: "hook", Arn: ApiDestinationArn, RoleArn: invoke, InputPath: "$.detail" },
    ];
    const put = await aws("events put-targets --rule big --event-bus-name orders --targets", JSON.stringify(targets));
    assert.deepEqual(put, { FailedEntryCount: 0, FailedEntries: [] });
    const entry = (total: number) => ({
      ...{ Source: "shop", DetailType: "Order", EventBusName: "orders", Detail: JSON.stringify({ total }) },
    });
    const sent = await aws("events put-events --entries", JSON.stringify([entry(120), entry(80)]));
    assert.equal(sent.FailedEntryCount, 0);
    const events = await messages<{ id: string; detail: object }>("/aws/events/all", ({ length }) => length > 0);
    assert.deepEqual(
      events.map(({ id, detail }) => [id, detail]),
      [[sent.Entries[0].EventId, { total: 120 }]],
    );
    await until(async () => seen[0]);
    assert.equal(seen[0]?.body, '{"total":120}');
    assert.equal(seen[0]?.message.headers.authorization, `Basic ${Buffer.from("ann:pa55").toString("base64")}`);
  });

  it("runs a task for an event, and tells of the task's states in order", async () => {
    const states = { source: ["aws.ecs"], "detail-type": ["ECS Task State Change"] };
    await aws("events put-rule --name states --event-pattern", JSON.stringify(states));
    const log = { Id: "log", Arn: `arn:aws:logs:us-east-1:${account}:log-group:/aws/events/tasks` };
    await aws("events put-targets --rule states --targets", JSON.stringify([log]));
    await aws("events put-rule --name start --event-pattern", JSON.stringify({ source: ["starter"] }));
    const InputTransformer = {
      InputPathsMap: { who: "$.detail.who" },
      InputTemplate: '{"containerOverrides": [{"name": "app", "environment": [{"name": "WHO", "value": "<who>"}]}]}',
    };
    const target = { Id: "task", ...(await taskTarget()), InputTransformer };
    await aws("events put-targets --rule start --targets", JSON.stringify([target]));
    const entry = { Source: "starter", DetailType: "Go", Detail: JSON.stringify({ who: "ada" }) };
    await aws("events put-events --entries", JSON.stringify([entry]));
    const hasStopped = (events: TaskEvent[]) => events.some(({ detail }) => detail.lastStatus === "STOPPED");
    const details = (await messages<TaskEvent>("/aws/events/tasks", hasStopped)).map(({ detail }) => detail);
    assert.deepEqual(
      details.map(({ version }) => version),
      details.map((_, i) => i + 1),
    );
    const seen = [...new Set(details.map(({ lastStatus }) => lastStatus))];
    assert.deepEqual(seen.slice(0, 4), ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"]);
    const { taskArn, startedBy, overrides } = details.at(-1)!;
    assert.equal(startedBy, "events-rule/start");
    assert.deepEqual(overrides.containerOverrides, [{ name: "app", environment: [{ name: "WHO", value: "ada" }] }]);
    const { tasks } = await client.ecs("DescribeTasks", { cluster: "web", tasks: [taskArn] });
    assert.equal(tasks?.[0]?.containers?.[0]?.exitCode, 0);
  });

  it("runs a task by a schedule: a rate begins at once", async () => {
    const window = ["--flexible-time-window", "Mode=OFF", "--target", JSON.stringify(await taskTarget())];
    const made = await aws("scheduler create-schedule --name tick --schedule-expression", "rate(1 hour)", ...window);
    assert.equal(made.ScheduleArn, `arn:aws:scheduler:us-east-1:${account}:schedule/default/tick`);
    await until(async () => {
      const by = { cluster: "web", startedBy: "chronos-schedule/tick" };
      const alive = await client.ecs("ListTasks", { ...by, desiredStatus: "RUNNING" });
      const ended = await client.ecs("ListTasks", { ...by, desiredStatus: "STOPPED" });
      return [...(alive.taskArns ?? []), ...(ended.taskArns ?? [])][0];
    });
    assert.equal((await aws("scheduler get-schedule --name tick")).State, "ENABLED");
    await aws("scheduler delete-schedule --name tick");
    await assert.rejects(aws("scheduler get-schedule --name tick"), /\(ResourceNotFoundException\)/);
  });

  it("runs what a universal target names", async () => {
    await letRole("make", "logs:CreateLogGroup");
    const Input = JSON.stringify({ LogGroupName: "/made/by/schedule" });
    const Target = { Arn: "arn:aws:scheduler:::aws-sdk:cloudwatchlogs:createLogGroup", RoleArn: invoke, Input };
    const window = ["--flexible-time-window", "Mode=OFF", "--target", JSON.stringify(Target)];
    await aws("scheduler create-schedule --name make --schedule-expression", "rate(1 day)", ...window);
    await until(async () => {
      const { logGroups = [] } = await client.logs("DescribeLogGroups", { logGroupNamePrefix: "/made/by" });
      return logGroups[0];
    });
  });

  it("asks for iam:PassRole of whoever hands a role over, and for the role's trust", async () => {
    await client.iam("CreateUser", { UserName: "bob" });
    const may = allow(["events:*", "scheduler:*"]);
    await client.iam("PutUserPolicy", { UserName: "bob", PolicyName: "p", PolicyDocument: may });
    const key = await client.iam("CreateAccessKey", { UserName: "bob" });
    const [id = "", secret = ""] = ["AccessKeyId", "SecretAccessKey"].map((name) => textsOf(key, name)[0]);
    const bob = { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret };
    const target = await taskTarget();
    await awsAs(bob, "events put-rule --name bobs --event-pattern", JSON.stringify({ source: ["x"] }));
    const put = awsAs(bob, "events put-targets --rule bobs --targets", JSON.stringify([{ Id: "t", ...target }]));
    await assert.rejects(put, /not authorized to perform: iam:PassRole on resource: arn:aws:iam::\d+:role\/invoke/);
    const window = ["--flexible-time-window", "Mode=OFF", "--target", JSON.stringify(target)];
    const schedule = awsAs(bob, "scheduler create-schedule --name b --schedule-expression", "rate(1 day)", ...window);
    await assert.rejects(schedule, /iam:PassRole/);
    const other = { RoleName: "other", AssumeRolePolicyDocument: trustOf("ecs-tasks.amazonaws.com") };
    await client.iam("CreateRole", other);
    const RoleArn = `arn:aws:iam::${account}:role/other`;
    const wrong = aws("events put-targets --rule bobs --targets", JSON.stringify([{ Id: "t", ...target, RoleArn }]));
    await assert.rejects(wrong, /cannot be assumed by principal 'events.amazonaws.com'/);
  });
});
