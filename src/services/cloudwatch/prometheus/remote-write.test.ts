import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { silentLog } from "#kernel/controller.ts";
import { DriverError } from "#kernel/fault.ts";
import type { HttpAnswer, HttpCall } from "#kernel/http-sender.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import { seededRandom } from "#kernel/random.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import { decodeWriteRequest, decompressSnappy, type ReceivedSeries } from "../../../../test/support/remote-write.ts";
import { valuePoint } from "../metrics/point.ts";
import { MetricStorage } from "../metrics/storage.ts";
import { RemoteWrite, type WritePosition } from "./remote-write.ts";
import { compressSnappy } from "./snappy.ts";
import { encodeWriteRequest } from "./write-request.ts";

describe("Snappy", () => {
  const random = seededRandom(7);
  const cases: readonly [what: string, bytes: Uint8Array, most: number][] = [
    ["nothing", new Uint8Array(), 1],
    ["a byte", Uint8Array.of(7), 3],
    ["a short text", Buffer.from("metrics"), 10],
    ["the same byte", new Uint8Array(200_000).fill(65), 10_000],
    ["a text that comes again", Buffer.from("dimension_ServiceName=web;".repeat(5000)), 7000],
    ["noise of one block", random.bytes(65_536), 65_536 + 20],
    ["noise of several", random.bytes(300_000), 300_000 + 40],
    ["literals of 60 and 61 bytes", Buffer.concat([random.bytes(60), new Uint8Array(8), random.bytes(61)]), 140],
  ];
  for (const [what, bytes, most] of cases) {
    test(`${what} comes back`, () => {
      const small = compressSnappy(bytes);
      assert.ok(small.length <= most, `${small.length} bytes`);
      assert.deepEqual(Buffer.from(decompressSnappy(small)), Buffer.from(bytes));
    });
  }
});

test("a write request comes back", () => {
  const labels = Array.from({ length: 3 }, (_, i) => [`label_${i}`, "é".repeat(i * 100)] as const);
  const samples = [
    { value: -1.5, timeMs: 1_777_000_000_000 },
    { value: Number.POSITIVE_INFINITY, timeMs: 0 },
  ];
  const series = [
    { labels, samples },
    { labels: [["__name__", "b"] as const], samples: [] },
  ];
  assert.deepEqual(decodeWriteRequest(encodeWriteRequest(series)), series);
});

/** What gives others their turn between two batches goes on with the next turn of the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await setImmediate();
}

/** In memory. */
function newPosition(): WritePosition {
  let sentUntil: number | undefined;
  return {
    read: async () => sentUntil,
    async write(until) {
      sentUntil = until;
    },
  };
}

async function writing(
  answer: (call: HttpCall, count: number) => HttpAnswer | Promise<HttpAnswer>,
  position = newPosition(),
) {
  const clock = new VirtualClock();
  const storage = await MetricStorage.open({ files: memoryFiles(), clock, log: silentLog });
  const received: ReceivedSeries[][] = [];
  const calls: HttpCall[] = [];
  const open = () =>
    new RemoteWrite({
      ...{ storage, clock, log: silentLog, url: "http://metrics.test/write", headers: { authorization: "Bearer x" } },
      position,
      async send(call) {
        calls.push(call);
        const given = await answer(call, calls.length);
        if (given.status < 300) received.push(decodeWriteRequest(decompressSnappy(call.body as Uint8Array)));
        return given;
      },
    });
  const remoteWrite = open();
  const put = (value: number, metrics = 1) =>
    storage.append(
      Array.from({ length: metrics }, (_, i) => ({
        name: {
          ...{ account: "000000000000", region: "us-east-1", namespace: "App", metricName: "Load", unit: "Count" },
          dimensions: [{ name: "Id", value: String(i) }],
        },
        point: valuePoint(Math.floor(clock.now() / 60_000) * 60, value),
        isHighResolution: false,
      })),
    );
  /** A value a minute, for so many minutes. */
  const minutes = async (count: number) => {
    for (let i = 0; i < count; i++) {
      await put(i);
      await clock.advance(60_000, settle);
    }
  };
  const sums = () =>
    received
      .flat()
      .filter(({ labels }) => labels[0]![1] === "app_load_sum")
      .flatMap(({ samples }) => samples.map(({ value }) => value));
  const counters = () =>
    Object.fromEntries(remoteWrite.families().map(({ name, samples }) => [name, samples[0]!.value]));
  remoteWrite.start();
  return { clock, storage, received, calls, remoteWrite, open, put, minutes, sums, counters };
}

describe("remote write", () => {
  test("sends each minute once, as it is when it has ended", async () => {
    const { clock, minutes, received, calls, sums, remoteWrite, counters } = await writing(() => ({ status: 204 }));
    const start = Math.floor(clock.now() / 60_000) * 60_000;
    await minutes(3);
    await clock.advance(60_000, settle);
    assert.deepEqual(sums(), [0, 1, 2]);
    const { "content-type": type, "content-encoding": encoding, authorization } = calls[0]!.headers;
    assert.deepEqual([type, encoding, authorization], ["application/x-protobuf", "snappy", "Bearer x"]);
    assert.equal(calls[0]!.headers["x-prometheus-remote-write-version"], "0.1.0");
    assert.deepEqual(received[1]!.map(({ labels }) => labels[0]![1]).toSorted(), [
      ...["app_load_average", "app_load_maximum", "app_load_minimum", "app_load_sample_count", "app_load_sum"],
    ]);
    assert.deepEqual(received[1]![0], {
      labels: [
        ["__name__", "app_load_average"],
        ["account_id", "000000000000"],
        ["dimension_Id", "0"],
        ["region", "us-east-1"],
      ],
      samples: [{ value: 1, timeMs: start + 60_000 }],
    });
    assert.equal(counters().estiva_remote_write_samples, 15);
    await remoteWrite.close();
  });

  test("an outage delays, and loses nothing", async () => {
    let isAway = true;
    const { clock, minutes, sums, remoteWrite, counters } = await writing((_call, count) => {
      if (!isAway) return { status: 200 };
      // Refusing, and not being there, in turn.
      if (count % 2 === 0) throw new DriverError("Unavailable", "nobody is there", { retryable: true });
      return { status: 503 };
    });
    await minutes(10);
    assert.deepEqual(sums(), []);
    assert.ok(counters().estiva_remote_write_failures! < 30, "it asks less and less often");
    assert.ok(counters().estiva_remote_write_lag_seconds! >= 600);
    isAway = false;
    await clock.advance(180_000, settle);
    assert.deepEqual(sums().toSorted(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.equal(counters().estiva_remote_write_dropped_samples, 0);
    await remoteWrite.close();
  });

  test("an answer that is too long is of no receiver, and does not end it", async () => {
    const { clock, minutes, sums, remoteWrite } = await writing((_call, count) => {
      if (count === 1) throw new DriverError("InvalidSpec", "metrics.test answered with more than 65536 bytes.");
      return { status: 204 };
    });
    await minutes(2);
    await clock.advance(60_000, settle);
    assert.deepEqual(sums(), [0, 1]);
    await remoteWrite.close();
  });

  test("a receiver that says when is asked then", async () => {
    const { clock, minutes, calls, sums, remoteWrite } = await writing((_call, count) =>
      count === 1 ? { status: 429, retryAfterSeconds: 300 } : { status: 200 },
    );
    await minutes(5);
    assert.equal(calls.length, 1);
    await clock.advance(300_000, settle);
    assert.deepEqual(sums().toSorted(), [0, 1, 2, 3, 4]);
    await remoteWrite.close();
  });

  test("what is refused for good is left out, and what is too old", async () => {
    let status = 400;
    const { clock, minutes, sums, put, remoteWrite, counters } = await writing(() => ({ status }));
    await minutes(1);
    await clock.advance(60_000, settle);
    assert.equal(counters().estiva_remote_write_dropped_samples, 5);
    status = 500;
    await put(7);
    await clock.advance(3 * 3_600_000, settle);
    assert.equal(counters().estiva_remote_write_dropped_samples, 10);
    status = 200;
    await put(8);
    await clock.advance(180_000, settle);
    assert.deepEqual(sums(), [8]);
    await remoteWrite.close();
  });

  test("many metrics go in several requests", async () => {
    const { clock, put, calls, sums, remoteWrite } = await writing(() => ({ status: 200 }));
    await put(1, 1000);
    await clock.advance(120_000, settle);
    assert.equal(calls.length, 3);
    assert.equal(sums().length, 1000);
    assert.ok((calls[0]!.body as Uint8Array).length < 60_000, `${(calls[0]!.body as Uint8Array).length} bytes`);
    await remoteWrite.close();
  });

  test("a run goes on where the one before has come to, with two hours at most", async () => {
    const { clock, minutes, sums, remoteWrite, open } = await writing(() => ({ status: 200 }));
    await minutes(3);
    await remoteWrite.close();
    const sent = sums().length;
    await minutes(3);
    const next = open();
    next.start();
    await clock.advance(120_000, settle);
    assert.deepEqual(sums().slice(sent).toSorted(), [0, 1, 2, 2]);
    await next.close();
    const later = sums().length;
    await minutes(150);
    const last = open();
    last.start();
    for (let minute = 0; minute < 5; minute++) await clock.advance(60_000, settle);
    assert.equal(sums().length - later, 120);
    await last.close();
  });

  test("metrics that cannot be read are sent later, or left out when they are too old", async () => {
    const { clock, minutes, sums, remoteWrite, storage, put } = await writing(() => ({ status: 200 }));
    const read = storage.read.bind(storage);
    storage.read = async () => {
      throw new DriverError("Failed", "the disk is broken");
    };
    await minutes(4);
    assert.deepEqual(sums(), []);
    storage.read = read;
    await clock.advance(180_000, settle);
    assert.deepEqual(sums().toSorted(), [0, 1, 2, 3]);
    const start = clock.now() / 1000;
    storage.read = async (series, range) => {
      if (range.start <= start) throw new DriverError("Failed", "this block is broken");
      return await read(series, range);
    };
    await clock.advance(3 * 3_600_000, settle);
    await put(9);
    await clock.advance(180_000, settle);
    assert.equal(sums().at(-1), 9);
    await remoteWrite.close();
  });

  test("it ends while it waits", async () => {
    const { minutes, calls, remoteWrite, clock } = await writing(() => ({ status: 500 }));
    await minutes(2);
    await remoteWrite.close();
    const { length } = calls;
    await clock.advance(600_000, settle);
    assert.equal(calls.length, length);
  });
});
