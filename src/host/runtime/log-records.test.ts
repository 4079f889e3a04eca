import assert from "node:assert/strict";
import { test } from "node:test";
import type { LogRecord } from "./driver.ts";
import { createLogSequence, createTimeParser } from "./log-records.ts";

test("times are read to the nanosecond, whatever their number of digits and zone", () => {
  const parse = createTimeParser();
  const cases = [
    ["2026-01-02T03:04:05.123456789Z", "1767323045123456789"],
    ["2026-01-02T03:04:05.12Z", "1767323045120000000"],
    ["2026-01-02T03:04:05Z", "1767323045000000000"],
    ["2026-01-02T05:04:05.000000001+02:00", "1767323045000000001"],
    ["2026-01-02T03:04:06.9Z", "1767323046900000000"],
  ] as const;
  for (const [text, nanos] of cases) assert.equal(parse(text), nanos, text);
});

const kept = ["100", "102", "101", "102", "102", "105", "103"].map(
  (timeNanos, i): LogRecord => ({ timeNanos, stream: "stdout", message: Buffer.from(String(i)), partial: false }),
);

function read(from: number, since?: { timeNanos: string; count: number }): [string, string][] {
  const sequence = createLogSequence(since);
  return kept.slice(from).flatMap((raw): [string, string][] => {
    const record = sequence(raw);
    return record === undefined ? [] : [[record.timeNanos, Buffer.from(record.message).toString()]];
  });
}

test("times never go back", () => {
  assert.deepEqual(
    read(0).map(([time]) => time),
    ["100", "102", "102", "102", "102", "105", "105"],
  );
});

test("reading on from every position gives what follows it, even when reading begins later in the log", () => {
  const all = read(0);
  for (let seen = 1; seen <= all.length; seen++) {
    const timeNanos = all[seen - 1]![0];
    const count = all.slice(0, seen).filter(([time]) => time === timeNanos).length;
    assert.deepEqual(read(0, { timeNanos, count }), all.slice(seen), `after ${seen}`);
    if (seen >= 2) assert.deepEqual(read(1, { timeNanos, count }), all.slice(seen), `after ${seen}, from the second`);
  }
});
