import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJsonPath, valueAt } from "./json-path.ts";
import { transformInput, unknownPlaceholders } from "./transform.ts";

const event = {
  version: "0",
  id: "1",
  "detail-type": "T",
  source: "s",
  time: "2026-01-01T00:00:00Z",
  resources: ["a", "b"],
  detail: { user: "u-1", ok: true, n: 3, payload: { a: "x", b: 1 }, list: ["ON", "OFF"], one: ["ON"], quote: 'a"b' },
};
const reserved = { ruleArn: "arn:rule", ruleName: "rule", ingestionTime: "2026-01-01T00:00:07Z" };

test("paths", () => {
  const cases: [string, unknown][] = [
    ["$", event],
    ["$.detail.user", "u-1"],
    ["$.detail-type", "T"],
    ["$['detail']['payload'].b", 1],
    ['$["detail"].list[1]', "OFF"],
    ["$.detail.list[*]", ["ON", "OFF"]],
    ["$.detail.payload.*", ["x", 1]],
    ["$.resources[7]", undefined],
    ["$.detail.user.name", undefined],
    ["$.constructor", undefined],
  ];
  for (const [path, value] of cases) assert.deepEqual(valueAt(event, parseJsonPath(path)!), value, path);
  for (const bad of ["detail", "$detail", "$.", "$..x", "$[?(@.x)]", "$.a[", "$.a[-1]"]) {
    assert.equal(parseJsonPath(bad), undefined, bad);
  }
});

test("templates", () => {
  const InputPathsMap = {
    user: "$.detail.user",
    ok: "$.detail.ok",
    payload: "$.detail.payload",
    list: "$.detail.list",
    one: "$.detail.one",
    quote: "$.detail.quote",
    missing: "$.detail.nothing",
  };
  const cases: [string, string][] = [
    ['"User <user> did it"', '"User u-1 did it"'],
    ['"It is <ok>!"', '"It is true!"'],
    ['{"id": <user>, "path": "users/<user>/<user>"}', '{"id": "u-1", "path": "users/u-1/u-1"}'],
    ['{"body": <payload>, "in": [<user>, 1]}', '{"body": {"a":"x","b":1}, "in": ["u-1", 1]}'],
    ['"Payload <payload>, <list>, <one>"', '"Payload {a:x,b:1}, [ON,OFF], [ON]"'],
    ['{"one": <one>}', '{"one": ["ON"]}'],
    ['"none: <missing>"', '"none: "'],
    ['{"none": <missing>}', '{"none": ""}'],
    ['"<user> a"\n"<ok> b"', '"u-1 a"\n"true b"'],
    ['{"q": "\\"<user>\\" <quote>"}', '{"q": "\\"u-1\\" a\\"b"}'],
    ['"{[/ < user> <user"', '"{[/ < user> <user"'],
    [
      '"<aws.events.rule-arn> <aws.events.rule-name> <aws.events.event.ingestion-time>"',
      '"arn:rule rule 2026-01-01T00:00:07Z"',
    ],
    ["<aws.events.event.json>", JSON.stringify(event)],
  ];
  for (const [InputTemplate, expected] of cases) {
    assert.equal(transformInput({ InputTemplate, InputPathsMap }, event, reserved), expected, InputTemplate);
  }
});

test("the event without its detail", () => {
  const text = transformInput({ InputTemplate: "<aws.events.event>" }, event, reserved);
  const { detail: _, "detail-type": detailType, ...rest } = event;
  assert.deepEqual(JSON.parse(text), { ...rest, detailType, time: reserved.ingestionTime });
});

test("placeholders that nothing is defined for", () => {
  const InputTemplate = '"<a> <b> <aws.events.event> <aws.events.nothing>"';
  assert.deepEqual(unknownPlaceholders({ InputTemplate, InputPathsMap: { a: "$" } }), ["b", "aws.events.nothing"]);
});
