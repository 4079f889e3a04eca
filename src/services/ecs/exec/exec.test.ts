import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ClusterConfiguration, ClusterRecord } from "../model/cluster.ts";
import type { TaskContainer, TaskRecord } from "../model/task.ts";
import type { ContainerDefinitionRecord } from "../model/task-definition.ts";
import { aTask } from "../testing.ts";
import { execAgent } from "./managed-agent.ts";
import { sessionLogGroup } from "./session-log.ts";

type Exec = NonNullable<ClusterConfiguration["executeCommandConfiguration"]>;
const cluster = (exec?: Exec) =>
  ({ region: "us-east-1", ...(exec && { configuration: { executeCommandConfiguration: exec } }) }) as ClusterRecord;
const awslogs = (options: Record<string, string>) =>
  ({ logConfiguration: { logDriver: "awslogs", options } }) as unknown as ContainerDefinitionRecord;
const logged = awslogs({ "awslogs-group": "/app", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "x" });
const plain = {} as ContainerDefinitionRecord;
const appGroup = { region: "eu-west-1", logGroupName: "/app" };
const override: Exec = { logging: "OVERRIDE", logConfiguration: { cloudWatchLogGroupName: "/exec" } };

describe("where a session is logged", () => {
  const cases: [string, ClusterRecord, ContainerDefinitionRecord | undefined, unknown][] = [
    ["by default with the container", cluster(), logged, appGroup],
    ["DEFAULT: with the container", cluster({ logging: "DEFAULT" }), logged, appGroup],
    ["DEFAULT, and the container is not logged: nowhere", cluster(), plain, undefined],
    ["DEFAULT, and the container has another driver: nowhere", cluster(), awslogs({}), undefined],
    ["NONE: nowhere", cluster({ logging: "NONE" }), logged, undefined],
    ["OVERRIDE: in its own group", cluster(override), logged, { region: "us-east-1", logGroupName: "/exec" }],
    ["a definition that is gone: nowhere", cluster(), undefined, undefined],
  ];
  for (const [title, of, container, group] of cases) {
    it(title, () => assert.deepEqual(sessionLogGroup(of, container), group));
  }
});

describe("the agent that runs commands", () => {
  const task = (fields: Partial<TaskRecord>) => aTask({ enableExecuteCommand: true, ...fields });
  const agentOf = (of: TaskRecord, lastStatus: TaskContainer["lastStatus"]) =>
    execAgent(of, { ...of.containers[0]!, lastStatus });
  const name = "ExecuteCommandAgent";
  const cases: [string, TaskRecord, TaskContainer["lastStatus"], unknown][] = [
    ["is none where it is not enabled", task({ enableExecuteCommand: false, startedAt: 5 }), "RUNNING", undefined],
    ["is PENDING before the container runs", task({}), "PENDING", { name, lastStatus: "PENDING" }],
    ["is PENDING before the task has started", task({}), "RUNNING", { name, lastStatus: "PENDING" }],
    ["runs with the container", task({ startedAt: 5 }), "RUNNING", { name, lastStatus: "RUNNING", lastStartedAt: 5 }],
    ["stops with it", task({ startedAt: 5 }), "STOPPED", { name, lastStatus: "STOPPED", lastStartedAt: 5 }],
    ["never started", task({}), "STOPPED", { name, lastStatus: "STOPPED" }],
  ];
  for (const [title, of, lastStatus, agent] of cases) {
    it(title, () => assert.deepEqual(agentOf(of, lastStatus), agent));
  }
});
