import assert from "node:assert/strict";
import { test } from "node:test";
import type { Client } from "../client.ts";
import { ProjectLogs } from "./logs.ts";

test("each line is read once, and a task that says nothing more is not asked again", async () => {
  const streams = new Map<string, { lastIngestionTime: number | undefined; messages: string[] }>([
    ["web/web/old", { lastIngestionTime: 1000, messages: ["a"] }],
    ["web/web/new", { lastIngestionTime: 100_000, messages: ["b"] }],
    ["web/web/silent", { lastIngestionTime: undefined, messages: [] }],
  ]);
  let asked: string[] = [];
  let broken: string | undefined;
  const logs = async (operation: string, input: { logStreamName: string; nextToken?: string }) => {
    if (operation === "DescribeLogStreams") {
      const logStreams = [...streams].map(([logStreamName, { lastIngestionTime }]) => ({
        ...{ logStreamName, lastIngestionTime, lastEventTimestamp: lastIngestionTime },
      }));
      return { logStreams };
    }
    if (input.logStreamName === broken) throw new Error("broken");
    const { messages } = streams.get(input.logStreamName)!;
    asked.push(input.logStreamName);
    const events = messages.slice(Number(input.nextToken ?? 0)).map((message) => ({ message, timestamp: 1 }));
    return { events, nextForwardToken: String(messages.length) };
  };
  const project = new ProjectLogs({ logs } as unknown as Client, "p", []);
  const read = async () => {
    asked = [];
    const lines = (await project.read()).map(({ message }) => message);
    return [lines, [...new Set(asked)]];
  };
  assert.deepEqual(await read(), [
    ["a", "b"],
    ["web/web/old", "web/web/new"],
  ]);
  assert.deepEqual(await read(), [[], ["web/web/new"]]);
  streams.get("web/web/new")!.messages.push("c"); // at the same time as the one before
  assert.deepEqual(await read(), [["c"], ["web/web/new"]]);
  streams.set("web/web/old", { lastIngestionTime: 200_000, messages: ["a", "d"] });
  assert.deepEqual(await read(), [["d"], ["web/web/old"]]);
  for (const [name, message] of [
    ["web/web/old", "e"],
    ["web/web/new", "f"],
  ] as const) {
    streams.get(name)!.messages.push(message);
    streams.get(name)!.lastIngestionTime = 300_000;
  }
  broken = "web/web/new";
  await assert.rejects(read(), { message: "broken" });
  broken = undefined;
  assert.deepEqual((await read())[0], ["e", "f"]);
});
