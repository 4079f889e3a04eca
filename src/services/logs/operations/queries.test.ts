import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { silentLog } from "#kernel/controller.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import { isFault, testWorld } from "../../../../test/support/context.ts";
import { until } from "../../../../test/support/until.ts";
import { createLocalScanner, LogQueries, LogStorage, logsCollections, type QueryScanner } from "../index.ts";
import { createOperations } from "./index.ts";

interface Options {
  /** In place of the one that scans in this thread. */
  readonly scanner?: (local: QueryScanner) => QueryScanner;
}

const hourMs = 3_600_000;

/** Groups `a` and `b`, each with streams `s` and `t`, in segments of a few events. */
async function queryWorld(options: Options = {}) {
  const world = await testWorld({ collections: logsCollections, model: "logs" });
  const { clock } = world;
  const files = memoryFiles();
  const storage = new LogStorage({ files, segmentBytes: 4000 });
  const local = createLocalScanner(files);
  const scanner = options.scanner?.(local) ?? local;
  const queries = new LogQueries({ storage, scanner, clock, log: silentLog });
  const operations = createOperations({ storage, queries, policyFault: () => undefined });
  const call: typeof world.call<typeof operations, keyof typeof operations> = (_, name, input, more) =>
    world.call(operations, name, input, more);
  for (const logGroupName of ["a", "b"]) {
    await call(operations, "CreateLogGroup", { logGroupName });
    for (const logStreamName of ["s", "t"]) {
      await call(operations, "CreateLogStream", { logGroupName, logStreamName });
    }
  }
  const start = Math.floor(clock.now() / 1000);
  const range = { startTime: start, endTime: start + 3600 };
  const run = async (queryString: string, input: object = { logGroupNames: ["a", "b"] }) => {
    const started = await world.call(operations, "StartQuery", { queryString, ...range, ...input });
    return started.queryId!;
  };
  const results = (queryId: string, input: object = {}) =>
    world.call(operations, "GetQueryResults", { queryId, ...input });
  return {
    ...{ ...world, operations, storage, queries, run, results, range, start },
    put: (messages: readonly string[], logGroupName = "a", logStreamName = "s", from = 0) =>
      world.call(operations, "PutLogEvents", {
        ...{ logGroupName, logStreamName },
        logEvents: messages.map((message, i) => ({ timestamp: start * 1000 + from + i, message })),
      }),
    /** The results when the query is over, without `@ptr`: rows of values by their fields. */
    async rows(queryString: string, input?: object) {
      const queryId = await run(queryString, input);
      const isOver = ({ status }: { readonly status?: string }) => status !== "Running" && status !== "Scheduled";
      const answer = await until("the end of the query", () => results(queryId), isOver, { everyMs: 1 });
      assert.equal(answer.status, "Complete");
      return { ...answer, queryId, rows: answer.results!.map(plain) };
    },
  };
}

function plain(row: readonly { readonly field?: string; readonly value?: string }[]): Record<string, string> {
  const shown = row.filter(({ field }) => field !== "@ptr");
  return Object.fromEntries(shown.map(({ field, value }) => [field!, value!]));
}

/** 600 events over both groups and streams, as JSON. */
async function filled(options?: Options) {
  const world = await queryWorld(options);
  for (let first = 0; first < 600; first += 30) {
    const messages = Array.from({ length: 30 }, (_, i) => {
      const n = first + i;
      const level = n % 50 === 0 ? "ERROR" : n % 7 === 0 ? "WARN" : "INFO";
      return JSON.stringify({ n, level, user: { id: `u${n % 5}` }, ms: (n * 37) % 1000, path: `/p/${n % 3}` });
    });
    const [group, stream] = [first % 60 === 0 ? "a" : "b", first % 120 < 60 ? "s" : "t"];
    await world.put(messages, group, stream, first * 1000);
  }
  await world.storage.settled();
  return world;
}

describe("queries of Logs Insights", () => {
  test("give what the language says, over sealed and open segments of several groups", async () => {
    const { rows } = await filled();
    const table: [query: string, expected: Record<string, string>[]][] = [
      ['filter level = "ERROR" | fields n | sort n desc | limit 3', [{ n: "550" }, { n: "500" }, { n: "450" }]],
      ["fields n | limit 2", [{ n: "599" }, { n: "598" }]],
      ["fields n, ms * 2 as twice | sort @timestamp asc | limit 1", [{ n: "0", twice: "0" }]],
      [
        "fields user.id as id, n | sort n desc | dedup id | limit 3",
        [
          { id: "u4", n: "599" },
          { id: "u3", n: "598" },
          { id: "u2", n: "597" },
        ],
      ],
      ["display n | filter n < 2 | sort n", [{ n: "0" }, { n: "1" }]],
      ["stats count(*)", [{ "count(*)": "600" }]],
      ["filter n > 1000 | stats count(*) as c, sum(n) as s", [{ c: "0" }]],
      [
        "stats count(*) as c by level | sort c desc",
        [
          { level: "INFO", c: "504" },
          { level: "WARN", c: "84" },
          { level: "ERROR", c: "12" },
        ],
      ],
      [
        "stats count(*) as c by bin(5m) as t | limit 2",
        [
          { t: "2026-01-01 00:05:00.000", c: "300" },
          { t: "2026-01-01 00:00:00.000", c: "300" },
        ],
      ],
      [
        "stats count(*) by bin(5m) | sort bin(5m) asc",
        [
          { "bin(5m)": "2026-01-01 00:00:00.000", "count(*)": "300" },
          { "bin(5m)": "2026-01-01 00:05:00.000", "count(*)": "300" },
        ],
      ],
      [
        "stats count(*) by level | filter count(*) > 20 | sort count( * ) desc | fields count(*) * 2 as twice",
        [
          { level: "INFO", "count(*)": "504", twice: "1008" },
          { level: "WARN", "count(*)": "84", twice: "168" },
        ],
      ],
      [
        "stats sum(n) by user.id, level | stats max(sum(n)) as most, count(*) by level | sort most",
        [
          { level: "ERROR", most: "3300", "count(*)": "1" },
          { level: "WARN", most: "5236", "count(*)": "5" },
          { level: "INFO", most: "31182", "count(*)": "5" },
        ],
      ],
      ["stats avg(n) as mean | filter avg(n) > 299 and mean < 300", [{ mean: "299.5" }]],
      [
        "stats min(n), max(n), avg(n) as mean, sum(n) / count(*) as same, median(n) as half",
        [{ "min(n)": "0", "max(n)": "599", mean: "299.5", same: "299.5", half: "299" }],
      ],
      [
        "stats count_distinct(user.id) as ids, stddev(n) as sd, pct(n, 99) as p99",
        [{ ids: "5", sd: String(Math.sqrt((600 * 600 - 1) / 12)), p99: "593" }],
      ],
      [
        "stats earliest(n) as e, latest(n) as l, sortsFirst(level) as f, sortsLast(level) as z",
        [{ e: "0", l: "599", f: "ERROR", z: "WARN" }],
      ],
      [
        "stats count(*) as c by user.id as id, level | stats max(c) as most, count(*) as k by level | sort level",
        [
          { level: "ERROR", most: "12", k: "1" },
          { level: "INFO", most: "103", k: "5" },
          { level: "WARN", most: "17", k: "5" },
        ],
      ],
      [
        "stats count(*) as c by level | filter c < 100 | fields c * 2 as d | display d | sort d",
        [{ d: "24" }, { d: "168" }],
      ],
      [
        'parse path "/p/*" as part | stats count(*) as c by part | sort part',
        [
          { part: "0", c: "200" },
          { part: "1", c: "200" },
          { part: "2", c: "200" },
        ],
      ],
      [
        'parse @message /"n":(?<num>\\d+)/ | filter num in [7, 8] | display num | sort num',
        [{ num: "7" }, { num: "8" }],
      ],
      ['filter @logStream = "t" and @log like /:b$/ | stats count(*) as c', [{ c: "150" }]],
    ];
    for (const [query, expected] of table) {
      const found = await rows(query);
      assert.deepEqual(
        found.rows,
        expected.map((row) => row),
        query,
      );
    }
  });

  test("count what they scan and match, and page their results", async () => {
    const { rows, results } = await filled();
    const { queryId, statistics, results: all } = await rows("filter n < 25", { logGroupName: "a" });
    const bytes = statistics!.bytesScanned!;
    assert.deepEqual(statistics, {
      ...{ recordsMatched: 25, recordsScanned: 300, bytesScanned: bytes, estimatedRecordsSkipped: 0 },
      ...{ estimatedBytesSkipped: 0, logGroupsScanned: 1, resultCount: 25 },
    });
    assert.ok(bytes > 300 * 40 && bytes < 300 * 100, String(bytes));
    assert.deepEqual(
      all![0]!.map(({ field }) => field),
      ["@timestamp", "@message", "@ptr"],
    );
    const first = await results(queryId, { maxItems: 20 });
    const second = await results(queryId, { maxItems: 20, nextToken: first.nextToken });
    assert.deepEqual([...first.results!, ...second.results!], all);
    assert.equal(second.nextToken, undefined);
    await assert.rejects(results(queryId, { nextToken: "x" }), isFault("InvalidParameterException"));
  });

  test("the prefix of a filter may be escaped in JSON, and is found nevertheless", async () => {
    const { put, rows } = await queryWorld();
    await put(['{"level":"\\u0045RROR","n":1}', '{"level":"ERROR","n":2}', '{"level":"x","n":3}', "ERROR"]);
    assert.deepEqual((await rows('filter level = "ERROR" | display n | sort n')).rows, [{ n: "1" }, { n: "2" }]);
    assert.equal((await rows("filter @message like 'ERROR'")).rows.length, 2);
  });

  test("@ptr leads to the whole event", async () => {
    const { rows, call, operations, start } = await filled();
    const { results } = await rows('filter user.id = "u3" and n = 48');
    const logRecordPointer = results![0]!.find(({ field }) => field === "@ptr")!.value!;
    const { logRecord } = await call(operations, "GetLogRecord", { logRecordPointer });
    assert.deepEqual(logRecord, {
      ...{ n: "48", level: "INFO", "user.id": "u3", ms: "776", path: "/p/0" },
      ...{ "@logStream": "s", "@log": "000000000000:b", "@ptr": logRecordPointer },
      "@ingestionTime": logRecord!["@ingestionTime"],
      "@message": logRecord!["@message"],
      "@timestamp": String(start * 1000 + 30_018),
    });
    const other = { account: "111111111111" };
    const gone = isFault("ResourceNotFoundException");
    await assert.rejects(call(operations, "GetLogRecord", { logRecordPointer }, other), gone);
    const wrong = call(operations, "GetLogRecord", { logRecordPointer: "x" });
    await assert.rejects(wrong, isFault("InvalidParameterException"));
  });

  test("leave out what has expired and what was deleted", async () => {
    const { rows, call, operations } = await filled();
    await call(operations, "DeleteLogStream", { logGroupName: "a", logStreamName: "t" });
    assert.deepEqual((await rows("stats count(*) as c")).rows, [{ c: "450" }]);
  });

  test("GetLogGroupFields tells what there is", async () => {
    const { put, call, operations, clock } = await queryWorld();
    await put(['{"a":{"b":1},"l":[true]}', '{"a":{"b":2}}', "text", '{"@x":1}']);
    await clock.advance(1000);
    const { logGroupFields } = await call(operations, "GetLogGroupFields", { logGroupName: "a" });
    assert.deepEqual(logGroupFields!.slice(5), [
      { name: "a.b", percent: 50 },
      { name: "@@x", percent: 25 },
      { name: "l.0", percent: 25 },
    ]);
    assert.deepEqual(logGroupFields![3], { name: "@message", percent: 100 });
  });

  test("a message that is nested thousands of levels deep is a text", async () => {
    const { put, rows, call, operations, clock } = await queryWorld();
    await put([`${'{"a":'.repeat(30_000)}1${"}".repeat(30_000)}`, '{"a":2}']);
    assert.deepEqual((await rows("fields a | sort a desc | limit 1")).rows, [{ a: "2" }]);
    const parsed = await rows("fields jsonParse(@message) as j | filter ispresent(j) | stats count(*) as c");
    assert.deepEqual(parsed.rows, [{ c: "1" }]);
    await clock.advance(1000);
    const { logGroupFields } = await call(operations, "GetLogGroupFields", { logGroupName: "a" });
    assert.deepEqual(logGroupFields!.slice(5), [{ name: "a", percent: 50 }]);
  });
});

/** Lets one part be scanned, and the others when it is told to. */
function heldScanner() {
  let parts = 0;
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const scanner = (local: QueryScanner): QueryScanner => ({
    ...local,
    async scan(part) {
      const scanned = await local.scan(part);
      if (parts++ > 0) await released;
      return scanned;
    },
  });
  return { scanner, release };
}

describe("the life of a query", () => {
  test("shows what is known while it runs, and stops when it is told to", async () => {
    const { scanner, release } = heldScanner();
    const { run, results, call, operations } = await filled({ scanner });
    const queryId = await run("fields n | limit 5");
    const running = await until(
      "something that is scanned",
      () => results(queryId),
      ({ statistics }) => statistics!.recordsScanned! > 0,
    );
    assert.deepEqual([running.status, running.results!.length], ["Running", 5]);
    const waiting = await call(operations, "DescribeQueries", { status: "Running", logGroupName: "b" });
    assert.deepEqual(
      waiting.queries!.map((query) => query.queryId),
      [queryId],
    );
    assert.match(waiting.queries![0]!.queryString!, /^SOURCE "a", "b" START=\d+000 END=\d+999 \| fields n \| limit 5$/);
    assert.deepEqual(await call(operations, "StopQuery", { queryId }), { success: true });
    assert.equal((await results(queryId)).status, "Cancelled");
    release();
    const again = call(operations, "StopQuery", { queryId });
    await assert.rejects(again, isFault("InvalidParameterException", /not running/));
  });

  test("ends after an hour, and is forgotten an hour later", async () => {
    const { scanner, release } = heldScanner();
    const { run, results, clock } = await filled({ scanner });
    const ids = await Promise.all(["a", "b", "c", "d", "e"].map((field) => run(`fields ${field}`)));
    assert.equal((await results(ids[4]!)).status, "Scheduled", "four run at a time");
    assert.deepEqual((await results(ids[4]!)).results, []);
    await clock.advance(hourMs);
    assert.deepEqual((await results(ids[0]!)).status, "Timeout");
    release();
    await until(
      "the last query",
      () => results(ids[4]!),
      ({ status }) => status === "Complete",
    );
    await clock.advance(hourMs);
    await assert.rejects(results(ids[0]!), isFault("ResourceNotFoundException"));
  });

  test("StartQuery refuses what it cannot run", async () => {
    const { run, range, call, operations } = await queryWorld();
    await call(operations, "PutRetentionPolicy", { logGroupName: "a", retentionInDays: 1 });
    const cases: [query: string, input: object, code: string, message: RegExp][] = [
      ["fields a", {}, "InvalidParameterException", /^Exactly one/],
      ["fields a", { logGroupName: "a", logGroupNames: ["b"] }, "InvalidParameterException", /^Exactly one/],
      ["fields a", { logGroupName: "c" }, "ResourceNotFoundException", /^Log group 'c' does not exist for account ID/],
      ["fields a", { logGroupName: "a", queryLanguage: "SQL" }, "InvalidParameterException", /CWLI/],
      ["fields a", { logGroupName: "a", startTime: range.endTime + 1 }, "InvalidParameterException", /start time/],
      ["fields a |", { logGroupName: "a" }, "MalformedQueryException", /^unexpected end of query/],
    ];
    for (const [query, input, code, message] of cases) await assert.rejects(run(query, input), isFault(code, message));
    await assert.rejects(run("fields nope()", { logGroupName: "a" }), (error: { members?: unknown }) => {
      const queryCompileError = {
        location: { startCharOffset: 7, endCharOffset: 13 },
        message: "unknown function nope",
      };
      assert.deepEqual(error.members, { queryCompileError });
      return true;
    });
  });
});

test("query definitions are made, changed, listed by their names and deleted", async () => {
  const { call, operations } = await queryWorld();
  const put = async (input: object) =>
    (await call(operations, "PutQueryDefinition", { queryString: "fields a", ...input } as never)) as {
      queryDefinitionId: string;
    };
  const { queryDefinitionId: second } = await put({ name: "app/two", logGroupNames: ["a"] });
  const { queryDefinitionId: first } = await put({ name: "app/one" });
  await put({ name: "other" });
  await put({ name: "app/two", queryString: "fields b", queryDefinitionId: second });
  const { queryDefinitions } = await call(operations, "DescribeQueryDefinitions", {
    queryDefinitionNamePrefix: "app/",
  });
  assert.deepEqual(
    queryDefinitions!.map(({ lastModified: _, ...rest }) => rest),
    [
      { queryLanguage: "CWLI", queryDefinitionId: first, name: "app/one", queryString: "fields a" },
      { queryLanguage: "CWLI", queryDefinitionId: second, name: "app/two", queryString: "fields b" },
    ],
  );
  const page = await call(operations, "DescribeQueryDefinitions", { maxResults: 2 });
  const rest = await call(operations, "DescribeQueryDefinitions", { maxResults: 2, nextToken: page.nextToken });
  assert.deepEqual(
    rest.queryDefinitions!.map(({ name }) => name),
    ["other"],
  );
  assert.deepEqual(await call(operations, "DeleteQueryDefinition", { queryDefinitionId: first }), { success: true });
  const gone = isFault("ResourceNotFoundException");
  await assert.rejects(call(operations, "DeleteQueryDefinition", { queryDefinitionId: first }), gone);
  await assert.rejects(put({ name: "x", queryDefinitionId: first }), gone);
});

describe("texts that functions make longer and longer fail the query", () => {
  const doubled = (what: (before: string) => string) =>
    Array.from({ length: 40 }, (_, i) => `fields ${what(i === 0 ? "@message" : `a${i - 1}`)} as a${i}`).join(" | ");
  const cases: readonly [what: string, query: string][] = [
    ["concat", doubled((before) => `concat(${before}, ${before})`)],
    ["replace", doubled((before) => `replace(${before}, 'x', 'xx')`)],
    ["jsonStringify", doubled((before) => `jsonStringify(${before})`)],
    ["on the rows of stats", `stats count(*) by @message | ${doubled((before) => `concat(${before}, ${before})`)}`],
  ];
  for (const [what, query] of cases) {
    test(what, async () => {
      const { put, run, results } = await queryWorld();
      await put(['x"'.repeat(100)]);
      const queryId = await run(query);
      let answer = await results(queryId);
      for (; answer.status === "Running" || answer.status === "Scheduled"; answer = await results(queryId)) {
        assert.deepEqual(answer.results, []);
        await nextTurn();
      }
      assert.deepEqual([answer.status, answer.results], ["Failed", []]);
    });
  }
});
