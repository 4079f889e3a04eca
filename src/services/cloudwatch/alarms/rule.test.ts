import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { alarmsIn, elementsIn, holds, parseRule, RuleSyntaxError } from "./rule.ts";

const states = { a: "ALARM", b: "OK", c: "INSUFFICIENT_DATA" } as const;
const stateOf = (name: string) => states[name as keyof typeof states];

describe("rules of composite alarms", () => {
  const cases: readonly [rule: string, expected: boolean][] = [
    ["ALARM(a)", true],
    ['ALARM("a") AND OK("b")', true],
    ["NOT ALARM(a) OR INSUFFICIENT_DATA(c)", true],
    ["NOT (ALARM(a) OR ALARM(b))", false],
    ["ALARM(b) OR ALARM(a) AND OK(a)", false],
    ["TRUE AND NOT FALSE", true],
    ["ALARM(none)", false],
    ["AT_LEAST(1, ALARM, (a, b, c))", true],
    ["AT_LEAST(2, ALARM, (a, b, c))", false],
    ['AT_LEAST(2, NOT ALARM, (a, "b",c)) AND OK(b)', true],
    ["AT_LEAST(3, NOT ALARM, (a, b, none))", false],
    ["NOT AT_LEAST( 50% , INSUFFICIENT_DATA , ( a, b, c ) )", true],
    ["AT_LEAST(33%, OK, (a, b, c))", true],
    ["AT_LEAST(34%, OK, (a, b, c))", false],
  ];
  for (const [rule, expected] of cases) test(rule, () => assert.equal(holds(parseRule(rule), stateOf), expected));

  for (const rule of ["", "ALARM", "ALARM()", "ALARM(a) OK(b)", "(ALARM(a)", "MAYBE(a)", "ALARM(a) AND"]) {
    test(`"${rule}" is none`, () => assert.throws(() => parseRule(rule), RuleSyntaxError));
  }

  for (const list of [
    "0, OK, (a)",
    "2, OK, (a)",
    "101%, OK, (a)",
    "1, MAYBE, (a)",
    "1, OK, ()",
    "1, OK, (a,)",
    "1, OK",
  ]) {
    test(`"AT_LEAST(${list})" is none`, () => {
      assert.throws(() => parseRule(`AT_LEAST(${list})`), RuleSyntaxError);
    });
  }

  test("elements are alarms, constants and pairs of parentheses", () => {
    assert.equal(elementsIn('NOT (ALARM("(a)") OR (TRUE AND OK(b))) AND FALSE'), 6);
    assert.equal(elementsIn("AT_LEAST(1, OK, (a, b)) OR TRUE"), 4);
    assert.equal(elementsIn(`${"(".repeat(5000)}TRUE${")".repeat(5000)}`), 5001);
  });

  test("what a rule names", () => {
    assert.deepEqual(alarmsIn(parseRule('AT_LEAST(1, OK, ("a (b), c", d))')), ["a (b), c", "d"]);
    assert.deepEqual(alarmsIn(parseRule('ALARM("a \\"b\\"") AND (OK(b) OR NOT OK(c))')), ['a "b"', "b", "c"]);
  });
});
