import assert from "node:assert/strict";
import { test } from "node:test";
import type { Client } from "../client.ts";
import { CommandError, exitCodes, type Terminal } from "../command.ts";
import { follow } from "./run.ts";

/** A platform that is away whenever `states` says so; the task's container exits with 7. */
function platform(states: string[]) {
  const asked: string[] = [];
  const away = () => new CommandError("No platform answers.", exitCodes.unavailable);
  const logConfiguration = { logDriver: "awslogs", options: { "awslogs-group": "g", "awslogs-stream-prefix": "p" } };
  const client = {
    async ecs(operation: string) {
      asked.push(operation);
      if (operation === "DescribeTaskDefinition")
        return { taskDefinition: { containerDefinitions: [{ name: "app", logConfiguration }] } };
      const lastStatus = states.shift();
      if (lastStatus === "away") throw away();
      return { tasks: [{ lastStatus, taskDefinitionArn: "d", containers: [{ name: "app", exitCode: 7 }] }] };
    },
    async logs(_: string, { nextToken }: { nextToken?: string }) {
      return { events: nextToken ? [] : [{ message: "line" }], nextForwardToken: "1" };
    },
  } as unknown as Client;
  return { client, asked };
}

function terminalOf(signal: AbortSignal) {
  const written: string[] = [];
  const terminal: Terminal = {
    ...{ env: {}, interactive: false, signal },
    out: (text) => void written.push(text),
    err: () => {},
  };
  return { terminal, written };
}

test("a task is followed over restarts of the platform, to its exit code", async () => {
  const { client } = platform(["away", "RUNNING", "RUNNING", "away", "away", "RUNNING", "STOPPED"]);
  const { terminal, written } = terminalOf(new AbortController().signal);
  assert.equal(await follow(client, terminal, "web", "task/1"), 7);
  assert.deepEqual(written, ["line\n"]);
});

test("who interrupts while the platform is away is told that the task goes on", async () => {
  const stopping = new AbortController();
  const { client, asked } = platform(["RUNNING", "RUNNING", "away", "away"]);
  const { terminal } = terminalOf(stopping.signal);
  const waits: Terminal = { ...terminal, err: (text) => text.includes("Waiting") && stopping.abort("SIGINT") };
  await assert.rejects(follow(client, waits, "web", "task/1"), {
    message: "The task 1 was not stopped: No platform answers.",
    exitCode: exitCodes.unavailable,
  });
  assert.equal(asked.at(-1), "StopTask");
});
