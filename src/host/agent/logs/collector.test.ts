import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Clock } from "#kernel/clock.ts";
import { type Log, type LogFields, silentLog } from "#kernel/controller.ts";
import { DriverError, Fault } from "#kernel/fault.ts";
import type { LogSink } from "#kernel/log-sink.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import { seededRandom } from "#kernel/random.ts";
import { compileRegex } from "#kernel/regex/regex.ts";
import { createLogSink, LogStorage, logsCollections } from "#services/logs/index.ts";
import { logGroupKey, logGroups, logStreams } from "#services/logs/model.ts";
import { testWorld } from "../../../../test/support/context.ts";
import { createLogCollector } from "./collector.ts";
import type { FollowedContainer } from "./follower.ts";
import { FakeContainer } from "./testing.ts";

const stream = { account: "000000000000", region: "us-east-1", logGroupName: "/app", logStreamName: "web/app/1" };
const followed: FollowedContainer = {
  runtimeId: "c1",
  taskArn: "arn:aws:ecs:us-east-1:000000000000:task/web/1",
  stream,
  createGroup: true,
  eventStart: undefined,
  maxBufferBytes: 2 ** 20,
};

/** The real store, segment storage and sink in memory, on virtual time. */
async function collectorWorld(files = memoryFiles()) {
  const world = await testWorld({ collections: logsCollections });
  const storage = new LogStorage({ files });
  const { store, clock, random } = world;
  const sink = createLogSink({ store, storage, clock, random });
  return { ...world, files, storage, sink, stored: () => storedIn(world.store, storage) };
}

async function storedIn(store: Awaited<ReturnType<typeof testWorld>>["store"], storage: LogStorage): Promise<string[]> {
  const group = (await store.get(logGroupKey(stream, stream.logGroupName))).value;
  if (group === undefined) return [];
  const page = await storage.read(group.id, {
    ...{ streams: { has: () => true }, startTime: 0, endTime: Number.MAX_SAFE_INTEGER, direction: "forward" },
    ...{ limit: 100_000, maxBytes: 2 ** 30, maxScannedBytes: 2 ** 30 },
  });
  return page.events.map((event) => event.message);
}

const lines = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `line ${from + i}`);

describe("log collector", () => {
  test("stores what a container writes, from the past and the present, until it has ended", async () => {
    const { sink, clock, stored } = await collectorWorld();
    const container = new FakeContainer();
    container.write(lines(10));
    const collector = createLogCollector({ driver: container, sink, clock, log: silentLog });
    collector.follow(followed);
    collector.follow(followed);
    container.write(lines(5, 10));
    await clock.advance(1000);
    assert.deepEqual(await stored(), lines(15));
    const drained = collector.drained(followed);
    container.write(lines(2, 15));
    container.end();
    await drained;
    assert.deepEqual(await stored(), lines(17));
    await collector.drained(followed);
    assert.deepEqual(await stored(), lines(17), "draining again stores nothing twice");
  });

  test("goes on when the clock is set back", async () => {
    const { sink, clock, stored } = await collectorWorld();
    let aheadMs = 86_400_000;
    const machine: Clock = {
      now: () => clock.now() + aheadMs,
      after: (delayMs, callback) => clock.after(delayMs, callback),
      soon: (callback) => clock.soon(callback),
    };
    const container = new FakeContainer();
    const collector = createLogCollector({ driver: container, sink, clock: machine, log: silentLog });
    collector.follow(followed);
    container.write(lines(5));
    await clock.advance(1000);
    aheadMs = 0;
    container.write(lines(5, 5));
    await clock.advance(1000);
    assert.deepEqual(await stored(), lines(10));
    await collector.stop();
  });

  test("stores every line once, however often the platform is killed while the container writes", async () => {
    for (let seed = 1; seed <= 30; seed++) {
      const random = seededRandom(seed);
      const container = new FakeContainer(1 + Math.floor(random.float() * 5));
      let world = await collectorWorld();
      const { store, clock } = world;
      let written = 0;
      for (let run = 0; run < 8; run++) {
        const collector = createLogCollector({ driver: container, sink: world.sink, clock, log: silentLog });
        collector.follow(followed);
        for (let i = 0; i < 4; i++) {
          const count = Math.floor(random.float() * 6);
          // Often several lines in one millisecond.
          container.write(lines(count, written), 1_000_000 + Math.floor(written / 4));
          written += count;
          for (let turns = Math.floor(random.float() * 8); turns > 0; turns--) await clock.advance(40);
        }
        const files = world.files.afterPowerCut(Math.floor(random.float() * 40));
        const storage = new LogStorage({ files });
        world = { ...world, files, storage, sink: createLogSink({ store, storage, clock, random }) };
      }
      container.end();
      const collector = createLogCollector({ driver: container, sink: world.sink, clock, log: silentLog });
      await collector.drained(followed);
      assert.deepEqual(await storedIn(store, world.storage), lines(written), `seed ${seed}`);
    }
  });

  test("reads again what was started again and has ended while its end was being looked at", async () => {
    const { sink, clock, stored } = await collectorWorld();
    const container = new FakeContainer();
    container.write(lines(2));
    container.end();
    let looks = 0;
    const driver = {
      readLogs: container.readLogs.bind(container),
      async inspectContainer(id: string) {
        if (++looks === 2) {
          container.startedAt++;
          container.write(lines(2, 2));
        }
        return container.inspectContainer(id);
      },
    };
    await createLogCollector({ driver, sink, clock, log: silentLog }).drained(followed);
    assert.deepEqual(await stored(), lines(4));
  });

  test("goes on where it was when the connection to the runtime breaks", async () => {
    const { sink, clock, stored } = await collectorWorld();
    const container = new FakeContainer();
    container.breaksAfter = 7;
    container.write(lines(40));
    const collector = createLogCollector({ driver: container, sink, clock, log: silentLog });
    collector.follow(followed);
    await clock.advance(60_000);
    container.end();
    await clock.advance(60_000);
    assert.deepEqual(await stored(), lines(40));
  });

  test("stops reading while storing fails, tries again until it succeeds, and loses nothing", async () => {
    const { sink, clock, stored } = await collectorWorld();
    const container = new FakeContainer(10);
    container.write(Array.from({ length: 1000 }, (_, i) => `${i} ${"x".repeat(1000)}`));
    let isFull = true;
    const failing: LogSink = {
      ...sink,
      async append(batch) {
        if (isFull) throw new DriverError("NoSpace", "No space left.", { retryable: true });
        await sink.append(batch);
      },
    };
    const collector = createLogCollector({ driver: container, sink: failing, clock, log: silentLog });
    collector.follow({ ...followed, maxBufferBytes: 100_000 });
    await clock.advance(60_000);
    assert.ok(container.given < 130, `${container.given} lines were read though nothing could be stored`);
    isFull = false;
    container.end();
    const drained = collector.drained(followed);
    await clock.advance(60_000);
    await drained;
    assert.equal((await stored()).length, 1000);
  });

  test("gives up what is written to a group that was deleted, says so once, and goes on when it is back", async () => {
    const { sink, clock, store, stored } = await collectorWorld();
    const warnings: LogFields[] = [];
    const log: Log = { ...silentLog, warn: (_, fields = {}) => void warnings.push(fields) };
    const container = new FakeContainer();
    const collector = createLogCollector({ driver: container, sink, clock, log });
    container.write(["before"]);
    collector.follow(followed);
    await clock.advance(200);
    const all = [...store.view(logGroups).all(), ...store.view(logStreams).all()];
    await store.as("api").commit({ remove: all.map(({ key }) => key) });
    container.write(["lost"]);
    await clock.advance(200);
    container.write(["lost too"]);
    await clock.advance(200);
    assert.equal(warnings.length, 1);
    await sink.ensureStream(stream, { createGroup: true });
    container.write(["after"]);
    container.end();
    await collector.drained(followed);
    assert.deepEqual(await stored(), ["after"]);
  });

  test("an event of several lines is stored when the next begins, or after five seconds", async () => {
    const { sink, clock, stored } = await collectorWorld();
    const container = new FakeContainer();
    const collector = createLogCollector({ driver: container, sink, clock, log: silentLog });
    collector.follow({ ...followed, eventStart: compileRegex("^\\S") });
    container.write(["one", "  more"]);
    await clock.advance(4000);
    container.write(["two"]);
    await clock.advance(4000);
    assert.deepEqual(await stored(), ["one\n  more\n"]);
    await clock.advance(1001);
    assert.deepEqual(await stored(), ["one\n  more\n", "two\n"]);
    await collector.stop();
    assert.equal(clock.nextAt(), undefined, "no timer is left");
  });

  test("when stopping, nothing is stored behind what could not be stored", async () => {
    const { sink, clock, stored } = await collectorWorld();
    const container = new FakeContainer(4000);
    const collector = createLogCollector({
      driver: container,
      sink: {
        ...sink,
        async append(batch) {
          if (!isStopping) await clockTurn.promise;
          if (batch.events[0]?.message.startsWith("0 ")) throw new DriverError("NoSpace", "No space left.");
          await sink.append(batch);
        },
      },
      clock,
      log: silentLog,
    });
    const clockTurn = Promise.withResolvers<void>();
    let isStopping = false;
    container.write(Array.from({ length: 4000 }, (_, i) => `${i} ${"x".repeat(1000)}`));
    collector.follow({ ...followed, maxBufferBytes: 2 ** 24 });
    await clock.advance(1);
    isStopping = true;
    const stopped = collector.stop();
    clockTurn.resolve();
    await stopped;
    assert.equal((await stored()).length, 0);
    const next = createLogCollector({ driver: container, sink, clock, log: silentLog });
    container.end();
    await next.drained(followed);
    assert.equal((await stored()).length, 4000);
  });

  test("what the task may not write is lost, and told once; what it may again is stored", async () => {
    const { sink, clock, stored } = await collectorWorld();
    const container = new FakeContainer();
    const warnings: string[] = [];
    let refused = true;
    const limited: LogSink = {
      ...sink,
      async append(batch) {
        if (refused) throw new Fault("AccessDeniedException", `${batch.taskArn} may not`);
        await sink.append(batch);
      },
    };
    const log = { ...silentLog, warn: (message: string) => void warnings.push(message) };
    const collector = createLogCollector({ driver: container, sink: limited, clock, log });
    collector.follow(followed);
    container.write(lines(2));
    await clock.advance(1000);
    container.write(lines(2, 2));
    await clock.advance(1000);
    refused = false;
    container.write(lines(2, 4));
    await clock.advance(1000);
    assert.deepEqual(await stored(), lines(2, 4));
    assert.deepEqual(warnings, [`output is lost: ${followed.taskArn} may not`]);
    await collector.stop();
  });

  test("stopping stores what has been read, and does not wait for what cannot be stored", async () => {
    const { sink, clock, stored } = await collectorWorld();
    const container = new FakeContainer();
    const collector = createLogCollector({ driver: container, sink, clock, log: silentLog });
    collector.follow(followed);
    container.write(lines(3));
    await clock.advance(1);
    await collector.stop();
    assert.deepEqual(await stored(), lines(3));
    const stuck: LogSink = { ...sink, append: () => Promise.reject(new DriverError("NoSpace", "No space left.")) };
    const another = createLogCollector({ driver: container, sink: stuck, clock, log: silentLog });
    container.write(lines(3, 3));
    another.follow(followed);
    await clock.advance(1);
    await another.stop();
  });
});
