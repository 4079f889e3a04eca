import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import { encodeRecord } from "../../segments/record.ts";
import { type CompiledQuery, compileQuery } from "../language/query.ts";
import { Scan, type ScannedGroup } from "./scan.ts";

const group: ScannedGroup = {
  ...{ groupId: "g", log: "000000000000:/g", streams: new Map([["aaaaaaaaaaaaaaaa", "s"]]) },
  ...{ startTime: 0, endTime: 1e15 },
};

/** One block of two records. */
function blockOf(messages: readonly string[]): Buffer {
  const events = messages.map((message, i) => ({ timestamp: i, message }));
  const half = Math.ceil(events.length / 2);
  const records = [events.slice(0, half), events.slice(half)].filter(({ length }) => length > 0);
  return Buffer.concat(
    records.map((each) => encodeRecord({ streamId: "a".repeat(16), ingestionTime: 0, sequence: 0, events: each })),
  );
}

function scanned(query: CompiledQuery, block: Buffer) {
  const scan = new Scan(query, group, 0);
  scan.take(block);
  return { found: scan.found, counts: scan.counts };
}

function assertSame(text: string, messages: readonly string[]): number {
  const query = compileQuery(text, { now: 0 });
  const block = blockOf(messages);
  const found = scanned(query, block);
  assert.deepEqual(found, scanned({ ...query, clues: [] }, block), `${text}\n${messages.join("\n")}`);
  return found.counts.recordsMatched;
}

describe("what filters ask for is looked for in the bytes first", () => {
  const table: [query: string, matching: string, other?: string][] = [
    ["filter @message like /ord(er)?s\\/\\d+/", "/orders/12"],
    ["filter @message like /WARN|ERROR/", "an ERROR"],
    ["filter @message like /(?i)error/", "an Error"],
    ["filter @message like 'é😀'", "né😀e"],
    ["filter @message like '\ud83d'", "😀"],
    ["filter @message like /[\ud83d]/", "😀"],
    ["filter level = 'ERROR'", '{"level":"\\u0045RROR"}'],
    ["filter level in ['ERROR', 'FATAL']", '{"level":"FATAL"}'],
    ["filter level = 'ERROR' or ms > 5", '{"ms":6}'],
    ["filter ms > 5", '{ "ms"\t:\n 6 }'],
    ["filter ms > 5", '{"m\\u0073":6}'],
    ["filter ms > 5", '{"ms":"6"}'],
    ["filter ms > 5", '{"ms":1e400}'],
    ["filter ms > -5", '{"ms":-4.5e0}'],
    ["filter 5 < ms", '{"ms":5.5}'],
    ["filter ms = 500", '{"ms":5e2}'],
    ["filter ms = '500'", '{"ms":500.0}'],
    ["filter ms = 1", '{"ms":true}'],
    ["filter ms like '500'", '{"ms":5e2}'],
    ["filter ms like /1/", '{"ms":true}'],
    ["filter ms = 'Infinity'", '{"ms":1e400}'],
    ["filter ms > 5", '{"ms":3,"ms":6}', '{"ms":6,"ms":3}'],
    ["filter request.ms > 5", '{"request":{"ms":6}}', '{"ms":6}'],
    ["filter request.ms > 5", '{"request.ms":6}', '{"xms":6}'],
    ["filter items.0 > 5", '{"items":[6]}'],
    ["filter items.length > 0", '{"items":[6]}'],
    ["fields 7 as ms | filter ms > 5", "none"],
    ["fields jsonParse(replace(@message, 'a', 'e')) as x | filter x.l = 'her'", '{"l":"har"}'],
    ["parse @message /(?<ms>\\d+)/ | filter ms > 5", "6 of 3", "4 of 6"],
    ["parse @message /(?<x>\\d+)/ | filter ms > 5", '{"ms":6}', '{"ms":4}'],
    ["filter not ms > 5", '{"ms":4}', '{"ms":6}'],
    ["filter ms != 5", "none", '{"ms":5}'],
  ];
  for (const [query, matching, other] of table) {
    test(`${query} in ${matching}`, () => {
      const isOfAll = /not |!=|7 as ms/.test(query);
      assert.equal(assertSame(query, ["x", matching, "y"]), isOfAll ? 3 : 1);
      if (other !== undefined) assertSame(query, ["x", other, "y"]);
    });
  }

  test("and gives what looking at each event gives, for random filters and messages", () => {
    const random = seededRandom(11);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random.float() * from.length)]!;
    const value = (depth: number): unknown => {
      const kinds = [() => pick([0, 1, 5, 7, -3, 5.5, 1e21]), () => pick(["ERROR", "5", "a.b", "é", "true", ""])];
      const deep = [() => object(depth - 1), () => [value(depth - 1), value(depth - 1)]];
      return pick([...kinds, ...kinds, () => pick([true, false, null]), ...(depth > 0 ? deep : [])])();
    };
    const object = (depth: number): unknown =>
      Object.fromEntries(Array.from({ length: 3 }, () => [pick(["a", "b", "a.b", "ab", "é"]), value(depth)]));
    const message = () => {
      const text = JSON.stringify(object(2), null, pick([0, 0, 1]));
      const change = pick([
        ...Array(4).fill((given: string) => given),
        (given: string) => given.slice(0, Math.floor(random.float() * given.length)),
        (given: string) => given.replace("a", "\\u0061").replace("E", "\\u0045"),
        (given: string) => `ERROR 5 ${given}`,
        (given: string) => given.replace("5", "5.0e0"),
      ]);
      return change(text);
    };
    const field = () => pick(["a", "b", "a.b", "a.a.b", "ab", "a.0", "b.1.a", "@message", "é"]);
    const literal = () => pick(["5", "-3", "'5'", "'ERROR'", "'a.b'", "true", "5.5", "'é'", "'true'", "1"]);
    const condition = (depth: number): string => {
      const inner = () => condition(depth - 1);
      const compared = () => `${field()} ${pick(["=", "!=", "<", "<=", ">", ">="])} ${literal()}`;
      const choices = [
        compared,
        compared,
        () => `${literal()} ${pick(["=", "<", ">="])} ${field()}`,
        () => `${field()} like ${pick(["'ERR'", "'5'", "/ERR|a.b/", "/E(RR)+/", "/é?5/", "'1'", "/(?i)err/"])}`,
        () => `${field()} in [${literal()}, ${literal()}]`,
      ];
      const joined = [
        () => `(${inner()} and ${inner()})`,
        () => `(${inner()} or ${inner()})`,
        () => `not (${inner()})`,
      ];
      return pick(depth > 0 ? [...choices, ...joined] : choices)();
    };
    const start = () =>
      pick(["", "", "", "fields b as a | ", "fields jsonParse(a) as b | ", "parse @message '5*' as a | "]);
    let matched = 0;
    for (let round = 0; round < 1500; round++) {
      const messages = Array.from({ length: 12 }, message);
      matched += assertSame(`${start()}filter ${condition(2)}`, messages);
    }
    assert.ok(matched > 1000, `${matched} matched`);
  });
});
