import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeSubnetsCommand,
} from "@aws-sdk/client-ec2";
import {
  CreateServiceCommand,
  DeleteServiceCommand,
  GetTaskProtectionCommand,
  ListTasksCommand,
  StopTaskCommand,
  type Task,
} from "@aws-sdk/client-ecs";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { sharePlatform } from "../support/shared-platform.ts";
import { allowTaskRole, createTaskRole } from "../support/task-role.ts";
import {
  cluster,
  register,
  running,
  runTasks,
  runToEnd,
  shell,
  stopped,
  untilLogged,
  untilTold,
} from "../support/tasks.ts";
import { until } from "../support/until.ts";

/** The credentials of a task's role as an SDK in the task gets them, and as nobody else does. */

const shared = await sharePlatform({ prepare: () => createTaskRole(shared.platform) });
const taskRoleArn = "arn:aws:iam::000000000000:role/app";

/** The first lines that a running task writes. */
const firstLines = (task: Task, count: number) => untilLogged(shared.clients, task, "app", count);

async function stop({ taskArn }: Task): Promise<void> {
  await shared.clients.ecs.send(new StopTaskCommand({ cluster, task: taskArn! }));
  await stopped(shared.clients, taskArn!);
}

describe("the credentials of a task's role", { skip: shared.skip }, () => {
  test("are its own: another VPC's tasks get nothing for its id, nor does anybody once it has stopped", async () => {
    const { clients } = shared;
    const path = "$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    const script = `echo ${path}; wget -q -O - http://169.254.170.2${path}; echo; ${untilTold}`;
    const definition = await register(clients, "with-role", [shell("app", script)], { taskRoleArn });
    const [started] = await runTasks(clients, definition);
    const task = await running(clients, started!.taskArn!);
    const [uri, document] = await firstLines(task, 2);
    const given = JSON.parse(document!);
    assert.equal(given.RoleArn, taskRoleArn);

    const credentials = {
      ...{ accessKeyId: given.AccessKeyId, secretAccessKey: given.SecretAccessKey, sessionToken: given.Token },
    };
    const sts = new STSClient({ endpoint: shared.platform.endpoint, region: "us-east-1", credentials });
    const { Arn } = await sts.send(new GetCallerIdentityCommand({})).finally(() => sts.destroy());
    const id = task.taskArn!.split("/").at(-1);
    assert.equal(Arn, `arn:aws:sts::000000000000:assumed-role/app/${id}`);

    const { Vpc } = await clients.ec2.send(new CreateVpcCommand({ CidrBlock: "172.31.0.0/16" }));
    const VpcId = Vpc!.VpcId!;
    const { Subnet } = await clients.ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock: "172.31.0.0/20" }));
    const steal = `wget -q -O - http://169.254.170.2${uri} 2>/dev/null || echo nothing`;
    const thief = await register(clients, "thief", [shell("app", steal)]);
    const subnets = [Subnet!.SubnetId!];
    const elsewhere = {
      networkConfiguration: { awsvpcConfiguration: { subnets, assignPublicIp: "DISABLED" as const } },
    };
    const { lines } = await runToEnd(clients, thief, elsewhere);
    assert.equal(lines.at(-1), "nothing", lines.join("\n"));
    await clients.ec2.send(new DeleteSubnetCommand({ SubnetId: subnets[0]! }));
    await clients.ec2.send(new DeleteVpcCommand({ VpcId }));

    await stop(task);
    assert.equal((await runToEnd(clients, thief)).lines.at(-1), "nothing");
  });

  test("are not there for a task without a role, which has the endpoint and the region all the same", async () => {
    const script = `echo "$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI|$AWS_REGION|$AWS_ENDPOINT_URL"`;
    const definition = await register(shared.clients, "without-role", [shell("app", script)]);
    const { lines } = await runToEnd(shared.clients, definition);
    assert.match(lines[0]!, /^\|us-east-1\|http:\/\/169\.254\.172\.\d+:\d+$/);
  });

  test("is what a task protects itself with from scale-ins", async () => {
    const { clients, platform } = shared;
    await allowTaskRole(platform, ["ecs:GetTaskProtection", "ecs:UpdateTaskProtection"]);
    const url = "$ECS_AGENT_URI/task-protection/v1/state";
    const body = '{"ProtectionEnabled":true,"ExpiresInMinutes":60}';
    const head = `PUT /\${URL#http://*/} HTTP/1.0\\r\\nHost: agent\\r\\nContent-Length: ${body.length}\\r\\n\\r\\n%s`;
    const script = [
      `URL=${url}`,
      // What it says is open to the end: a server need not answer who has hung up.
      "mkfifo /tmp/said; exec 3<>/tmp/said",
      `printf "${head}" '${body}' >&3; nc 169.254.170.2 80 <&3 | tail -n 1; echo`,
      "wget -q -O - $URL; echo",
      untilTold,
    ].join("; ");
    const taskDefinition = await register(clients, "protects-itself", [shell("app", script)], { taskRoleArn });
    const serviceName = "protects-itself";
    const { Subnets } = await clients.ec2.send(new DescribeSubnetsCommand({}));
    const networkConfiguration = { awsvpcConfiguration: { subnets: [Subnets![0]!.SubnetId!] } };
    const wanted = { cluster, serviceName, taskDefinition, desiredCount: 1, launchType: "FARGATE" as const };
    await clients.ecs.send(new CreateServiceCommand({ ...wanted, networkConfiguration }));
    const list = () => clients.ecs.send(new ListTasksCommand({ cluster, serviceName }));
    const { taskArns } = await until("a task", list, (found) => found.taskArns!.length === 1);
    const lines = await firstLines(await running(clients, taskArns![0]!), 2);
    const [put, got] = lines.map((line) => JSON.parse(line));
    assert.deepEqual([put.protection.ProtectionEnabled, put.protection.TaskArn], [true, taskArns![0]]);
    assert.deepEqual(got, put);
    const protection = await clients.ecs.send(new GetTaskProtectionCommand({ cluster, tasks: taskArns! }));
    const [told] = protection.protectedTasks!;
    assert.equal(told!.protectionEnabled, true);
    assert.equal(`${told!.expirationDate!.toISOString().slice(0, 19)}Z`, put.protection.ExpirationDate);
    await clients.ecs.send(new DeleteServiceCommand({ cluster, service: serviceName, force: true }));
    await stopped(clients, taskArns![0]!);
  });
});
