import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContainerPayload, TaskPayload } from "#kernel/agent-protocol.ts";
import { silentLog } from "#kernel/controller.ts";
import type { LogSink } from "#kernel/log-sink.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { isFault } from "../../../../test/support/context.ts";
import type { LogSource } from "../ports.ts";
import { createTaskLogs } from "./index.ts";
import { FakeContainer } from "./testing.ts";

function source(logDriver: string, options: Record<string, string>): LogSource {
  const container = { name: "app", logConfiguration: { logDriver, options } } as unknown as ContainerPayload;
  const payload = { taskArn: "arn:aws:ecs:us-east-1:000000000000:task/web/0123" } as TaskPayload;
  return { taskId: "0123", payload, container };
}

function taskLogs() {
  const made: string[] = [];
  const sink: LogSink = {
    append: async () => {},
    position: async () => undefined,
    ensureStream: async ({ account, region, logGroupName, logStreamName }, { createGroup }) => {
      made.push(`${account} ${region} ${logGroupName} ${logStreamName} ${createGroup}`);
    },
  };
  const driver = new FakeContainer();
  driver.end();
  return { made, logs: createTaskLogs({ driver, sink, clock: new VirtualClock(), log: silentLog }) };
}

const least = { "awslogs-group": "/app", "awslogs-region": "eu-west-1" };

test("the stream is named by prefix, container and task, and made before the container starts", async () => {
  const { made, logs } = taskLogs();
  const awslogs = source("awslogs", { ...least, "awslogs-stream-prefix": "web", "awslogs-create-group": "true" });
  await logs.prepare(awslogs);
  assert.deepEqual(made, ["000000000000 eu-west-1 /app web/app/0123 true"]);
  await logs.drain(awslogs, "c1");
});

test("without a prefix the stream is named by the container's id", async () => {
  const { made, logs } = taskLogs();
  await logs.prepare(source("awslogs", least));
  assert.deepEqual(made, []);
  await logs.drain(source("awslogs", least), "c1");
  assert.deepEqual(made, ["000000000000 eu-west-1 /app c1 false"]);
});

test("json-file leaves the output with the runtime, other drivers are refused", async () => {
  const { made, logs } = taskLogs();
  const plain = source("json-file", {});
  await logs.prepare(plain);
  logs.follow(plain, "c1");
  await logs.drain(plain, "c1");
  assert.deepEqual(made, []);
  const refused = isFault("InvalidParameterException", "The log driver splunk is not supported.");
  await assert.rejects(logs.prepare(source("splunk", {})), refused);
  const wrong = isFault("InvalidParameterException", "Log driver awslogs requires options: awslogs-region");
  await assert.rejects(logs.prepare(source("awslogs", { "awslogs-group": "g" })), wrong);
});
