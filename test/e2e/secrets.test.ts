import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { StopTaskCommand, type Task } from "@aws-sdk/client-ecs";
import { whyNoAwsCli } from "../support/aws-cli.ts";
import { sharePlatform } from "../support/shared-platform.ts";
import { cluster, register, running, runTasks, runToEnd, shell, stopped, untilTold } from "../support/tasks.ts";

/** Secrets and parameters made with the AWS CLI, as containers find them in their environment. */

const shared = await sharePlatform({ prepare });
const skip = shared.skip ?? whyNoAwsCli();
const account = "000000000000";
const password = "correct-horse-battery-staple";
const token = "a parameter that nobody else may see";
const reader = `arn:aws:iam::${account}:role/secretsReader`;
const unable = `arn:aws:iam::${account}:role/unable`;
const stranger = `arn:aws:iam::${account}:role/stranger`;
let secretArn = "";

async function aws(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("aws", words, { env: shared.platform.env });
  return stdout.trim();
}

async function prepare(): Promise<void> {
  if (whyNoAwsCli()) return;
  const create = ["create-secret", "--name", "app/db", "--query", "ARN", "--output", "text"];
  const value = JSON.stringify({ username: "alice", password });
  secretArn = await aws("secretsmanager", ...create, "--secret-string", value);
  await aws("ssm", "put-parameter", "--name", "/app/token", "--type", "SecureString", "--value", token);
  for (const role of [reader, stranger, unable]) {
    const trust = statement({ Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" });
    await aws("iam", "create-role", "--role-name", nameOf(role), "--assume-role-policy-document", trust);
  }
  await grant(reader, ["secretsmanager:GetSecretValue", "ssm:GetParameters", "logs:*"]);
  await grant(stranger, ["logs:*"]);
}

function statement(fields: object): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...fields }] });
}

function grant(role: string, Action: string[]): Promise<string> {
  const put = ["put-role-policy", "--role-name", nameOf(role), "--policy-name", "own"];
  return aws("iam", ...put, "--policy-document", statement({ Action, Resource: "*" }));
}

const nameOf = (role: string) => role.split("/").at(-1)!;

describe("secrets of containers", { skip }, () => {
  test("reach the environment, whole, by JSON key, and from the Parameter Store", async () => {
    const script = 'echo "$WHOLE"; echo "$PASSWORD"; echo "$TOKEN"; echo "$BY_ARN"';
    const secrets = [
      { name: "WHOLE", valueFrom: secretArn },
      { name: "PASSWORD", valueFrom: `${secretArn}:password::` },
      { name: "TOKEN", valueFrom: "/app/token" },
      { name: "BY_ARN", valueFrom: `arn:aws:ssm:us-east-1:${account}:parameter/app/token` },
    ];
    const definition = await register(shared.clients, "secrets", [shell("app", script, { secrets })], {
      executionRoleArn: reader,
    });
    const { lines } = await runToEnd(shared.clients, definition);
    assert.deepEqual(lines, [JSON.stringify({ username: "alice", password }), password, token, token]);
  });

  test("are read anew for each task: a new value is there at the next start", async () => {
    const script = 'echo "$VALUE"';
    const create = ["create-secret", "--name", "changing", "--query", "ARN", "--output", "text"];
    const valueFrom = await aws("secretsmanager", ...create, "--secret-string", "first");
    const secrets = [{ name: "VALUE", valueFrom }];
    const fields = { executionRoleArn: reader };
    const definition = await register(shared.clients, "changing", [shell("app", script, { secrets })], fields);
    assert.deepEqual((await runToEnd(shared.clients, definition)).lines, ["first"]);
    await aws("secretsmanager", "put-secret-value", "--secret-id", "changing", "--secret-string", "second");
    assert.deepEqual((await runToEnd(shared.clients, definition)).lines, ["second"]);
  });

  test("are nowhere but in the container's environment", async () => {
    const secrets = [
      { name: "PASSWORD", valueFrom: `${secretArn}:password::` },
      { name: "TOKEN", valueFrom: "/app/token" },
    ];
    const fields = { executionRoleArn: reader };
    const definition = await register(shared.clients, "hidden", [shell("app", untilTold, { secrets })], fields);
    const [started] = await runTasks(shared.clients, definition);
    const task = await running(shared.clients, started!.taskArn!);
    assert.equal(task.lastStatus, "RUNNING");
    const path = `/containers/${task.containers![0]!.runtimeId}/json`;
    const inspected: { Config: { Env: string[]; Labels: object } } = await shared.engine.call("GET", path);
    assert.ok(inspected.Config.Env.includes(`PASSWORD=${password}`));
    const { Env: _, ...config } = inspected.Config;
    assert.doesNotMatch(JSON.stringify(config), new RegExp(`${password}|${token}`), "in the container's configuration");
    assert.doesNotMatch(JSON.stringify(task), new RegExp(`${password}|${token}`), "in DescribeTasks");
    assert.doesNotMatch(shared.platform.output, new RegExp(`${password}|${token}`), "in what the platform writes");
    await shared.clients.ecs.send(new StopTaskCommand({ cluster, task: task.taskArn! }));
    await stopped(shared.clients, task.taskArn!);
    // Only a platform that has stopped has written all that it writes, and renames nothing any more.
    await shared.platform.stop();
    for (const path of filesBelow(shared.platform.dataDir)) {
      // What a container prints is its own affair: the first test printed both.
      if (path.includes("/logs/")) continue;
      const text = readFileSync(path);
      for (const value of [password, token]) assert.ok(!text.includes(value), `in ${path}`);
    }
    await shared.platform.start();
  });
});

describe("secrets that cannot be had", { skip }, () => {
  const fromAsm = "unable to retrieve secret from asm: service call has been retried 1 time(s): ";
  const fromSsm = "unable to retrieve secrets from ssm: service call has been retried 1 time(s): ";
  /** Each with how its reason begins, behind what all have in common, and how it ends. */
  const rows: readonly (readonly [string, valueFrom: () => string, role: string, start: string, end: string])[] = [
    [
      "a role without the right",
      () => secretArn,
      stranger,
      `${fromAsm}failed to fetch secret arn:aws:secretsmanager:us-east-1:${account}:secret:app/db-`,
      "because no identity-based policy allows the secretsmanager:GetSecretValue action",
    ],
    [
      "a JSON key that is not there",
      () => `${secretArn}:none::`,
      reader,
      fromAsm,
      "retrieved secret from Secrets Manager did not contain json key none",
    ],
    ["a parameter that is not there", () => "/app/none", reader, fromSsm, "invalid ssm parameters: /app/none"],
  ];
  for (const [what, valueFrom, executionRoleArn, start, end] of rows) {
    test(`${what} fails the task with ECS's words`, async () => {
      const secrets = [{ name: "VALUE", valueFrom: valueFrom() }];
      const container = shell("app", "true", { secrets });
      const definition = await register(shared.clients, "refused", [container], { executionRoleArn });
      const [started] = await runTasks(shared.clients, definition);
      const task: Task = await stopped(shared.clients, started!.taskArn!);
      assert.equal(task.stopCode, "TaskFailedToStart");
      const common =
        "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: ";
      const reason = task.stoppedReason!;
      assert.ok(reason.startsWith(common + start) && reason.endsWith(end), reason);
      assert.doesNotMatch(reason, new RegExp(password));
    });
  }
});

describe("logs that the execution role may not write", { skip }, () => {
  test("fail the task with ECS's words", async () => {
    const definition = await register(shared.clients, "unlogged", [shell("app", "true")], {
      executionRoleArn: unable,
    });
    const [started] = await runTasks(shared.clients, definition);
    const { stopCode, stoppedReason: reason = "" } = await stopped(shared.clients, started!.taskArn!);
    assert.equal(stopCode, "TaskFailedToStart");
    const start =
      "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed " +
      "to create Cloudwatch log stream: AccessDeniedException: User: arn:aws:sts::";
    assert.ok(reason.startsWith(start), reason);
    assert.match(reason, /no identity-based policy allows the logs:CreateLogStream action$/);
  });
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
