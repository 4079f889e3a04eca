import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../../../test/support/until.ts";
import { within } from "../../../test/support/within.ts";
import type { Client } from "../client.ts";
import { CommandError, exitCodes, type Terminal } from "../command.ts";
import { follow } from "./run.ts";

/** A platform that is away, or hangs, whenever `states` says so; the task's container exits with 7. */
function platform(states: string[], stop?: "answered") {
  const asked: string[] = [];
  const away = () => new CommandError("No platform answers.", exitCodes.unavailable);
  const logConfiguration = { logDriver: "awslogs", options: { "awslogs-group": "g", "awslogs-stream-prefix": "p" } };
  const client = {
    async ecs(operation: string) {
      asked.push(operation);
      if (operation === "StopTask" && stop === "answered") return {};
      if (operation === "DescribeTaskDefinition")
        return { taskDefinition: { containerDefinitions: [{ name: "app", logConfiguration }] } };
      const lastStatus = states.shift();
      if (lastStatus === "hangs") return new Promise(() => {});
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

test("who interrupts while the platform hangs waits some seconds, and is told what is left", async () => {
  const stopping = new AbortController();
  const { client, asked } = platform(["RUNNING", "hangs", "hangs"]);
  const { terminal } = terminalOf(stopping.signal);
  const following = follow(client, terminal, "web", "task/1", 0.01);
  await until(
    "a look that hangs",
    async () => asked.length,
    (count) => count === 3,
  );
  stopping.abort("SIGINT");
  await assert.rejects(within("the end", following), {
    message: "The task 1 may not have been told to stop: no platform answers. It is stopped by: estiva stop 1",
    exitCode: exitCodes.interrupted,
  });
  assert.equal(asked.at(-1), "StopTask");
});

test("the first interruption stops the task, the second one leaves it", async () => {
  const [stopping, leaving] = [new AbortController(), new AbortController()];
  const { client, asked } = platform(["RUNNING", "hangs", "RUNNING", ...Array(1000).fill("RUNNING")], "answered");
  const { terminal } = terminalOf(stopping.signal);
  const following = follow(client, { ...terminal, secondSignal: leaving.signal }, "web", "task/1", 1000);
  await until(
    "a look that hangs",
    async () => asked.length,
    (count) => count === 3,
  );
  stopping.abort("SIGINT");
  await until(
    "the stop",
    async () => asked.at(-1),
    (operation) => operation === "StopTask",
  );
  leaving.abort("SIGINT");
  await assert.rejects(within("the end", following), {
    message: "The task 1 has been told to stop, and may take a while.",
    exitCode: exitCodes.interrupted,
  });
});
