import assert from "node:assert/strict";
import { test } from "node:test";
import { matchesPattern } from "./compile.ts";
import { PatternError } from "./tokens.ts";

/** [pattern, events that match, events that do not] */
type Case = readonly [pattern: object, yes: readonly object[], no: readonly object[]];

function check(cases: readonly Case[]): void {
  for (const [pattern, yes, no] of cases) {
    const text = JSON.stringify(pattern);
    for (const event of yes) assert.equal(matchesPattern(text, event), true, `${text} and ${JSON.stringify(event)}`);
    for (const event of no) assert.equal(matchesPattern(text, event), false, `${text} but ${JSON.stringify(event)}`);
  }
}

test("values word for word", () => {
  check([
    [{ source: ["a", "b"] }, [{ source: "a" }, { source: "b", x: 1 }], [{ source: "c" }, { source: "A" }, {}]],
    [{ n: [300] }, [{ n: 300.0 }, { n: 3e2 }], [{ n: "300" }, { n: 301 }]],
    [{ x: [null, true] }, [{ x: null }, { x: true }], [{ x: "null" }, { x: "true" }, { x: false }, {}]],
    [{ x: [""] }, [{ x: "" }], [{ x: "a" }, { x: null }]],
    [{ x: [{ exactly: "a" }] }, [{ x: "a" }], [{ x: "ab" }]],
    // An address may be written in several ways.
    [{ x: ["2001:db8::1"] }, [{ x: "2001:DB8:0:0:0:0:0:1" }], [{ x: "2001:db8::2" }]],
    [{ x: ["300.1.1.1"] }, [{ x: "300.1.1.1" }], [{ x: "30.1.1.1" }]],
  ]);
});

test("prefixes, suffixes, case and wildcards", () => {
  check([
    [{ x: [{ prefix: "ab" }] }, [{ x: "abc" }, { x: "ab" }], [{ x: "a" }, { x: "Ab" }, { x: 12 }]],
    [{ x: [{ prefix: "" }] }, [{ x: "" }, { x: "z" }], [{ x: 1 }, {}]],
    [{ x: [{ prefix: { "equals-ignore-case": "aB" } }] }, [{ x: "ABc" }], [{ x: "b" }]],
    [{ x: [{ suffix: ".png" }] }, [{ x: "a.png" }], [{ x: "a.PNG" }, { x: "a.png " }]],
    [{ x: [{ suffix: { "equals-ignore-case": ".png" } }] }, [{ x: "a.PnG" }], [{ x: "a.jpg" }]],
    [{ x: [{ "equals-ignore-case": "Straße" }] }, [{ x: "STRAßE" }], [{ x: "strasse" }]],
    [{ x: [{ wildcard: "*/dir/*.png" }] }, [{ x: "/dir/.png" }, { x: "a/dir/b/c.png" }], [{ x: "dir/a.png" }]],
    [{ x: [{ wildcard: "a*a" }] }, [{ x: "aa" }, { x: "aba" }], [{ x: "a" }, { x: "ab" }]],
    [{ x: [{ wildcard: "a*ab*b" }] }, [{ x: "aabb" }, { x: "aabab" }], [{ x: "aab" }, { x: "ab" }]],
    [{ x: [{ wildcard: "a\\*b\\\\" }] }, [{ x: "a*b\\" }], [{ x: "axb\\" }]],
    [{ x: [{ wildcard: "" }] }, [{ x: "" }], [{ x: "a" }]],
    [{ x: [{ wildcard: "*" }] }, [{ x: "" }, { x: "a" }], [{ x: 1 }, {}]],
  ]);
});

test("anything but", () => {
  check([
    [{ x: [{ "anything-but": "a" }] }, [{ x: "b" }, { x: null }, { x: 1 }], [{ x: "a" }, {}]],
    [{ x: [{ "anything-but": ["a", "b"] }] }, [{ x: "c" }], [{ x: "a" }, { x: "b" }]],
    [{ x: [{ "anything-but": [1, 2.5] }] }, [{ x: 3 }, { x: "1" }], [{ x: 1 }, { x: 2.5 }]],
    [{ x: [{ "anything-but": 0 }] }, [{ x: 789 }], [{ x: 0 }]],
    [{ x: [{ "anything-but": { prefix: "in" } }] }, [{ x: "out" }, { x: 12 }, { x: null }], [{ x: "init" }, {}]],
    [{ x: [{ "anything-but": { prefix: ["in", "out"] } }] }, [{ x: "up" }], [{ x: "outer" }]],
    [{ x: [{ "anything-but": { suffix: [".a", ".b"] } }] }, [{ x: "x.c" }], [{ x: "x.b" }]],
    [{ x: [{ "anything-but": { "equals-ignore-case": ["A", "b"] } }] }, [{ x: "c" }], [{ x: "a" }, { x: "B" }]],
    [{ x: [{ "anything-but": { wildcard: ["*/x/*", "y*"] } }] }, [{ x: "z" }], [{ x: "/x/" }, { x: "yes" }]],
    [{ x: [{ "anything-but": { wildcard: "" } }] }, [{ x: "a" }], [{ x: "" }]],
    // One element of a list that is something else is enough.
    [{ x: [{ "anything-but": "a" }] }, [{ x: ["a", "b"] }], [{ x: ["a"] }, { x: [] }]],
  ]);
});

test("numbers and addresses", () => {
  check([
    [{ x: [{ numeric: [">", 0, "<=", 5] }] }, [{ x: 0.1 }, { x: 5 }], [{ x: 0 }, { x: 5.1 }, { x: "3" }, { x: null }]],
    [{ x: [{ numeric: ["=", 3.018e2] }] }, [{ x: 301.8 }], [{ x: 301 }]],
    [{ x: [{ numeric: [">=", -5] }] }, [{ x: -5 }, { x: 1e300 }], [{ x: -5.1 }]],
    [{ x: [{ numeric: ["<", 10] }] }, [{ x: -1e9 }], [{ x: 10 }]],
    [{ x: [{ cidr: "10.0.0.0/24" }] }, [{ x: "10.0.0.255" }], [{ x: "10.0.1.0" }, { x: "a" }, { x: 10 }]],
    [{ x: [{ cidr: "10.1.2.3/0" }] }, [{ x: "255.0.0.1" }], [{ x: "::1" }]],
    [{ x: [{ cidr: "2001:db8:1234:1a00::/56" }] }, [{ x: "2001:db8:1234:1aff::1" }], [{ x: "2001:db8:1234:1b00::1" }]],
  ]);
});

test("what is there and what is not", () => {
  check([
    [{ d: { x: [{ exists: true }] } }, [{ d: { x: null } }, { d: { x: ["a"] } }], [{ d: {} }, { d: { x: [] } }, {}]],
    // Only of leaves: an object in its place is not the field.
    [{ d: { x: [{ exists: true }] } }, [], [{ d: { x: { y: 1 } } }]],
    [{ d: { x: [{ exists: false }] } }, [{ d: {} }, {}, { d: { x: { y: 1 } } }, { d: { x: [] } }], [{ d: { x: 0 } }]],
    [{ d: { x: [{ exists: false }, "a"] } }, [{ d: {} }, { d: { x: "a" } }], [{ d: { x: "b" } }]],
    [{ x: [{ exists: false }], y: ["a"] }, [{ y: "a" }], [{ x: 1, y: "a" }, {}]],
  ]);
});

test("nesting and dots in names", () => {
  check([
    [
      { d: { s: { t: ["r"] } } },
      [{ d: { s: { t: "r" } } }, { d: { "s.t": "r" } }, { "d.s": { t: "r" } }],
      [{ d: "r" }],
    ],
    [{ "d.s": ["r"] }, [{ d: { s: "r" } }, { "d.s": "r" }], [{ d: { "s.s": "r" } }]],
    [{ d: { k: ["v"] } }, [], [{ d: '{"k":"v"}' }, { D: { k: "v" } }]],
    [{ constructor: ["v"] }, [{ constructor: "v" }], [{}]],
  ]);
});

test("arrays of values", () => {
  check([
    [{ r: ["a", "b"] }, [{ r: ["b", "c"] }, { r: [["b"]] }], [{ r: ["c"] }, { r: [] }]],
    [{ r: [null] }, [{ r: [null] }], [{ r: [] }]],
    [{ r: ["a"], q: ["b"] }, [{ r: ["a", "x"], q: ["y", "b"] }], [{ r: ["a"], q: ["a"] }]],
  ]);
});

test("what is in an array of objects must be in one of them", () => {
  const pattern = { d: { name: ["alice"], state: ["on"] } };
  check([
    [
      pattern,
      [{ d: [{ name: "bob" }, { name: "alice", state: "on" }] }, { d: [[{ name: "alice", state: ["off", "on"] }]] }],
      [{ d: [{ name: "alice" }, { state: "on" }] }, { d: [[{ name: "alice" }], [{ state: "on" }]] }],
    ],
    [
      { a: { b: { x: [1] }, c: { y: [2] } } },
      [{ a: [{ b: [{ x: 0 }, { x: 1 }], c: [{ y: 2 }] }] }],
      [
        {
          a: [
            { b: [{ x: 1 }], c: [{ y: 3 }] },
            { b: [{ x: 3 }], c: [{ y: 2 }] },
          ],
        },
      ],
    ],
    // Two arrays have nothing to do with each other.
    [{ a: { x: [1] }, b: { y: [2] } }, [{ a: [{ x: 0 }, { x: 1 }], b: [{ y: 2 }, { y: 1 }] }], []],
    // Absent from the element that the others are in.
    [
      { d: { name: ["alice"], state: [{ exists: false }] } },
      [{ d: [{ name: "alice" }, { name: "bob", state: "on" }] }],
      [{ d: [{ name: "alice", state: "on" }, { name: "bob" }] }],
    ],
  ]);
});

test("long arrays are gone through once", () => {
  const count = 20_000;
  const d = Array.from({ length: count }, (_, i) => (i % 2 === 0 ? { a: 1 } : { b: 1 }));
  const pattern = JSON.stringify({ d: { a: [1], b: [1] }, e: { a: [1] } });
  assert.equal(matchesPattern(pattern, { d, e: d }), false);
  assert.equal(matchesPattern(pattern, { d: [...d, { a: 1, b: 1 }], e: d }), true);
});

test("$or", () => {
  check([
    [
      { source: ["s"], $or: [{ a: [1] }, { b: [2], c: [3] }] },
      [
        { source: "s", a: 1 },
        { source: "s", b: 2, c: 3 },
      ],
      [{ source: "s" }, { source: "s", b: 2 }, { source: "t", a: 1 }],
    ],
    [
      { $or: [{ a: [1] }, { b: [2] }], d: { $or: [{ x: [1] }, { y: [{ exists: false }] }] } },
      [{ a: 1, d: { x: 1, y: 2 } }, { b: 2 }],
      [{ a: 1, d: { y: 2 } }, { d: { x: 1 } }],
    ],
    [{ $or: [{ $or: [{ a: [1] }, { b: [1] }] }, { c: [1] }] }, [{ a: 1 }, { b: 1 }, { c: 1 }], [{}]],
  ]);
});

test("what is no pattern is refused in AWS's words", () => {
  const at = (text: string, column: number) => `\n at [Source: (String)"${text}"; line: 1, column: ${column}]`;
  const located: [string, string, number][] = [
    ['{"int": 42}', '"int" must be an object or an array', 11],
    ['{"string": "my-value"}', '"string" must be an object or an array', 13],
    ['{"resources": []}', "Empty arrays are not allowed", 17],
    ['{"my_key": [{"EXISTS": true}]}', "Unrecognized match type EXISTS", 28],
    ['{"d": {"c": [{"numeric": [">", 0, ">", 0]}]}}', "Bad numeric range operator: >", 38],
    ['{"d": {"c": [{"numeric": [">", 0, "<"]}]}}', "Value of < must be numeric", 39],
    ['{"d": {"c": [{"numeric": 10}]}}', "Value of numeric must be an array.", 28],
    ['{"d": [{"numeric": [">", 5, "<", 5]}]}', "Bottom must be less than top", 36],
    ['{"a": [{"wildcard": "x:**"}]}', "Consecutive wildcard characters at pos 3", 27],
    ['{"a": [{"wildcard": "\\\\x"}]}', "Invalid escape character at pos 1", 26],
    ['{"a": [{"wildcard": 123}]}', "wildcard match pattern must be a string", 24],
    ['{"a": [{"prefix": ["x"]}]}', "prefix match pattern must be a string", 20],
    ['{"a": [{"suffix": 123}]}', "suffix match pattern must be a string", 22],
    ['{"a": [{"equals-ignore-case": ["x"]}]}', "equals-ignore-case match pattern must be a string", 32],
    ['{"a": [{"cidr": ["x"]}]}', "prefix match pattern must be a string", 18],
    ['{"a": [{"anything-but": null}]}', "Value of anything-but must be an array or single string/number value.", 29],
    ['{"a": [{"anything-but": {"prefix": ""}}]}', "Null prefix/suffix not allowed", 38],
    ['{"a": [{"anything-but": {"suffix": 1}}]}', "prefix/suffix match pattern must be a string", 37],
    ['{"a": [{"exists": "yes"}]}', "exists match pattern must be either true or false.", 20],
    ['{"a": [{"prefix": "x", "suffix": "y"}]}', "Only one key allowed in match expression", 35],
    ['{"a": [["x"]]}', "Match value must be String, number, true, false, or null", 9],
    ['["not", "a", "dict"]', "Filter is not an object", 2],
    ["{'bad': 'quotation'}", "Unexpected character (''' (code 39)): was expecting double-quote to start field name", 2],
    ['{"$or": [{"a": [1]}]}', "There must have at least 2 Objects in $or relationship.", 21],
    ["{}", "Empty objects are not allowed", 3],
  ];
  const cases: [string, string][] = [
    ...located.map(([text, reason, column]): [string, string] => [text, reason + at(text, column)]),
    ['{"a": [{"cidr": "10.0.0.0"}]}', "Malformed CIDR, one '/' required"],
    ['{"a": [{"cidr": "10.0.0.0/xx"}]}', "Malformed CIDR, mask bits must be an integer"],
    ['{"a": [{"cidr": "xx.11.xx/8"}]}', "Nonstandard IP address: xx.11.xx"],
    ['{"a": [{"cidr": "10.0.0.0/32"}]}', "IPv4 mask bits must be < 32"],
  ];
  for (const [text, message] of cases)
    assert.throws(() => matchesPattern(text, {}), { name: "PatternError", message }, text);
});

test("in a list the place is told twice", () => {
  const text = '{"a": [{"anything-but": ["stopped", null]}]}';
  const place = `\n at [Source: (String)"${text}"; line: 1, column: 41]`;
  const message = `Inside anything but list, start|null|boolean is not supported.${place}${place}`;
  assert.throws(() => matchesPattern(text, {}), { message });
});

test("a long source is shown by its beginning; lines are counted", () => {
  const text = `{\n "a": [${'"x", '.repeat(120)}\n {"nope": 1}]}`;
  assert.throws(
    () => matchesPattern(text, {}),
    (error) => {
      assert.ok(error instanceof PatternError);
      const shown =
        /^Unrecognized match type nope\n at \[Source: \(String\)"\{[\s\S]{499}"\[truncated 124 chars\]; line: 3/;
      assert.match(error.message, shown);
      assert.match(error.message, /, column: 12\]$/);
      return true;
    },
  );
});

test("more combinations of $or than AWS takes", () => {
  const or = (name: string) => ({ $or: Array.from({ length: 11 }, (_, i) => ({ [`${name}${i}`]: [1] })) });
  assert.throws(() => matchesPattern(JSON.stringify({ x: or("x"), y: or("y"), z: or("z") }), {}), /too complex/);
});
