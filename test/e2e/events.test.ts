import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, textsOf } from "#cli/client.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { cluster, logLines, register, shell, stopped } from "../support/tasks.ts";
import { until } from "../support/until.ts";

/** From an event to a container that runs, on a real engine. */

const shared = await sharePlatform();
const { skip, platform } = shared;
const account = "000000000000";
const role = `arn:aws:iam::${account}:role/invoke`;

const policyOf = (Statement: object) => JSON.stringify({ Version: "2012-10-17", Statement });

test("an event runs a container with what it says, though the platform was killed in between", { skip }, async () => {
  const { clients } = shared;
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = platform.env;
  const client = createClient({ endpoint: platform.endpoint, region: "us-east-1", accessKeyId, secretAccessKey });
  await client.ecs("CreateCluster", { clusterName: cluster });
  const definition = await register(clients, "greets", [shell("app", 'echo "hello $WHO"')]);
  const Principal = { Service: "events.amazonaws.com" };
  const trust = policyOf({ Effect: "Allow", Principal, Action: "sts:AssumeRole" });
  await client.iam("CreateRole", { RoleName: "invoke", AssumeRolePolicyDocument: trust });
  const may = policyOf({ Effect: "Allow", Action: ["ecs:RunTask", "iam:PassRole"], Resource: "*" });
  await client.iam("PutRolePolicy", { RoleName: "invoke", PolicyName: "run", PolicyDocument: may });
  const [subnet = ""] = textsOf(await client.ec2("DescribeSubnets", {}), "subnetId");
  const target = {
    ...{ Id: "task", Arn: `arn:aws:ecs:us-east-1:${account}:cluster/${cluster}`, RoleArn: role },
    EcsParameters: {
      ...{ TaskDefinitionArn: definition, LaunchType: "FARGATE" as const },
      NetworkConfiguration: { awsvpcConfiguration: { Subnets: [subnet] } },
    },
    InputTransformer: {
      InputPathsMap: { who: "$.detail.who" },
      InputTemplate: '{"containerOverrides": [{"name": "app", "environment": [{"name": "WHO", "value": "<who>"}]}]}',
    },
  };
  await client.events("PutRule", { Name: "greet", EventPattern: '{"source": ["door"]}' });
  await client.events("PutTargets", { Rule: "greet", Targets: [target] });
  await client.events("PutEvents", { Entries: [{ Source: "door", DetailType: "Rang", Detail: '{"who": "ada"}' }] });
  await platform.kill();
  await platform.start();
  const by = { cluster, startedBy: "events-rule/greet" };
  const started = async () => {
    const lists = [
      await client.ecs("ListTasks", { ...by, desiredStatus: "RUNNING" }),
      await client.ecs("ListTasks", { ...by, desiredStatus: "STOPPED" }),
    ];
    return [...new Set(lists.flatMap(({ taskArns = [] }) => taskArns))];
  };
  await until("a task", started, (arns) => arns.length > 0);
  const [taskArn = "", ...others] = await started();
  const task = await stopped(clients, taskArn);
  assert.deepEqual(await logLines(clients, task, "app"), ["hello ada"]);
  assert.deepEqual(others, []);
  client.close();
});
