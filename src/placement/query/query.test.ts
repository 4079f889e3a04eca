import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseQuery } from "./parse.ts";
import type { QuerySubject } from "./query.ts";

interface Facts extends Partial<Omit<QuerySubject, "attribute" | "hasTaskOf" | "taskGroups">> {
  readonly attributes?: Readonly<Record<string, string>>;
  readonly groups?: readonly string[];
}

function subject({ attributes = {}, groups = [], ...facts }: Facts): QuerySubject {
  return {
    agentConnected: true,
    agentVersion: undefined,
    ec2InstanceId: undefined,
    registeredAt: undefined,
    runningTasksCount: groups.length,
    attribute: (name) => attributes[name],
    hasTaskOf: (group) => groups.includes(group),
    taskGroups: () => groups,
    ...facts,
  };
}

const t2: Facts = { attributes: { "ecs.instance-type": "t2.small", "ecs.availability-zone": "us-east-1a" } };
const g2: Facts = { attributes: { "ecs.instance-type": "g2.2xlarge", "ecs.availability-zone": "us-east-1d" } };
const prod: Facts = { attributes: { stack: "prod" } };
const blank: Facts = { attributes: { stack: "" } };
const registered = (text: string): Facts => ({ registeredAt: Date.parse(text) });

describe("the cluster query language", () => {
  const table: [expression: string, meets: Facts[], others: Facts[]][] = [
    // The examples of the Developer Guide.
    ["attribute:ecs.instance-type == t2.small", [t2], [g2, {}]],
    ["attribute:ecs.availability-zone in [us-east-1a, us-east-1b]", [t2], [g2, {}]],
    ["attribute:ecs.instance-type =~ g2.* and attribute:ecs.availability-zone != us-east-1d", [], [g2, t2]],
    ["task:group == service:production", [{ groups: ["service:production"] }], [{ groups: ["x"] }, {}]],
    ["not(task:group == database)", [{ groups: ["x"] }, {}], [{ groups: ["x", "database"] }]],
    ["runningTasksCount == 1", [{ groups: ["x"] }], [{}, { groups: ["x", "y"] }]],
    [
      "agentVersion < 1.14.5",
      [{ agentVersion: "1.9.0" }, { agentVersion: "1.14.4" }],
      [{ agentVersion: "1.14.5" }, {}],
    ],
    ["registeredAt < 2018-02-13", [registered("2018-02-12T23:59:59Z")], [registered("2018-02-13T00:00:00Z"), {}]],
    [
      "ec2InstanceId in ['i-abcd1234', 'i-wxyx7890']",
      [{ ec2InstanceId: "i-wxyx7890" }],
      [{ ec2InstanceId: "i-1" }, {}],
    ],
    ["attribute:stack != prod", [{ attributes: { stack: "test" } }, blank], [prod, {}]],
    // Operators in both spellings, with and without blanks.
    ["attribute:stack==prod", [prod], [{}]],
    ["attribute:stack equals prod", [prod], [{}]],
    ["attribute:stack not_equals prod", [blank], [prod, {}]],
    ["attribute:stack exists", [prod, blank], [{}]],
    ["attribute:stack !exists", [{}], [prod, blank]],
    ["attribute:stack not_exists", [{}], [prod]],
    ["attribute:stack !in [prod,test]", [blank], [prod, {}]],
    ["attribute:stack not_in [test]", [prod], [{}]],
    ["attribute:stack !~ p.*", [blank], [prod, {}]],
    ["attribute:stack not_matches t.*", [prod], [{}]],
    ["attribute:stack matches p..d", [prod], [blank]],
    ["attribute:stack =~ ro", [], [prod]],
    ["attribute:stack =~ [mp]rod|test", [prod], [blank]],
    ["attribute:stack =~ '(pre)?prod'", [prod], [blank]],
    ["attribute:size > 9", [{ attributes: { size: "10" } }], [{ attributes: { size: "9" } }, {}]],
    [
      "attribute:size >= b",
      [{ attributes: { size: "b" } }, { attributes: { size: "c" } }],
      [{ attributes: { size: "a" } }],
    ],
    ["attribute:size less_than_equal 2.5", [{ attributes: { size: "2.5" } }], [{ attributes: { size: "10" } }]],
    ['attribute:name == "two words"', [{ attributes: { name: "two words" } }], [{ attributes: { name: "two" } }]],
    ["attribute:a/b\\c_d-e.f == x", [{ attributes: { "a/b\\c_d-e.f": "x" } }], [{}]],
    ["agentConnected == false", [{ agentConnected: false }], [{}]],
    ["agentConnected in [true]", [{}], [{ agentConnected: false }]],
    ["agentVersion == 1.14", [{ agentVersion: "1.14.0" }], [{ agentVersion: "1.14.1" }]],
    ["agentVersion greater_than 1.9.0", [{ agentVersion: "1.14.0" }], [{ agentVersion: "1.9.0" }]],
    ["ec2InstanceId =~ i-.*", [{ ec2InstanceId: "i-1" }], [{ ec2InstanceId: "mi-1" }]],
    [
      "registeredAt >= 2018-06-18T22:28:28+00:00",
      [registered("2018-06-18T22:28:28.9Z")],
      [registered("2018-06-18T22:28:27Z")],
    ],
    [
      "registeredAt == 2018-06-18T22:28:28",
      [registered("2018-06-18T22:28:28.5Z")],
      [registered("2018-06-18T22:28:29Z")],
    ],
    [
      "registeredAt != 2018-06-18T22:28:28Z",
      [registered("2018-06-18T22:28:29Z")],
      [registered("2018-06-18T22:28:28Z"), {}],
    ],
    ["runningTasksCount <= 1", [{}, { groups: ["x"] }], [{ groups: ["x", "y"] }]],
    ["runningTasksCount not_equals 0", [{ groups: ["x"] }], [{}]],
    ["task:group in [a, b]", [{ groups: ["b"] }], [{ groups: ["c"] }, {}]],
    ["task:group !in [a, b]", [{ groups: ["c"] }, {}], [{ groups: ["b", "c"] }]],
    ["task:group != a", [{}], [{ groups: ["a", "c"] }]],
    ["task:group =~ service:.*", [{ groups: ["x", "service:y"] }], [{ groups: ["x"] }, {}]],
    ["task:group !~ service:.*", [{ groups: ["x"] }, {}], [{ groups: ["service:y"] }]],
    ["task:group exists", [{ groups: ["x"] }], [{}]],
    ["task:group !exists", [{}], [{ groups: ["x"] }]],
    // Boolean operators.
    ["attribute:stack exists && task:group exists", [{ ...prod, groups: ["x"] }], [prod, { groups: ["x"] }]],
    ["attribute:stack exists||task:group exists", [prod, { groups: ["x"] }], [{}]],
    ["task:group == a or task:group == b and attribute:stack exists", [{ groups: ["a"] }], [{ groups: ["b"] }]],
    [
      "(task:group == a or task:group == b) and attribute:stack exists",
      [{ ...prod, groups: ["b"] }],
      [{ groups: ["a"] }],
    ],
    ["!attribute:stack exists", [{}], [prod]],
    ["not not attribute:stack exists", [prod], [{}]],
    [" ( ( attribute:stack =~ pr.* ) ) ", [prod], [{}]],
  ];
  for (const [expression, meets, others] of table) {
    test(expression, () => {
      const query = parseQuery(expression);
      for (const facts of meets) assert.equal(query.test(subject(facts)), true, JSON.stringify(facts));
      for (const facts of others) assert.equal(query.test(subject(facts)), false, JSON.stringify(facts));
      assert.equal(query.source, expression);
    });
  }

  test("knows which expressions change with the tasks on an instance", () => {
    const reads = (expression: string) => parseQuery(expression).readsTasks;
    assert.equal(reads("attribute:a == b and (agentConnected == true or registeredAt > 2018-01-01)"), false);
    assert.equal(reads("attribute:a == b and not task:group == c"), true);
    assert.equal(reads("attribute:a == b or runningTasksCount > 1"), true);
  });

  const faults: [expression: string, message: RegExp][] = [
    ["", /it is empty/],
    ["   ", /it is empty/],
    ["x".repeat(2001), /more than 2000 characters/],
    ["attribute:stack", /an operator is expected after 'attribute:stack' at the end/],
    ["attribute:stack = prod", /an operator is expected after 'attribute:stack' at '= prod'/],
    ["attribute:stack ==", /an argument is missing at the end/],
    ["attribute: == x", /'attribute:' is not a subject/],
    ["stack == prod", /'stack' is not a subject/],
    ["toString == prod", /'toString' is not a subject/],
    ["agentVersion exists", /'exists' does not go with 'agentVersion'/],
    ["agentConnected > true", /'greater_than' does not go with 'agentConnected'/],
    ["registeredAt < yesterday", /'yesterday' is no value of 'registeredAt'/],
    ["registeredAt < 2018-13-40", /'2018-13-40' is no value of 'registeredAt'/],
    ["runningTasksCount < few", /'few' is no value of 'runningTasksCount'/],
    ["attribute:a in b", /'in' needs a list in brackets/],
    ["attribute:a in [b", /a closing bracket is missing/],
    ["attribute:a in []", /an argument is missing/],
    ["attribute:a in [b,]", /an argument is missing/],
    ["attribute:a == 'b", /a quote is not closed/],
    ["attribute:a =~ '[b'", /the pattern '\[b' cannot be used/],
    ["attribute:a =~ 'b)(c'", /the pattern 'b\)\(c' cannot be used/],
    ["attribute:a =~ '(?=b)'", /the pattern '\(\?=b\)' cannot be used/],
    ["(attribute:a == b", /a closing parenthesis is missing/],
    ["attribute:a == b)", /'and', 'or' or the end is expected at '\)'/],
    ["attribute:a == b attribute:c == d", /'and', 'or' or the end is expected at 'attribute:c == d'/],
    ["attribute:a == b and", /a subject such as attribute:name is missing at the end/],
    [`${"!".repeat(60)}attribute:a exists`, /it nests too deeply/],
    ["(".repeat(1900), /it nests too deeply/],
  ];
  for (const [expression, message] of faults) {
    test(`refuses ${expression.slice(0, 50)}`, () => {
      assert.throws(
        () => parseQuery(expression),
        (error: Error & { code?: string }) => {
          assert.equal(error.code, "InvalidParameterException");
          assert.match(error.message, /^Invalid expression '/);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }
});
