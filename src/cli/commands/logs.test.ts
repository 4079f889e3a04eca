import assert from "node:assert/strict";
import { test } from "node:test";
import type { Client } from "../client.ts";
import { CommandError, exitCodes, type Terminal } from "../command.ts";
import { follow, StreamReader } from "./logs.ts";

test("logs that are followed go on over restarts of the platform, to the task's last line", async () => {
  const lines = ["a", "b"];
  /** What the platform is when it is asked; away once for each of the two questions. */
  const states = ["RUNNING", "away", "away", "STOPPED"];
  const pages = ["up", "away", "up", "up", "up"];
  const away = () => new CommandError("No platform answers.", exitCodes.unavailable);
  const client = {
    async ecs() {
      const lastStatus = states.shift();
      if (lastStatus === "away") throw away();
      return { tasks: [{ lastStatus }] };
    },
    async logs(_: string, { nextToken = "0" }: { nextToken?: string }) {
      if (pages.shift() === "away") throw away();
      const message = lines[Number(nextToken)];
      if (message === undefined) return { events: [], nextForwardToken: nextToken };
      return { events: [{ message }], nextForwardToken: String(Number(nextToken) + 1) };
    },
  } as unknown as Client;
  const stream = { container: "app", logGroupName: "web", logStreamName: "web/app/1" };
  const read: string[] = [];
  const reader = new StreamReader(client, stream, (_, message) => void read.push(message));
  const quiet = { env: {}, interactive: false, out: () => {}, err: () => {} };
  const terminal: Terminal = { ...quiet, signal: new AbortController().signal };
  await follow({ client, cluster: "web", task: "1", followers: [reader], terminal });
  assert.deepEqual(read, lines);
});
