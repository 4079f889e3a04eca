import assert from "node:assert/strict";
import { test } from "node:test";
import { mergeFiles, stripMarks } from "./merge.ts";
import { parseYaml } from "./yaml.ts";

function parse(text: string): unknown {
  const parsed = parseYaml(text);
  assert.notEqual(typeof parsed, "string", String(parsed));
  return (parsed as { tree: unknown }).tree;
}

/** One service over another. */
function merged(base: string, over: string): unknown {
  const file = (service: string) => parse(`services:\n  web: ${service}\n`);
  return (mergeFiles(file(base), file(over)) as { services: { web: unknown } }).services.web;
}

const cases: [name: string, base: string, over: string, result: unknown][] = [
  ["texts and numbers are replaced", "{image: a, cpus: 1}", "{image: b}", { image: "b", cpus: 1 }],
  ["null says nothing", "{image: a}", "{image: }", { image: "a" }],
  ["commands are replaced", "{command: [a, b]}", "{command: c}", { command: "c" }],
  [
    "environments by name, in either syntax",
    "{environment: [A=1, B=2]}",
    "{environment: {B: 3, C: }}",
    {
      environment: { A: "1", B: 3, C: null },
    },
  ],
  [
    "ports are added, equal ones once",
    '{ports: ["80:80", "81:81"]}',
    '{ports: ["81:81", "82:82"]}',
    {
      ports: ["80:80", "81:81", "82:82"],
    },
  ],
  ["volumes by their target", "{volumes: [a:/x, /y]}", "{volumes: [./b:/x:ro]}", { volumes: ["./b:/x:ro", "/y"] }],
  [
    "dependencies of both syntaxes",
    "{depends_on: [a]}",
    "{depends_on: {b: {condition: service_healthy}}}",
    {
      depends_on: { a: { condition: "service_started" }, b: { condition: "service_healthy" } },
    },
  ],
  [
    "a build's folder and its arguments",
    "{build: ./x}",
    "{build: {args: {A: 1}}}",
    { build: { context: "./x", args: { A: 1 } } },
  ],
  ["env files one after the other", "{env_file: a.env}", "{env_file: [b.env]}", { env_file: ["a.env", "b.env"] }],
  [
    "maps all the way down",
    "{deploy: {replicas: 1, labels: [a=1]}}",
    "{deploy: {labels: {b: x}}}",
    {
      deploy: { replicas: 1, labels: { a: "1", b: "x" } },
    },
  ],
  ["!reset takes away", "{ports: [a], image: b}", "{ports: !reset [], image: c}", { image: "c" }],
  [
    "!override replaces",
    '{ports: ["1"], environment: {A: 1}}',
    '{ports: !override ["2"], environment: !override {B: 2}}',
    {
      ports: ["2"],
      environment: { B: 2 },
    },
  ],
];
for (const [name, base, over, result] of cases) test(name, () => assert.deepEqual(merged(base, over), result));

test("files: services, networks and extensions beside each other", () => {
  const base = parse("x-a: 1\nservices: {a: {image: a}}\nnetworks: {n: {internal: true}}\n");
  const over = parse("services: {b: {image: b}}\nnetworks: {n: {driver: bridge}, m: }\n");
  assert.deepEqual(mergeFiles(base, over), {
    "x-a": 1,
    services: { a: { image: "a" }, b: { image: "b" } },
    networks: { n: { internal: true, driver: "bridge" }, m: null },
  });
});

test("a single file's marks are resolved", () => {
  assert.deepEqual(stripMarks(parse("a: !reset x\nb: !override [1]\nc: [{d: !override 2}]")), {
    b: [1],
    c: [{ d: "2" }],
  });
});

test("anchors and merges", () => {
  const text = `
x-base: &base {image: a, environment: &env {A: 1, B: 1}}
services:
  web: {<<: *base, environment: {<<: *env, B: 2}}
`;
  assert.deepEqual((parse(text) as { services: unknown }).services, {
    web: { image: "a", environment: { A: 1, B: 2 } },
  });
});

test("numbers stay what they look like", () => {
  assert.deepEqual(parse("[0644, 1.10, 12, 12345678901234567890, -3, 0.5]"), [
    ...["0644", "1.10", 12, "12345678901234567890", -3, 0.5],
  ]);
});

const broken: [text: string, message: RegExp][] = [
  ["a: [1", /line 1/],
  ["a: 1\na: 2", /unique/],
  ["a: *none", /none/],
  ["a: !!binary abc\nb: !secret x", /!secret is not known/],
  ["a: &a [*a]", /stands for what it is in/],
  ["a: &a\n  b: { c: *a }", /stands for what it is in/],
];
for (const [text, message] of broken) {
  test(`${JSON.stringify(text)} is refused`, () => assert.match(String(parseYaml(text)), message));
}
