// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables in texts are what is tested.
import assert from "node:assert/strict";
import { test } from "node:test";
import { InterpolationError, interpolate, interpolateTree } from "./interpolate.ts";

const variables: Readonly<Record<string, string>> = { A: "a", EMPTY: "", B_2: "two" };
const lookup = (name: string) => variables[name];

const cases: [text: string, result: string, missing?: string[]][] = [
  ["plain", "plain"],
  ["$A-$B_2", "a-two"],
  ["${A}b", "ab"],
  ["$$A $${A}", "$A ${A}"],
  ["${NO}|$NO", "|", ["NO", "NO"]],
  ["${NO:-x}${EMPTY:-x}${A:-x}", "xxa"],
  ["${NO-x}${EMPTY-x}${A-x}", "xa"],
  ["${NO:-}", ""],
  ["${NO+x}${EMPTY+x}${A+x}", "xx"],
  ["${NO:+x}${EMPTY:+x}${A:+x}", "x"],
  ["${NO:-${A}/${B_2:-q}}", "a/two"],
  ["${A:-${NO}}", "a"],
  ["${A:-${NO:?never}}", "a"],
  ["${A:?needed}${EMPTY?needed}", "a"],
  ["http://${NO:-host:80}/{x}", "http://host:80/{x}"],
  ["${NO:-a$$b}", "a$b"],
];
for (const [text, result, missing = []] of cases) {
  test(`${text} -> ${result}`, () => {
    const told: string[] = [];
    assert.equal(
      interpolate(text, lookup, (name) => told.push(name)),
      result,
    );
    assert.deepEqual(told, missing);
  });
}

const wrong: [text: string, message: RegExp][] = [
  ["$", /cannot be read; write \$\$/],
  ["5$ off", /cannot be read/],
  ["${A", /cannot be read/],
  ["${}", /cannot be read/],
  ["${A!x}", /cannot be read/],
  ["${NO:-x", /cannot be read/],
  ["${NO:?set it}", /^the variable NO is required: set it$/],
  ["${EMPTY:?}", /^the variable EMPTY is required$/],
];
for (const [text, message] of wrong) {
  test(`${text} is refused`, () => {
    assert.throws(
      () => interpolate(text, lookup),
      (error) => error instanceof InterpolationError && message.test(error.message),
    );
  });
}

test("a tree: texts are filled, keys, numbers and what cannot be read stay", () => {
  const told: string[] = [];
  const on = {
    missing: (name: string, at: string) => told.push(`${at} ${name}`),
    failed: (_: string, at: string) => told.push(at),
  };
  const tree = { $A: ["$A", { x: "${NO}" }], n: 1, z: null, bad: "$" };
  assert.deepEqual(interpolateTree(tree, lookup, on), { $A: ["a", { x: "" }], n: 1, z: null, bad: "$" });
  assert.deepEqual(told, ["$A[1].x NO", "bad"]);
});
