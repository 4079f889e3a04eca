import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { systemClock } from "#kernel/clock.ts";
import { EventFeed } from "./events.ts";
import { RuntimeApi } from "./runtime-api.ts";

/** A socket on which processes with these versions answer in turn, the last one from then on, as after a reload. */
async function answering(t: TestContext, versions: readonly number[]) {
  const folder = await mkdtemp(join(tmpdir(), "estiva-runtime-api-"));
  const path = join(folder, "stats.sock");
  const left = [...versions];
  const heard: string[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const version = left.length > 1 ? left.shift()! : left[0]!;
    socket.on("error", () => {}); // whoever is not the right one is left
    socket.on("end", () => socket.end());
    socket.on("data", (data) => {
      const [question, command] = data.toString().trim().split("; ");
      heard.push(`${version}: ${command}`);
      if (question === "get var proc.estiva") socket.write(`proc.estiva: type=sint value=<${version}>\n\n`);
      socket.write(`of ${version}\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.after(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });
  const runtime = new RuntimeApi(async () => path, systemClock());
  runtime.version = 2;
  return { runtime, heard };
}

test("what the process before a reload has answered is asked again of the new one", async (t) => {
  const { runtime, heard } = await answering(t, [1, 1, 2]);
  assert.equal(await runtime.say("enable server a/b"), "of 2\n");
  assert.deepEqual(heard, ["1: enable server a/b", "1: enable server a/b", "2: enable server a/b"]);
});

test("events are those of the new process, which is not told of as a restart", async (t) => {
  const { runtime } = await answering(t, [1, 2]);
  const feed = await new Promise<{ readonly lines: readonly string[]; end(): void }>((resolve, reject) => {
    const feed = new EventFeed({
      ...{ runtime, clock: systemClock(), onOpen() {} },
      onLines: (lines) => resolve({ lines, end: () => feed.close() }),
      onRestart: () => reject(new Error("a restart")),
    });
    feed.listen().catch(reject);
  });
  feed.end();
  assert.deepEqual(feed.lines, ["of 2"]);
});
