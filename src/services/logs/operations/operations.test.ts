import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type MemoryFiles, memoryFiles } from "#kernel/memory-files.ts";
import { isFault, type TestWorld, testWorld } from "../../../../test/support/context.ts";
import { logParts } from "../../../../test/support/log-queries.ts";
import { removalController } from "../controllers/removal/controller.ts";
import { retentionController } from "../controllers/retention/controller.ts";
import { logsCollections } from "../index.ts";
import { logGroupKey, logRemovals } from "../model.ts";
import type { LogStorage } from "../segments/storage.ts";
import { createOperations } from "./index.ts";

type Operations = ReturnType<typeof createOperations>;
interface LogsWorld extends TestWorld {
  readonly files: MemoryFiles;
  readonly storage: LogStorage;
  readonly run: <N extends keyof Operations>(
    name: N,
    input: Parameters<Operations[N]>[0],
  ) => Promise<Awaited<ReturnType<Operations[N]>>>;
}

async function logsWorld(groups: readonly string[] = []): Promise<LogsWorld> {
  const world = await testWorld({ collections: logsCollections, model: "logs" });
  const files = memoryFiles();
  const { storage, ...parts } = logParts({ files, clock: world.clock });
  const operations = createOperations({ storage, ...parts });
  const run = ((name: keyof Operations, input: object) => world.call(operations, name, input as never)) as never;
  const logs: LogsWorld = { ...world, files, storage, run };
  for (const logGroupName of groups) await logs.run("CreateLogGroup", { logGroupName });
  return logs;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

describe("log groups", () => {
  test("are made, described in the order of their names, page by page, and deleted", async () => {
    const { run, store, clock } = await logsWorld(["/app/b", "/app/a", "/other"]);
    assert.deepEqual((await run("DescribeLogGroups", { logGroupNamePrefix: "/app/a" })).logGroups, [
      {
        logGroupName: "/app/a",
        creationTime: clock.now(),
        metricFilterCount: 0,
        arn: "arn:aws:logs:us-east-1:000000000000:log-group:/app/a:*",
        logGroupClass: "STANDARD",
        logGroupArn: "arn:aws:logs:us-east-1:000000000000:log-group:/app/a",
        storedBytes: 0,
        deletionProtectionEnabled: false,
      },
    ]);
    const names = async (input: Parameters<Operations["DescribeLogGroups"]>[0]) => {
      const { logGroups, nextToken } = await run("DescribeLogGroups", input);
      return { names: logGroups?.map((group) => group.logGroupName), nextToken };
    };
    const first = await names({ limit: 2 });
    assert.deepEqual(first.names, ["/app/a", "/app/b"]);
    const rest = await names({ limit: 2, nextToken: first.nextToken! });
    assert.deepEqual(rest, { names: ["/other"], nextToken: undefined });
    assert.deepEqual((await names({ logGroupNamePattern: "PP/B" })).names, ["/app/b"]);
    await assert.rejects(names({ nextToken: "x" }), isFault("InvalidParameterException"));
    await run("DeleteLogGroup", { logGroupName: "/app/a" });
    assert.deepEqual((await names({})).names, ["/app/b", "/other"]);
    assert.equal(store.view(logRemovals).size, 1);
    const gone = isFault("ResourceNotFoundException", "The specified log group does not exist.");
    await assert.rejects(run("DeleteLogGroup", { logGroupName: "/app/a" }), gone);
  });

  test("refuse what cannot be honoured", async () => {
    const { run } = await logsWorld();
    const cases: [Parameters<Operations["CreateLogGroup"]>[0], RegExp][] = [
      [{ logGroupName: "aws/x" }, /^Log groups starting with AWS\/ are reserved for AWS\.$/],
      [{ logGroupName: "x", kmsKeyId: "arn:aws:kms:us-east-1:1:key/x" }, /kmsKeyId is not supported/],
      [{ logGroupName: "x", logGroupClass: "DELIVERY" }, /DELIVERY is not supported/],
      [{ logGroupName: "x", tags: { "aws:x": "1" } }, /^aws: prefixed/],
    ];
    for (const [input, message] of cases) {
      await assert.rejects(run("CreateLogGroup", input), isFault("InvalidParameterException", message));
    }
    const linked = { includeLinkedAccounts: true };
    await assert.rejects(run("DescribeLogGroups", linked), isFault("InvalidParameterException"));
    const sources = { dataSources: [{ name: "x" }] };
    await assert.rejects(run("ListLogGroups", sources), isFault("InvalidParameterException"));
  });

  test("are listed by class, pattern and tags", async () => {
    const { run } = await logsWorld(["/app/web", "/app/job"]);
    const logGroupClass = "INFREQUENT_ACCESS";
    await run("CreateLogGroup", { logGroupName: "rare-web", logGroupClass, tags: { team: "a" } });
    const names = async (input: Parameters<Operations["ListLogGroups"]>[0]) =>
      (await run("ListLogGroups", input)).logGroups?.map((group) => group.logGroupName);
    assert.deepEqual(await names({}), ["/app/job", "/app/web", "rare-web"]);
    assert.deepEqual(await names({ logGroupClass }), ["rare-web"]);
    assert.deepEqual(await names({ logGroupNamePattern: "^/app/j|are-w" }), ["/app/job", "rare-web"]);
    assert.deepEqual(await names({ logGroupTags: [{ key: "team", values: ["a", "b"] }] }), ["rare-web"]);
    assert.deepEqual(await names({ logGroupTags: [{ key: "team", values: ["b"] }] }), []);
  });

  test("are not deleted while protected", async () => {
    const { run } = await logsWorld(["g"]);
    const logGroupIdentifier = "arn:aws:logs:us-east-1:000000000000:log-group:g";
    await run("PutLogGroupDeletionProtection", { logGroupIdentifier, deletionProtectionEnabled: true });
    await assert.rejects(run("DeleteLogGroup", { logGroupName: "g" }), isFault("ValidationException"));
    await run("PutLogGroupDeletionProtection", { logGroupIdentifier: "g", deletionProtectionEnabled: false });
    await run("DeleteLogGroup", { logGroupName: "g" });
  });

  test("carry tags, under their old and their new operations", async () => {
    const { run } = await logsWorld(["g"]);
    const resourceArn = "arn:aws:logs:us-east-1:000000000000:log-group:g";
    await run("TagLogGroup", { logGroupName: "g", tags: { a: "1", b: "2" } });
    await run("TagResource", { resourceArn: `${resourceArn}:*`, tags: { b: "3", c: "4" } });
    await run("UntagResource", { resourceArn, tagKeys: ["a", "x"] });
    assert.deepEqual(await run("ListTagsLogGroup", { logGroupName: "g" }), { tags: { b: "3", c: "4" } });
    await run("UntagLogGroup", { logGroupName: "g", tags: ["b"] });
    assert.deepEqual(await run("ListTagsForResource", { resourceArn }), { tags: { c: "4" } });
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}`, ""]));
    await assert.rejects(run("TagResource", { resourceArn, tags: many }), isFault("TooManyTagsException"));
    const elsewhere = "arn:aws:logs:eu-west-1:000000000000:log-group:g";
    const gone = isFault("ResourceNotFoundException");
    await assert.rejects(run("ListTagsForResource", { resourceArn: elsewhere }), gone);
  });
});

describe("log streams", () => {
  test("are described by name or by their last event", async () => {
    const { run, clock } = await logsWorld(["g"]);
    const now = clock.now();
    for (const logStreamName of ["web/c", "web/a", "job/b"]) {
      await run("CreateLogStream", { logGroupName: "g", logStreamName });
    }
    const put = (logStreamName: string, timestamp: number) =>
      run("PutLogEvents", { logGroupName: "g", logStreamName, logEvents: [{ timestamp, message: "x" }] });
    await put("web/a", now - 500);
    await put("web/a", now - 1000);
    await put("job/b", now - 300);
    const names = async (input: object) => {
      const { logStreams, nextToken } = await run("DescribeLogStreams", { logGroupName: "g", ...input });
      return { names: logStreams?.map((stream) => stream.logStreamName), nextToken };
    };
    assert.deepEqual((await names({})).names, ["job/b", "web/a", "web/c"]);
    assert.deepEqual((await names({ logStreamNamePrefix: "web/", descending: true })).names, ["web/c", "web/a"]);
    assert.deepEqual((await names({ orderBy: "LastEventTime" })).names, ["web/c", "web/a", "job/b"]);
    const latest = await names({ orderBy: "LastEventTime", descending: true, limit: 1 });
    assert.deepEqual(latest.names, ["job/b"]);
    const next = await names({ orderBy: "LastEventTime", descending: true, nextToken: latest.nextToken });
    assert.deepEqual(next.names, ["web/a", "web/c"]);
    await assert.rejects(
      names({ orderBy: "LastEventTime", logStreamNamePrefix: "w" }),
      isFault("InvalidParameterException", "Cannot order by LastEventTime with a logStreamNamePrefix."),
    );
    const { logStreams } = await run("DescribeLogStreams", { logGroupIdentifier: "g", logStreamNamePrefix: "web" });
    const { uploadSequenceToken, ...stream } = logStreams![0]!;
    assert.match(uploadSequenceToken!, /^\d{56}$/);
    assert.deepEqual(stream, {
      logStreamName: "web/a",
      creationTime: now,
      firstEventTimestamp: now - 1000,
      lastEventTimestamp: now - 500,
      lastIngestionTime: now,
      arn: "arn:aws:logs:us-east-1:000000000000:log-group:g:log-stream:web/a",
      storedBytes: 0,
    });
    assert.deepEqual(Object.keys(logStreams![1]!).toSorted(), ["arn", "creationTime", "logStreamName", "storedBytes"]);
  });
});

describe("controllers", () => {
  test("retention hides expired events at once and deletes them when their segment has expired", async () => {
    const world = await logsWorld(["g"]);
    const { run, clock, storage, store, files } = world;
    await run("CreateLogStream", { logGroupName: "g", logStreamName: "s" });
    const put = (timestamp: number) =>
      run("PutLogEvents", { logGroupName: "g", logStreamName: "s", logEvents: [{ timestamp, message: "x" }] });
    await put(clock.now() - 2 * dayMs);
    await put(clock.now());
    const seen = async () => (await run("GetLogEvents", { logGroupName: "g", logStreamName: "s" })).events?.length;
    assert.equal(await seen(), 2);
    await run("PutRetentionPolicy", { logGroupName: "g", retentionInDays: 1 });
    assert.equal(await seen(), 1, "the expired event is not shown though its segment is still there");
    const key = logGroupKey({ account: "000000000000", region: "us-east-1" }, "g");
    const controller = retentionController(storage);
    const due = clock.now() + dayMs;
    assert.deepEqual(await world.reconcile(controller, key), { lookAgainAt: due });
    await clock.advance(dayMs + 1);
    await world.reconcile(controller, key);
    const { id } = (await store.get(key)).value!;
    assert.deepEqual(await files.list(id), ["carried.json"]);
    await run("DeleteRetentionPolicy", { logGroupName: "g" });
    assert.equal(await world.reconcile(controller, key), undefined);
    const bad = run("PutRetentionPolicy", { logGroupName: "g", retentionInDays: 2 });
    await assert.rejects(bad, isFault("InvalidParameterException", /^1 validation error detected: Value '2' at 'ret/));
  });

  test("removal deletes the events of deleted streams and groups", async () => {
    const world = await logsWorld(["g"]);
    const { run, clock, storage, store, files } = world;
    const controller = removalController(storage);
    const removeAll = async () => {
      for (const { key } of [...store.view(logRemovals).all()]) await world.reconcile(controller, key);
      assert.equal(store.view(logRemovals).size, 0);
    };
    const make = async (logStreamName: string) => {
      await run("CreateLogStream", { logGroupName: "g", logStreamName });
      const logEvents = [{ timestamp: clock.now(), message: logStreamName }];
      await run("PutLogEvents", { logGroupName: "g", logStreamName, logEvents });
    };
    const messages = async () =>
      (await run("FilterLogEvents", { logGroupName: "g" })).events?.map((event) => event.message);
    await make("a");
    await make("b");
    await run("DeleteLogStream", { logGroupName: "g", logStreamName: "a" });
    assert.deepEqual(await messages(), ["b"], "gone before anything is deleted on disk");
    await removeAll();
    assert.deepEqual(await messages(), ["b"]);
    await run("CreateLogStream", { logGroupName: "g", logStreamName: "a" });
    assert.deepEqual(await messages(), ["b"], "a stream made anew has none of the old events");
    await run("DeleteLogGroup", { logGroupName: "g" });
    await removeAll();
    assert.deepEqual(await files.folders(), []);
  });
});
