import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "#kernel/controller.ts";
import { Fault } from "#kernel/fault.ts";
import type { LogBatch, LogSink } from "#kernel/log-sink.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { createTaskLogs } from "./index.ts";
import { FakeContainer } from "./testing.ts";

const stream = { account: "000000000000", region: "us-east-1", logGroupName: "/exec", logStreamName: "s1" };

/** A sink that keeps batches, and fails while it is told to. */
function world() {
  const clock = new VirtualClock();
  const batches: LogBatch[] = [];
  const groups: boolean[] = [];
  const state = { failure: undefined as Error | undefined };
  const sink: LogSink = {
    async append(batch) {
      if (state.failure) throw state.failure;
      batches.push(batch);
    },
    position: async () => undefined,
    async ensureStream(_, { createGroup }) {
      groups.push(createGroup);
      if (state.failure) throw state.failure;
    },
  };
  const logs = createTaskLogs({ driver: new FakeContainer(), sink, clock, log: silentLog });
  const lines = () => batches.flatMap(({ events }) => events.map(({ message }) => message));
  return { clock, batches, groups, state, logs, lines };
}

test("lines are stored as they come, without the terminal's line ends, and the last one at the end", async () => {
  const { clock, logs, lines, groups, batches } = world();
  const log = logs.session("s1", stream);
  await log.write(Buffer.from("# l"));
  await log.write(Buffer.from("s\r\nbin\r\n\r\netc\n# ex"));
  await clock.advance(1_000);
  assert.deepEqual(lines(), ["# ls", "bin", "etc"]);
  await log.write(Buffer.from("it"));
  const ended = log.end();
  await clock.advance(1_000);
  await ended;
  assert.deepEqual(lines(), ["# ls", "bin", "etc", "# exit"]);
  assert.deepEqual(groups, [false], "the group has to be there");
  assert.deepEqual([batches[0]?.stream, batches[0]?.sourceId], [stream, "s1"]);
});

test("long lines are joined, and output waits for the log that cannot keep up", async () => {
  const { clock, logs, lines, state } = world();
  const log = logs.session("s1", stream);
  const long = "y".repeat(50_000);
  await log.write(Buffer.from(`${long}\n`));
  await clock.advance(1_000);
  assert.deepEqual(lines(), [long]);
  state.failure = new Error("full");
  let written = 0;
  const writing = (async () => {
    for (let i = 0; i < 50; i++) {
      await log.write(Buffer.from(`${"z".repeat(99_999)}\n`));
      written++;
    }
  })();
  await clock.advance(60_000);
  assert.ok(written < 50, "nothing waits");
  state.failure = undefined;
  await clock.advance(60_000);
  await writing;
  const ended = log.end();
  await clock.advance(10_000);
  await ended;
  assert.equal(lines().length, 51);
});

test("without a group what is shown is lost, and nobody waits", async () => {
  const { clock, logs, state } = world();
  state.failure = new Fault("ResourceNotFoundException", "The specified log group does not exist.");
  const log = logs.session("s1", stream);
  for (let i = 0; i < 40; i++) {
    const written = log.write(Buffer.from(`${"z".repeat(99_999)}\n`));
    await clock.advance(200);
    await written;
  }
  const ended = log.end();
  await clock.advance(1_000);
  await ended;
});

test("stopping waits for nothing that cannot be stored", async () => {
  const { clock, logs, state } = world();
  state.failure = new Error("full");
  const log = logs.session("s1", stream);
  await log.write(Buffer.from("x\n"));
  await clock.advance(1_000);
  const stopped = logs.stop();
  await clock.advance(1_000);
  await stopped;
  await log.end();
});
