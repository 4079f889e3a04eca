import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { compileQuery } from "../language/query.ts";
import { QueryTooLarge } from "../language/query-too-large.ts";
import { Findings } from "./execution.ts";
import { bytesOf } from "./held-bytes.ts";
import type { Found } from "./scan.ts";
import { TopEvents } from "./top-events.ts";

const counts = { recordsScanned: 1, recordsMatched: 1, bytesScanned: 1 };
const mostBytes = 100_000;

function findings(text: string): Findings {
  return new Findings(compileQuery(text, { now: 0, limit: undefined }), 0, mostBytes);
}

/** An event of a thousand characters. */
function event(time: number): Found {
  const values = ["x".repeat(1000)];
  return { kind: "events", events: [{ keys: [time], time, sequence: 0, group: 0, dedup: undefined, values }] };
}

function group(name: string, distinct: readonly string[]): Found {
  return { kind: "stats", groups: new Map([[name, { by: [name], states: [new Set(distinct)] }]]) };
}

describe("what a query holds", () => {
  test("is its results: others are let go", () => {
    const all = findings("fields @message | limit 10");
    for (let time = 0; time < 5000; time++) all.add(counts, event(time));
    assert.equal(all.counts.recordsScanned, 5000);
    assert.equal(all.rows(() => "").length, 10);
  });

  test("is no more than it may have, of events", () => {
    const all = findings("fields @message | limit 100");
    const add = () => {
      for (let time = 0; time < 200; time++) all.add(counts, event(time));
    };
    assert.throws(add, (error) => error instanceof QueryTooLarge && /MiB of memory/.test(error.message));
  });

  test("is no more than it may have, of groups and of the texts in them", () => {
    const names = findings("stats count_distinct(@message) by @logStream");
    const addNames = () => {
      for (let i = 0; i < 200; i++) names.add(counts, group(`${i} ${"x".repeat(1000)}`, []));
    };
    assert.throws(addNames, QueryTooLarge);
    const texts = findings("stats count_distinct(@message) by @logStream");
    // The same ones again and again are held once.
    for (let i = 0; i < 1000; i++) texts.add(counts, group("one", [`${i % 10} ${"x".repeat(1000)}`]));
    const addTexts = () => {
      for (let i = 0; i < 200; i++) texts.add(counts, group("one", [`${i} ${"x".repeat(1000)}`]));
    };
    assert.throws(addTexts, QueryTooLarge);
  });
});

test("a part of the events is scanned no further when it holds too much", () => {
  const query = compileQuery("fields @message | limit 1000", { now: 0, limit: undefined });
  assert.ok(query.kind === "events");
  const top = new TopEvents(query);
  const row = { get: () => "x".repeat(2 ** 20), set() {} };
  const add = () => {
    for (let time = 0; time < 200; time++) top.add(row, { time, sequence: 0, group: 0 });
  };
  assert.throws(add, QueryTooLarge);
});

test("bytes of plain data are about those that it takes", () => {
  const cases: readonly [data: unknown, bytes: number][] = [
    [1, 8],
    [undefined, 8],
    ["ab", 36],
    [[1, 2], 48],
    [{ a: 1 }, 40],
    [new Date(0), 32],
    [new Set(["ab"]), 68],
    [new Map([["ab", [1]]]), 108],
  ];
  for (const [data, bytes] of cases) assert.equal(bytesOf(data), bytes, String(data));
});
