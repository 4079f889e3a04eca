import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { EventRow } from "../run/event-row.ts";
import { compileExpression } from "./compile.ts";
import { Lexer } from "./lexer.ts";
import { parseQuery } from "./parse.ts";
import { ExpressionParser } from "./parse-expression.ts";
import { compileQuery } from "./query.ts";
import { QueryError } from "./query-error.ts";
import { compareInOrder, toText } from "./values.ts";

const time = Date.UTC(2026, 1, 3, 4, 5, 6, 789);
const now = Date.UTC(2026, 5, 1);

function rowOf(message: string): EventRow {
  const row = new EventRow();
  const buffer = Buffer.from(message);
  row.reset({
    ...{ buffer, messageAt: 0, messageEnd: buffer.length, time, sequence: 7, ingestionTime: time + 1 },
    ...{ logStream: "s", log: "000000000000:/g" },
  });
  return row;
}

const json = JSON.stringify({
  level: "ERROR",
  status: 500,
  ratio: "0.25",
  ok: true,
  user: { name: "Ána", "first.name": "A" },
  items: [{ id: "i1" }, { id: "i2" }],
  "a.b": { c: 1 },
  "@own": "at",
  nothing: null,
  text: '{"deep":{"list":[1,2]}}',
});

function evaluate(text: string, message = json): string | undefined {
  const expression = new ExpressionParser(new Lexer(text)).parse();
  return toText(compileExpression(expression, { now })(rowOf(message)));
}

describe("expressions", () => {
  const table: [expression: string, value: string | undefined][] = [
    // Fields.
    ["@timestamp", "2026-02-03 04:05:06.789"],
    ["@ingestionTime", "2026-02-03 04:05:06.790"],
    ["@logStream", "s"],
    ["@log", "000000000000:/g"],
    ["level", "ERROR"],
    ["ok", "1"],
    ["user.name", "Ána"],
    ["user", undefined],
    ["user.`first.name`", "A"],
    ["items.1.id", "i2"],
    ["items[0]", undefined],
    ["a.b.c", "1"],
    ["@@own", "at"],
    ["nothing", undefined],
    ["toString", undefined],
    ["constructor.name", undefined],
    // Operators.
    ["1 + 2 * 3 ^ 2", "19"],
    ["2 ^ 3 ^ 2", "512"],
    ["-2 - -3", "1"],
    ["(1 + 2) * 3", "9"],
    ["10 % 4 / 0", undefined],
    ["status / 1000", "0.5"],
    ["level + 1", undefined],
    ["ratio * 4", "1"],
    // Comparisons.
    ["status = 500", "1"],
    ['status = "500"', "1"],
    ["status >= 500 and status < 600", "1"],
    ['level = "error"', "0"],
    ['level != "error"', "1"],
    ["ok = 1", "1"],
    ["ok = true", "1"],
    ['ok = "true"', "1"],
    ["missing = 1", "0"],
    ["missing != 1", "1"],
    ["missing < 1", "0"],
    ['"10" > "9"', "1"],
    ['"b" > "a"', "1"],
    ["@timestamp > 1", "1"],
    ["not status = 500 or level like /ERR/", "1"],
    ["not (status = 500 or level like /ERR/)", "0"],
    ["level like 'RRO'", "1"],
    ["level not like 'RRO'", "0"],
    ["level =~ /(?i)^error$/", "1"],
    ["@message like /\\/deep/", "0"],
    ['level in ["WARN", "ERROR"]', "1"],
    ["status in [400, 404]", "0"],
    ["status not in [400, 404]", "1"],
    // Functions.
    ["abs(-1.5)", "1.5"],
    ["ceil(1.2) + floor(1.8)", "3"],
    ["greatest(1, 3, 2) - least(3, 1, 2)", "2"],
    ["log(1)", "0"],
    ["sqrt(16)", "4"],
    ["sqrt(-1)", undefined],
    ["strlen(user.name)", "3"],
    ["strlen('😀')", "1"],
    ["toupper('é')", "É"],
    ["tolower(level)", "error"],
    ["trim('  x ')", "x"],
    ["trim('--x-', '-')", "x"],
    ["ltrim('xxyx', 'x')", "yx"],
    ["rtrim('xxyx', 'x')", "xxy"],
    ["strcontains(level, 'RR')", "1"],
    ["strcontains(missing, 'RR')", "0"],
    ["substr('hello', 1)", "ello"],
    ["substr('hello', 1, 3)", "ell"],
    ["substr('hello', 9)", ""],
    ["replace('a-b-c', '-', '+')", "a+b+c"],
    ["replace('a$b', '$', '$&')", "a$&b"],
    ["concat(level, ':', status, missing)", "ERROR:500"],
    ["isempty(missing)", "1"],
    ["isempty(' ')", "0"],
    ["isblank(' ')", "1"],
    ["ispresent(level)", "1"],
    ["ispresent(missing)", "0"],
    ["coalesce(missing, nothing, level)", "ERROR"],
    ["bin(1h)", "2026-02-03 04:00:00.000"],
    ["bin(30s)", "2026-02-03 04:05:00.000"],
    ["datefloor(@timestamp, 1w)", "2026-02-02 00:00:00.000"],
    ["datefloor(@timestamp, 1mo)", "2026-02-01 00:00:00.000"],
    ["dateceil(@timestamp, 1q)", "2026-04-01 00:00:00.000"],
    ["dateceil(@timestamp, 5m)", "2026-02-03 04:10:00.000"],
    ["dateceil(fromMillis(0), 5m)", "1970-01-01 00:00:00.000"],
    ["fromMillis(1770091506789)", "2026-02-03 04:05:06.789"],
    ["fromMillis(1e300)", undefined],
    ["toMillis(@timestamp)", String(time)],
    ["now()", String(now / 1000)],
    ["isValidIp('10.0.0.1')", "1"],
    ["isValidIpv4('::1')", "0"],
    ["isValidIpv6('::1')", "1"],
    ["isIpInSubnet('10.1.2.3', '10.0.0.0/8')", "1"],
    ["isIpv4InSubnet('11.1.2.3', '10.0.0.0/8')", "0"],
    ["isIpv4InSubnet('fd00::1', 'fd00::/8')", "0"],
    ["isIpv6InSubnet('fd00::1', 'fd00::/8')", "1"],
    ["isIpInSubnet(level, '10.0.0.0/8')", "0"],
    ["jsonParse('nope')", undefined],
    ["jsonStringify(jsonParse(text))", '{"deep":{"list":[1,2]}}'],
  ];
  for (const [expression, value] of table) {
    test(expression, () => {
      assert.equal(evaluate(expression), value);
    });
  }
});

describe("queries that cannot be read", () => {
  const table: [query: string, message: RegExp, start: number, end: number][] = [
    ["filter", /^unexpected end of query at line 1 and position 7$/, 6, 6],
    ["filter a = = b", /^unexpected symbol found = at line 1 and position 12$/, 11, 12],
    ["fields a\n| filtr b = 1", /^unexpected symbol found filtr at line 2 and position 3$/, 11, 16],
    ["fields a b", /^unexpected symbol found b /, 9, 10],
    ["fields nope(1)", /^unknown function nope$/, 7, 14],
    ["fields constructor(1)", /^unknown function constructor$/, 7, 21],
    ["fields strlen()", /^invalid number of arguments of strlen: 0$/, 7, 15],
    ["stats avg(a, b)", /^avg takes one argument$/, 6, 15],
    ["stats pct(a)", /percentage/, 6, 12],
    ["stats a by b", /^stats needs a function/, 6, 7],
    ["fields bin(5x)", /^invalid period 5x/, 11, 13],
    ["fields bin(1)", /takes a period/, 7, 13],
    ["fields 5m", /^a period can stand/, 7, 9],
    ["limit 0", /^limit must be from 1 to 100000$/, 6, 7],
    ["parse @message '* *' as a", /^parse has 2 wildcards and 1 names/, 6, 25],
    ["parse @message /(x)/", /named groups/, 15, 20],
    ["parse @message /(?<a>x/", /^invalid regular expression: missing closing/, 15, 23],
    ["filter a like /(/", /^invalid regular expression/, 14, 17],
    ["filter a not b", /^unexpected symbol found b/, 13, 14],
    ["pattern @message", /^the command pattern is not supported/, 0, 7],
    ["fields a | ANOMALY", /^the command anomaly is not supported/, 11, 18],
    ["unmask a", /^the command unmask is not supported/, 0, 6],
    ["diff", /^the command diff is not supported/, 0, 4],
    ["dedup a | sort a", /^only limit can stand behind dedup, not sort$/, 10, 16],
    ["limit 5 | filter a = 1", /^filter must stand before limit$/, 10, 22],
    ["limit 5 | stats count(*)", /^limit must stand behind the last stats$/, 0, 7],
    ["stats count(*) as c by a | sort c | stats max(c)", /^sort must stand behind the last stats$/, 27, 33],
    ["stats count(*) | filter nope(a)", /^unknown function nope/, 24, 31],
    [`fields ${"(".repeat(500)}`, /^unexpected symbol/, 0, 0],
    ['fields "a', /^unexpected symbol found "/, 7, 8],
  ];
  for (const [query, message, start, end] of table) {
    test(query.slice(0, 60), () => {
      assert.throws(
        () => compileQuery(query, { now }),
        (error) => {
          assert.ok(error instanceof QueryError, String(error));
          assert.match(error.message, message);
          if (end > 0) assert.deepEqual([error.start, error.end], [start, end]);
          return true;
        },
      );
    });
  }
});

test("comments, quotation marks and keywords in any case", () => {
  const query = '# first\nFIELDS `a-b` AS c, "x|y" # rest\n| Filter c Like /#\\/x/ | sort c DESC, d | LIMIT 3';
  assert.deepEqual(
    parseQuery(query).map(({ type }) => type),
    ["fields", "filter", "sort", "limit"],
  );
});

test("natural order: texts before numbers, digits by their count", () => {
  const sorted = ["!:", "5A", "111A", "A9", "A10", "A10B", "a", "0", "1", "2", "10"];
  for (let i = 1; i < sorted.length; i++) {
    assert.ok(compareInOrder(sorted[i - 1], sorted[i]) < 0, `${sorted[i - 1]} before ${sorted[i]}`);
    assert.ok(compareInOrder(sorted[i], sorted[i - 1]) > 0, `${sorted[i]} behind ${sorted[i - 1]}`);
  }
  assert.ok(compareInOrder(undefined, "!") < 0);
});
