import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { memoryFiles } from "#kernel/memory-files.ts";
import { deliveries } from "#services/events/model.ts";
import { isFault, testWorld } from "../../../../../test/support/context.ts";
import { logParts } from "../../../../../test/support/log-queries.ts";
import { logsCollections } from "../../index.ts";
import { logGroups, subscriptionFilterKey, subscriptionFilters } from "../../model.ts";
import { createOperations } from "../../operations/index.ts";
import { LogStorage } from "../../segments/storage.ts";
import { subscriptionController } from "./controller.ts";
import { inPieces } from "./payload.ts";

const url = "http://127.0.0.1:9/logs";
const busArn = "arn:aws:events:us-east-1:000000000000:event-bus/default";

/** A group `g` with streams `s` and `t`. */
async function subscriptionWorld() {
  const world = await testWorld({ collections: [...logsCollections, deliveries], model: "logs" });
  const files = memoryFiles();
  const { queries, policyFault } = logParts({ files, clock: world.clock });
  const storage = new LogStorage({ files, segmentBytes: 3000 });
  const operations = createOperations({ storage, queries, policyFault });
  await world.call(operations, "CreateLogGroup", { logGroupName: "g" });
  for (const logStreamName of ["s", "t"]) {
    await world.call(operations, "CreateLogStream", { logGroupName: "g", logStreamName });
  }
  let current = storage;
  return {
    ...{ ...world, operations, storage },
    /** As after a restart: what is on disk, and nothing else. */
    restart() {
      current = new LogStorage({ files, segmentBytes: 3000 });
    },
    subscribe: (more: object = {}) =>
      world.call(operations, "PutSubscriptionFilter", {
        ...{ logGroupName: "g", filterName: "f", filterPattern: "", destinationArn: url, ...more },
      }),
    put: (messages: readonly string[], logStreamName = "s") =>
      world.call(operations, "PutLogEvents", {
        ...{ logGroupName: "g", logStreamName },
        logEvents: messages.map((message) => ({ timestamp: world.clock.now(), message })),
      }),
    /** What becomes due, as the controller leaves it; and takes it away, as one that delivers. */
    async delivered() {
      const [filter] = [...world.store.view(subscriptionFilters).all()];
      const key = filter?.key ?? subscriptionFilterKey("-", "f");
      for (let before = -1; before !== world.store.view(deliveries).size; ) {
        before = world.store.view(deliveries).size;
        await world.reconcile(subscriptionController(current), key);
      }
      const entries = [...world.store.view(deliveries).all()].sort(
        (a, b) => a.createRevision - b.createRevision || a.value.position - b.value.position,
      );
      await world.store.commit({ remove: entries.map((entry) => entry.key) });
      return entries.map(({ value }) => value);
    },
  };
}

interface Message {
  readonly logStream: string;
  readonly logEvents: readonly { readonly id: string; readonly timestamp: number; readonly message: string }[];
}

function unpacked({ input }: { readonly input: string }): Message {
  const { awslogs } = JSON.parse(input) as { awslogs: { data: string } };
  return JSON.parse(gunzipSync(Buffer.from(awslogs.data, "base64")).toString()) as Message;
}

const textsOf = (messages: readonly Message[]) =>
  messages.flatMap(({ logEvents }) => logEvents.map(({ message }) => message));

describe("subscription filters", () => {
  test("hand on what is stored from then on and matches, stream by stream, packed as AWS packs it", async () => {
    const { subscribe, put, delivered, clock } = await subscriptionWorld();
    await put(["ERROR before"]);
    await subscribe({ filterPattern: "ERROR" });
    await put(["ERROR 1", "INFO"]);
    await put(["ERROR 2"], "t");
    await put(["ERROR 3"]);
    const found = await delivered();
    const [first] = found;
    assert.deepEqual(first!.address, { kind: "http", url, http: { pathValues: [], headers: {}, query: {} } });
    assert.deepEqual(Object.entries(unpacked(first!)).slice(0, 4), [
      ["messageType", "DATA_MESSAGE"],
      ["owner", "000000000000"],
      ["logGroup", "g"],
      ["logStream", unpacked(first!).logStream],
    ]);
    const messages = found.map(unpacked).sort((a, b) => (a.logStream < b.logStream ? -1 : 1));
    assert.deepEqual(
      messages.map(({ logStream, logEvents }) => [logStream, logEvents.map(({ message }) => message)]),
      [
        ["s", ["ERROR 1", "ERROR 3"]],
        ["t", ["ERROR 2"]],
      ],
    );
    assert.equal(messages[0]!.logEvents[0]!.timestamp, clock.now());
    assert.match(messages[0]!.logEvents[0]!.id, /^\d{56}$/);
    assert.deepEqual(await delivered(), [], "each once");
  });

  test("are due half a second after something was stored in their group, and rest else", async () => {
    const { subscribe, put, store, storage, reconcile, operations, call } = await subscriptionWorld();
    await subscribe();
    await call(operations, "CreateLogGroup", { logGroupName: "other" });
    await call(operations, "PutSubscriptionFilter", {
      ...{ logGroupName: "other", filterName: "f", filterPattern: "", destinationArn: url },
    });
    const { id } = [...store.view(logGroups).all()].find(({ value }) => value.logGroupName === "g")!.value;
    const key = subscriptionFilterKey(id, "f");
    const controller = subscriptionController(storage);
    const due: unknown[] = [];
    const end = controller.wakes!((...told) => due.push(told), store);
    await put(["1"]);
    assert.deepEqual(due, [[key, 500]]);
    assert.equal(await reconcile(controller, key), undefined);
    assert.equal(await reconcile(controller, key), undefined, "nothing to look at again");
    end();
    await put(["2"]);
    assert.equal(due.length, 1);
  });

  test("lose nothing and double nothing over restarts, over segments that are full and sealed", async () => {
    const { subscribe, put, delivered, restart, storage } = await subscriptionWorld();
    await subscribe();
    const sent: string[] = [];
    const received: string[] = [];
    for (let round = 0; round < 12; round++) {
      const messages = Array.from({ length: 7 }, (_, i) => `${round}/${i} ${"x".repeat(40 * (i % 3))}`);
      await put(messages, round % 2 === 0 ? "s" : "t");
      sent.push(...messages);
      if (round % 4 === 3) {
        await storage.settled();
        restart();
        received.push(...textsOf((await delivered()).map(unpacked)));
      }
    }
    assert.deepEqual(received.toSorted(), sent.toSorted());
  });

  test("wait with what is new while the destination takes nothing", async () => {
    const { subscribe, put, store, reconcile, storage } = await subscriptionWorld();
    await subscribe();
    const [filter] = [...store.view(subscriptionFilters).all()];
    for (let i = 0; i < 130; i++) {
      await put([`${i}`]);
      await reconcile(subscriptionController(storage), filter!.key);
    }
    assert.equal(store.view(deliveries).size, 100);
    await store.commit({ remove: [...store.view(deliveries).all()].map(({ key }) => key) });
    await reconcile(subscriptionController(storage), filter!.key);
    const [rest] = [...store.view(deliveries).all()];
    assert.deepEqual(
      textsOf([unpacked(rest!.value)]),
      Array.from({ length: 30 }, (_, i) => `${i + 100}`),
    );
  });

  test("send events to a bus as they are, to be matched there", async () => {
    const { subscribe, put, delivered } = await subscriptionWorld();
    await subscribe({ destinationArn: busArn });
    await put(["a"]);
    const [delivery] = await delivered();
    assert.deepEqual(delivery!.address, {
      ...{ kind: "event-bus", arn: busArn },
      entry: { source: "aws.logs", detailType: "CloudWatch Logs Subscription Data" },
    });
    assert.equal((JSON.parse(delivery!.input) as Message).logEvents[0]!.message, "a");
  });

  test("are described, changed, deleted, and end with their group", async () => {
    const { subscribe, put, delivered, call, operations, clock } = await subscriptionWorld();
    await subscribe({ filterName: "b" });
    await subscribe({ filterName: "a", destinationArn: busArn });
    const describe = async (input: object = {}) =>
      (await call(operations, "DescribeSubscriptionFilters", { logGroupName: "g", ...input })).subscriptionFilters!;
    assert.deepEqual(await describe({ limit: 1 }), [
      {
        ...{ filterName: "a", logGroupName: "g", filterPattern: "", destinationArn: busArn },
        ...{ creationTime: clock.now(), distribution: "ByLogStream", applyOnTransformedLogs: false },
      },
    ]);
    const limit = isFault("LimitExceededException", "Resource limit exceeded.");
    await assert.rejects(subscribe({ filterName: "c" }), limit);
    await call(operations, "DeleteSubscriptionFilter", { logGroupName: "g", filterName: "a" });
    await put(["before the change"]);
    await subscribe({ filterName: "b", filterPattern: "[]" });
    assert.deepEqual(textsOf((await delivered()).map(unpacked)), ["before the change"], "goes on where it was");
    const gone = isFault("ResourceNotFoundException", "The specified subscription filter does not exist.");
    await assert.rejects(call(operations, "DeleteSubscriptionFilter", { logGroupName: "g", filterName: "a" }), gone);
    await call(operations, "DeleteLogGroup", { logGroupName: "g" });
    assert.deepEqual(await delivered(), []);
    await assert.rejects(describe(), isFault("ResourceNotFoundException", "The specified log group does not exist."));
  });

  test("refuse destinations that there are not", async () => {
    const { subscribe } = await subscriptionWorld();
    const at = "us-east-1:000000000000";
    const cases: [input: object, message: RegExp][] = [
      [{ destinationArn: `arn:aws:lambda:${at}:function:f` }, /cannot be a destination on this platform/],
      [{ destinationArn: `arn:aws:kinesis:${at}:stream/s` }, /cannot be a destination/],
      [{ destinationArn: `arn:aws:firehose:${at}:deliverystream/s` }, /cannot be a destination/],
      [{ destinationArn: `arn:aws:logs:${at}:destination:d` }, /cannot be a destination/],
      [{ destinationArn: "arn:aws:events:us-east-1:111111111111:event-bus/b" }, /account and region of the log group/],
      [{ destinationArn: "x" }, /neither an ARN/],
      [{ destinationArn: "http://u@h/" }, /no URL/],
      [{ roleArn: "arn:aws:iam::000000000000:role/r" }, /roleArn is not supported/],
      [{ distribution: "Random" }, /Kinesis/],
      [{ filterPattern: "{" }, /filter pattern/],
      [{ emitSystemFields: ["@aws.account"] }, /not supported/],
    ];
    for (const [input, message] of cases) {
      await assert.rejects(subscribe(input), isFault("InvalidParameterException", message));
    }
  });
});

test("pieces are no larger than they may be, unless one event is", () => {
  const events = [10, 10, 500, 10].map((length, i) => ({ id: String(i), timestamp: 0, message: "x".repeat(length) }));
  const lengths = inPieces(events, 300).map((piece) => piece.map(({ message }) => message.length));
  assert.deepEqual(lengths, [[10, 10], [500], [10]]);
});
