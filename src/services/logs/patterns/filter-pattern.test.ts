import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { seededRandom } from "#kernel/random.ts";
import { compileFilterPattern, PatternError } from "./filter-pattern.ts";

type Table = readonly (readonly [pattern: string, matching: readonly string[], others: readonly string[]])[];

function check(table: Table): void {
  for (const [pattern, matching, others] of table) {
    test(pattern, () => {
      const holds = compileFilterPattern(pattern).matches;
      for (const message of matching) assert.equal(holds(message), true, message);
      for (const message of others) assert.equal(holds(message), false, message);
    });
  }
}

function checkRefused(patterns: readonly (readonly [pattern: string, message: string])[]): void {
  for (const [pattern, message] of patterns) {
    test(`refuses ${pattern}`, () => {
      assert.throws(() => compileFilterPattern(pattern), { name: "PatternError", message });
    });
  }
}
const invalid = "Invalid filter pattern";

describe("terms", () => {
  const [bad, unauthorized] = ["[ERROR 400] BAD REQUEST", "[ERROR 401] UNAUTHORIZED REQUEST"];
  const [missing, info] = ["[ERROR 419] MISSING ARGUMENTS", "[INFO 200] OK"];
  check([
    ["", [bad, ""], []],
    ["  ", [bad, ""], []],
    ["ERROR", [bad, missing], [info, "an error"]],
    ["Exception", ["InvalidQueryException: x"], ["exception"]],
    ["ERROR ARGUMENTS", [missing], [bad, "ARGUMENTS"]],
    ["?ERROR ?ARGUMENTS", [bad, missing, "ARGUMENTS"], [info]],
    ["?ERROR ?ARGUMENTS REQUEST", [bad, "[INFO] REQUEST FAILED"], [missing]],
    ["ERROR -ARGUMENTS", [bad, unauthorized], [missing, info]],
    ["-ERROR", [info], [bad]],
    ["?ERROR -BAD", [unauthorized], [bad, info]],
    ['"BAD REQUEST"', [bad], ["REQUEST BAD"]],
    ['"[ERROR" -"401]"', [bad], [unauthorized, info]],
    ['"say \\"x\\""', ['say "x"'], ["say x"]],
    ["%AUTHORIZED%", [unauthorized, "AUTHORIZED"], [info]],
    ["%^.ERROR 4[0-9]{2}.% REQUEST", [bad], [missing, info]],
    ["?%^OK% ?BAD", [bad, "OK"], [info]],
    ["größe", ["die größe"], ["grosse"]],
  ]);
  checkRefused([
    ["foo:bar", "Invalid filter pattern: Invalid character(s) in term 'foo:bar'"],
    ['""', `Invalid filter pattern: Invalid character(s) in term '""'`],
    ['"open', invalid],
    ["%open", invalid],
    ["%%", "Invalid character(s) in term '%%'"],
    ["%something!%", "Invalid character(s) in term '%something!%'"],
    ["%(ab)+%", "Invalid character(s) in term '%(ab)+%'"],
    ["%café%", "Invalid character(s) in term '%café%'"],
    ["%a% %b% %c%", "Invalid filter pattern: more than 2 regular expressions"],
    ["%*a%", "Invalid filter pattern: missing argument to repetition operator: *"],
  ]);
});

describe("JSON", () => {
  const event = JSON.stringify({
    eventType: "UpdateTrail",
    sourceIPAddress: "111.111.111.111",
    arrayKey: ["value", "another value"],
    objectList: [
      { name: "a", id: 1 },
      { name: "b", id: 2 },
    ],
    SomeObject: null,
    "cluster.name": "c",
    "detail-type": "x",
    on: true,
    off: false,
    bandwidth: 80,
    small: -1.5e-3,
    grid: [
      [0, 1],
      [4, 5],
    ],
    count: "3",
  });
  const holds = (pattern: string) => [pattern, [event], ["not json", "", "{", '"text"']] as const;
  const fails = (pattern: string) => [pattern, [], [event, "{}"]] as const;
  check([
    holds('{ $.eventType = "UpdateTrail" }'),
    holds("{$.eventType=UpdateTrail}"),
    fails('{ $.eventType = "updatetrail" }'),
    holds("{ $.sourceIPAddress != 123.123.* }"),
    fails("{ $.sourceIPAddress != 111.111.* }"),
    holds('{ $.arrayKey[0] = "value" }'),
    fails('{ $.arrayKey[1] = "value" }'),
    fails('{ $.arrayKey = "value" }'),
    holds("{ $.eventType = %^Upd.{3}Trail$% }"),
    holds("{ $.arrayKey[*] = %r.val% }"),
    holds("{ $.* = %111\\.111\\.111\\.1[0-9]{1,2}% }"),
    holds("{ $.['cluster.name'] = \"c\" }"),
    holds('{ $["cluster.name"] = "c" }'),
    holds("{ $.detail-type = x }"),
    holds("{ $.SomeObject IS NULL }"),
    fails("{ $.eventType IS NULL }"),
    ["{ $.other NOT EXISTS }", [event, "{}", "[]"], ["not json"]],
    holds("{ $.other.deeper not exist }"),
    fails("{ $.SomeObject NOT EXISTS && $.eventType = x }"),
    holds("{ $.on IS TRUE && $.off IS FALSE }"),
    fails("{ $.on IS FALSE }"),
    fails("{ $.on = true }"),
    holds("{ $.objectList[*].id = 2 }"),
    holds('{ $.objectList[1].name = "b" }'),
    holds("{ $.grid[1][0] = 4 }"),
    fails("{ $.grid[4][0] = 4 }"),
    holds("{ $.bandwidth > 75 && $.bandwidth >= 80 && $.bandwidth <= 80 && $.bandwidth < 80.1 }"),
    fails("{ $.bandwidth < 80 }"),
    holds("{ $.bandwidth = 8e1 }"),
    holds("{ $.bandwidth = 8* }"),
    holds("{ $.small < 0 && $.small = -0.0015 }"),
    fails("{ $.bandwidth != 80 }"),
    fails("{ $.missing != 80 }"),
    fails("{ $.eventType > 5 }"),
    holds("{ $.count = 3 }"),
    holds('{ $.eventType = "*" }'),
    fails('{ $.SomeObject = "*" }'),
    holds("{ $.eventType = nope || $.bandwidth = 80 && $.on IS TRUE }"),
    fails("{ ($.eventType = UpdateTrail || $.bandwidth = 80) && $.on IS FALSE }"),
    holds("{ (($.eventType = nope) || ($.bandwidth = 80)) }"),
  ]);
  checkRefused([
    ["{ $.a = 1", "If a filter pattern starts with '{' it must end with '}'"],
    ["{ $.a = }", invalid],
    ["{ $.a }", invalid],
    ["{ a = 1 }", invalid],
    ["{ $ = 1 }", invalid],
    ["{ $.a == 1 }", invalid],
    ["{ $.a = 1 && }", invalid],
    ["{ ($.a = 1 }", invalid],
    ["{ $.a IS MAYBE }", invalid],
    ["{ $.a > x }", invalid],
    ["{ $.a[x] = 1 }", invalid],
    ["{ $.a[99999999999] = 1 }", invalid],
    ["{ $.a = 1 } }", invalid],
    ['{ $.a = "open }', invalid],
    ["{ $.*[*] = 1 }", "Invalid filter pattern: too many wildcards"],
    ["{ $.a[*] = 1 || $.b[*] = 1 || $.c[*] = 1 || $.d[*] = 1 }", "Invalid filter pattern: too many wildcards"],
    [`{ ${"(".repeat(300)}$.a = 1${")".repeat(300)} }`, invalid],
  ]);
});

describe("space-delimited", () => {
  const apache = '127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';
  const error = "ERROR 09/25/2014 12:00:02 GET /service/resource/67 1200";
  check([
    ["[]", [apache, ""], []],
    ["[ip, user, username, timestamp, request, status_code, bytes]", [apache], ["a b", ""]],
    ["[ip, user, username, timestamp, request =*.html*, status_code = 4*, bytes]", [apache], []],
    ["[..., request =*.html*, status_code = 4*, bytes]", [apache], [error]],
    ["[ip, ..., bytes > 1000]", [apache, error], ["1 2"]],
    ["[..., bytes > 2000]", [], [apache]],
    ["[ip, user, ...]", [apache, "a b"], ["a"]],
    ["[ip=%127\\.0\\.0\\.[1-9]%, ...]", [apache], [error]],
    ["[..., status=404 || status=410, bytes]", [apache], ["1 405 2"]],
    ["[..., status>=400 && status<500, bytes]", [apache], ["1 500 2", "x y z"]],
    ['[..., request="GET /index.html HTTP/1.0", status, bytes]', [apache], [error]],
    ["[w1=ERROR, w2]", [error, "ERROR x"], ["INFO x", "ERROR"]],
    ["[w1!=ERROR && w1!=WARN, w2]", ["INFO x y"], [error, "WARN x"]],
    ["[w1=ERROR]", ["ERROR"], [error]],
    ["[a, rest=*1200]", [error], [apache]],
    ["[a, , c=x]", ["1 2 x"], ["1 x"]],
    ["[..., status=4*,]", [apache], []],
  ]);
  checkRefused([
    ["[a, b", "If a filter pattern starts with '[' it must end with ']'"],
    ["[a, ..., b, ..., c]", invalid],
    ["[a, a]", invalid],
    ["[a = ]", invalid],
    ["[a = 1 ||]", invalid],
    ["[1a]", invalid],
    ["[a, b=x || c=y]", invalid],
    ["[a > x]", invalid],
    ["[a=%x%, b=%y%, c=%z%]", "Invalid filter pattern: more than 2 regular expressions"],
  ]);
});

test("any text is read or refused, and what is read can be asked about any message", () => {
  const random = seededRandom(11);
  const alphabet = [
    "{",
    "}",
    "[",
    "]",
    "$",
    ".",
    "a",
    "=",
    '"',
    "%",
    " ",
    "*",
    "(",
    ")",
    "&&",
    "||",
    "!",
    "1",
    "?",
    "-",
  ];
  const text = (length: number) =>
    Array.from({ length }, () => alphabet[Math.floor(random.float() * alphabet.length)]).join("");
  for (let i = 0; i < 20_000; i++) {
    const length = Math.floor(random.float() * 14);
    const pattern = [text(length), `{$.a=${text(length)}}`, `[a${text(length)}]`][i % 3]!;
    try {
      compileFilterPattern(pattern).matches('{"a":1} b [c] "d"');
    } catch (error) {
      assert.ok(error instanceof PatternError, `${pattern}: ${String(error)}`);
    }
  }
});

test("words are told in one pass, whatever opens and never closes", () => {
  const matches = compileFilterPattern("[first, ..., last=end]").matches;
  for (const text of ["[ ", '[" ', "[x]y ", '"x"y [']) assert.ok(matches(`${text.repeat(2 ** 18)} end`), text);
});

test("a term pattern says what plain inclusion says", () => {
  const random = seededRandom(12);
  const word = () =>
    Array.from({ length: 1 + Math.floor(random.float() * 3) }, () => (random.float() < 0.5 ? "a" : "b")).join("");
  for (let i = 0; i < 3000; i++) {
    const [required, excluded, message] = [[word(), word()], word(), `${word()} ${word()}${word()}`];
    const expected = required.every((term) => message.includes(term)) && !message.includes(excluded);
    assert.equal(compileFilterPattern(`${required.join(" ")} -${excluded}`).matches(message), expected);
  }
});
