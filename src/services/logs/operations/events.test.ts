import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { GetLogEventsRequest, InputLogEvent, StartLiveTailResponseStream } from "#generated/logs/types.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import { isFault, testWorld } from "../../../../test/support/context.ts";
import { logParts } from "../../../../test/support/log-queries.ts";
import { logsCollections } from "../index.ts";
import { createOperations } from "./index.ts";
import { sortOut } from "./put-log-events.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const name = { logGroupName: "g", logStreamName: "s" };

/** A group `g` with streams `s` and `t`. */
async function eventsWorld() {
  const world = await testWorld({ collections: logsCollections, model: "logs" });
  const operations = createOperations(logParts({ files: memoryFiles(), clock: world.clock }));
  const { clock } = world;
  await world.call(operations, "CreateLogGroup", { logGroupName: "g" });
  for (const logStreamName of ["s", "t"]) {
    await world.call(operations, "CreateLogStream", { logGroupName: "g", logStreamName });
  }
  return {
    ...world,
    operations,
    /** Events with these offsets (ms) from now; the message is the offset. */
    put: (offsets: readonly number[], logStreamName = "s") =>
      world.call(operations, "PutLogEvents", {
        ...name,
        logStreamName,
        logEvents: offsets.map((offset) => ({ timestamp: clock.now() + offset, message: String(offset) })),
      }),
    get: async (input: Partial<GetLogEventsRequest> = {}) => {
      const answer = await world.call(operations, "GetLogEvents", { ...name, ...input });
      return { ...answer, messages: answer.events?.map((event) => event.message) };
    },
    filter: async (input: object = {}) => {
      const answer = await world.call(operations, "FilterLogEvents", { logGroupName: "g", ...input });
      return { ...answer, messages: answer.events?.map((event) => event.message) };
    },
  };
}

describe("PutLogEvents", () => {
  test("says which events it did not take", () => {
    const now = 100 * dayMs;
    const at = (...offsets: number[]): InputLogEvent[] =>
      offsets.map((offset) => ({ timestamp: now + offset, message: "x" }));
    const [old, late] = [-14 * dayMs - 1, 2 * hourMs + 1];
    const table: [offsets: number[], retention: number | undefined, kept: number, rejected: object | undefined][] = [
      [[-14 * dayMs, 0, 2 * hourMs], undefined, 3, undefined],
      [[old, old, 0], undefined, 1, { tooOldLogEventEndIndex: 2 }],
      [[0, late, late], undefined, 1, { tooNewLogEventStartIndex: 1 }],
      [[old, 0, late], undefined, 1, { tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 }],
      [[old], undefined, 0, { tooOldLogEventEndIndex: 1 }],
      [[old, -2 * dayMs, 0], dayMs, 1, { tooOldLogEventEndIndex: 1, expiredLogEventEndIndex: 2 }],
      [[-2 * dayMs, 0], 3 * dayMs, 2, undefined],
    ];
    for (const [offsets, retention, kept, rejected] of table) {
      const sorted = sortOut(at(...offsets), now, retention);
      assert.deepEqual([sorted.accepted.length, sorted.rejected], [kept, rejected], JSON.stringify(offsets));
    }
  });

  test("refuses batches that break the rules, in AWS's words", async () => {
    const { put, call, operations, clock } = await eventsWorld();
    const refuse = (work: Promise<unknown>, message: string) =>
      assert.rejects(work, isFault("InvalidParameterException", message));
    await refuse(put([2, 1]), "Log events in a single PutLogEvents request must be in chronological order.");
    await refuse(
      put([-dayMs - 1, 0]),
      "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.",
    );
    const send = (...messages: string[]) => {
      const logEvents = messages.map((message) => ({ timestamp: clock.now(), message }));
      return call(operations, "PutLogEvents", { ...name, logEvents });
    };
    await refuse(send("x".repeat(1_048_577)), "Log event too large: 1048577 bytes exceeds limit of 1048576");
    const half = "é".repeat(262_144);
    await refuse(send(half, half), "Upload too large: 1048628 bytes exceeds limit of 1048576");
    const lost = isFault("ResourceNotFoundException", "The specified log stream does not exist.");
    await assert.rejects(put([1], "nowhere"), lost);
  });

  test("takes events that belong to an entity, and says that the entity was not", async () => {
    const { call, operations, clock } = await eventsWorld();
    const logEvents = [{ timestamp: clock.now(), message: "x" }];
    const entity = { keyAttributes: { Type: "Service", Name: "web" } };
    const answer = await call(operations, "PutLogEvents", { ...name, logEvents, entity });
    assert.deepEqual(answer.rejectedEntityInfo, { errorType: "UnsupportedLogGroupType" });
    assert.match(answer.nextSequenceToken!, /^\d{56}$/);
  });
});

describe("GetLogEvents", () => {
  test("gives the newest first page, walks back and forth, and its tokens say where the ends are", async () => {
    const { put, get } = await eventsWorld();
    await put([1, 2, 3, 4, 5]);
    await put([3], "t");
    const latest = await get({ limit: 2 });
    assert.deepEqual(latest.messages, ["4", "5"]);
    const back = await get({ limit: 2, nextToken: latest.nextBackwardToken! });
    assert.deepEqual(back.messages, ["2", "3"]);
    const oldest = await get({ limit: 2, nextToken: back.nextBackwardToken! });
    assert.deepEqual(oldest.messages, ["1"]);
    const end = await get({ limit: 2, nextToken: oldest.nextBackwardToken! });
    assert.deepEqual([end.messages, end.nextBackwardToken], [[], oldest.nextBackwardToken]);
    assert.deepEqual((await get({ nextToken: end.nextForwardToken! })).messages, ["1", "2", "3", "4", "5"]);
    assert.deepEqual((await get({ nextToken: oldest.nextForwardToken! })).messages, ["2", "3", "4", "5"]);

    const head = await get({ startFromHead: true });
    assert.deepEqual(head.messages, ["1", "2", "3", "4", "5"]);
    const tail = await get({ nextToken: head.nextForwardToken!, startFromHead: true });
    assert.deepEqual([tail.messages, tail.nextForwardToken], [[], head.nextForwardToken]);
    await put([5, 6]);
    assert.deepEqual((await get({ nextToken: tail.nextForwardToken! })).messages, ["5", "6"]);
    assert.match(head.nextForwardToken!, /^f\/\d{56}\/s$/);
    for (const nextToken of ["x", "f/1/s", `f/${"9".repeat(56)}/s`]) {
      const invalid = isFault("InvalidParameterException", "The specified nextToken is invalid.");
      await assert.rejects(get({ nextToken }), invalid);
    }
  });

  test("an empty stream gives tokens from which what comes later is read", async () => {
    const { put, get } = await eventsWorld();
    const empty = await get();
    assert.deepEqual(empty.events, []);
    await put([1]);
    assert.deepEqual((await get({ nextToken: empty.nextForwardToken! })).messages, ["1"]);
  });

  test("takes a range of time: the start belongs to it, the end does not", async () => {
    const { put, get, clock } = await eventsWorld();
    await put([1, 2, 3]);
    const [startTime, endTime] = [clock.now() + 2, clock.now() + 3];
    assert.deepEqual((await get({ startTime })).messages, ["2", "3"]);
    assert.deepEqual((await get({ endTime })).messages, ["1", "2"]);
  });
});

describe("FilterLogEvents", () => {
  test("interleaves streams, filters, pages, and gives each event an id of its own", async () => {
    const { put, filter, clock } = await eventsWorld();
    await put([1, 3, 5]);
    await put([2, 3, 4], "t");
    const all = await filter();
    assert.deepEqual(all.messages, ["1", "2", "3", "3", "4", "5"]);
    assert.equal(new Set(all.events!.map((event) => event.eventId)).size, 6);
    assert.deepEqual(
      all.events!.map((event) => event.eventId).toSorted(),
      all.events!.map((event) => event.eventId),
    );
    assert.deepEqual(all.events![1], {
      logStreamName: "t",
      timestamp: clock.now() + 2,
      message: "2",
      ingestionTime: clock.now(),
      eventId: all.events![1]!.eventId,
    });
    const first = await filter({ limit: 4 });
    const second = await filter({ limit: 4, nextToken: first.nextToken });
    assert.deepEqual([second.messages, second.nextToken], [["4", "5"], undefined]);
    assert.deepEqual((await filter({ filterPattern: "?1 ?5" })).messages, ["1", "5"]);
    assert.deepEqual((await filter({ logStreamNames: ["t"] })).messages, ["2", "3", "4"]);
    assert.deepEqual((await filter({ logStreamNamePrefix: "s" })).messages, ["1", "3", "5"]);
    const range = { startTime: clock.now() + 2, endTime: clock.now() + 4 };
    assert.deepEqual((await filter(range)).messages, ["2", "3", "3", "4"], "the end belongs to the range");
    const newest = await filter({ ...range, startFromHead: false, limit: 2 });
    assert.deepEqual(newest.messages, ["4", "3"]);
    assert.deepEqual((await filter({ ...range, nextToken: newest.nextToken })).messages, ["3", "2"]);
  });

  test("refuses what it cannot search", async () => {
    const { filter } = await eventsWorld();
    const cases: [object, string, RegExp][] = [
      [{ filterPattern: "{ $.a" }, "InvalidParameterException", /must end with '}'$/],
      [{ nextToken: "x" }, "InvalidParameterException", /^The specified nextToken is invalid\.$/],
      [{ logStreamNames: ["x"] }, "ResourceNotFoundException", /log stream does not exist/],
      [{ logStreamNames: ["s"], logStreamNamePrefix: "s" }, "InvalidParameterException", /mutually exclusive/],
      [{ startFromHead: false }, "InvalidParameterException", /Jan 1, 2024/],
      [{ logGroupName: undefined }, "InvalidParameterException", /must be specified/],
      [{ logGroupIdentifier: "g" }, "ValidationException", /mutually exclusive/],
      [{ logGroupName: "h" }, "ResourceNotFoundException", /log group does not exist/],
    ];
    for (const [input, code, message] of cases) await assert.rejects(filter(input), isFault(code, message));
  });
});

describe("StartLiveTail", () => {
  const arn = "arn:aws:logs:us-east-1:000000000000:log-group:g";

  test("tells every second what came in, a sample of it when that is much, and ends after three hours", async () => {
    const { put, call, operations, clock } = await eventsWorld();
    const logEventFilterPattern = "-7";
    const input = { logGroupIdentifiers: [arn], logStreamNamePrefixes: ["s"], logEventFilterPattern };
    const { responseStream } = await call(operations, "StartLiveTail", input);
    const updates = responseStream![Symbol.asyncIterator]();
    const next = async (): Promise<StartLiveTailResponseStream> => {
      const coming = updates.next();
      await clock.advance(1000);
      return (await coming).value as StartLiveTailResponseStream;
    };
    assert.deepEqual((await next()).sessionStart?.logGroupIdentifiers, [arn]);
    await put([1, 7]);
    await put([2], "t");
    const update = (await next()).sessionUpdate;
    assert.deepEqual(update?.sessionMetadata, { sampled: false });
    assert.deepEqual(
      update?.sessionResults?.map(({ logStreamName, logGroupIdentifier, message }) => [
        logStreamName,
        logGroupIdentifier,
        message,
      ]),
      [["s", arn, "1"]],
    );
    assert.deepEqual((await next()).sessionUpdate?.sessionResults, []);
    await put(Array.from({ length: 900 }, () => 1));
    const many = (await next()).sessionUpdate;
    assert.deepEqual([many?.sessionMetadata?.sampled, many?.sessionResults?.length], [true, 500]);
    await clock.advance(3 * hourMs);
    assert.ok((await next()).SessionTimeoutException);
    assert.equal((await updates.next()).done, true);
  });

  test("ends when the client goes away", async () => {
    const { call, operations, clock } = await eventsWorld();
    const leaving = new AbortController();
    const input = { logGroupIdentifiers: [arn] };
    const { responseStream } = await call(operations, "StartLiveTail", input, { signal: () => leaving.signal });
    const updates = responseStream![Symbol.asyncIterator]();
    await updates.next();
    const pending = updates.next();
    leaving.abort();
    assert.equal((await pending).done, true);
    assert.equal(clock.nextAt(), undefined, "no timer is left");
  });

  test("refuses sessions that AWS refuses", async () => {
    const { call, operations } = await eventsWorld();
    const cases = [
      { logGroupIdentifiers: ["g"] },
      { logGroupIdentifiers: [`${arn}:*`] },
      { logGroupIdentifiers: [arn, arn], logStreamNames: ["s"] },
      { logGroupIdentifiers: [arn], logStreamNames: ["s"], logStreamNamePrefixes: ["s"] },
      { logGroupIdentifiers: [arn], logEventFilterPattern: "{" },
    ];
    for (const input of cases) {
      await assert.rejects(call(operations, "StartLiveTail", input), isFault("InvalidParameterException"));
    }
  });
});
