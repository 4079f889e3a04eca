import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { seededRandom } from "../random.ts";
import { compileCaptures } from "./captures.ts";
import { Matcher } from "./matcher.ts";
import { parseRegex } from "./parse.ts";
import { compileProgram } from "./program.ts";

describe("captures in linear time", () => {
  const table: [source: string, text: string, found: Record<string, string | undefined> | undefined][] = [
    ["(?<a>\\w+)=(?<b>\\d+)", "x count=12;", { a: "count", b: "12" }],
    ["(?<a>a*)(?<b>a*)", "aaa", { a: "aaa", b: "" }],
    ["(?<a>a*?)(?<b>a*)$", "aaa", { a: "", b: "aaa" }],
    ["(?<a>ab|a)(?<b>c?)", "abc", { a: "ab", b: "c" }],
    ["(?<a>x)|(?<b>y)", "zy", { a: undefined, b: "y" }],
    ["^(?<a>.{2,4}?)(?<b>.{1,3})$", "12345", { a: "12", b: "345" }],
    ["(?i)user (?P<id>[a-z]+)", "USER Ann", { id: "Ann" }],
    ["(?:(?<k>\\w)=)+", "a=b=c=", { k: "c" }],
    ["(?<a>\\d+)$", "12 x", undefined],
    ["(?<a>(?<b>é+)n)", "caféén", { a: "één", b: "éé" }],
  ];
  for (const [source, text, found] of table) {
    test(`${source} in ${text}`, () => {
      const captures = compileCaptures(source);
      const values = captures.match(text);
      const named = values && Object.fromEntries(captures.names.map((name, i) => [name, values[i]]));
      assert.deepEqual(named, found);
    });
  }

  test("are what a backtracking engine finds", () => {
    const random = seededRandom(7);
    const pick = (choices: readonly string[]) => choices[Math.floor(random.float() * choices.length)]!;
    const atom = (depth: number): string => {
      if (depth > 0 && random.float() < 0.4) return `(?:${either(depth - 1)})`;
      return pick(["a", "b", ".", "[ab]", "\\b"]);
    };
    const sequence = (depth: number) => {
      const parts = Array.from({ length: 1 + Math.floor(random.float() * 3) }, () => {
        const inner = atom(depth);
        // What an empty round of a loop means is where engines differ.
        return inner === "\\b" || inner.startsWith("(") ? inner : inner + pick(["", "", "*", "+?", "?", "*?", "{1,2}"]);
      });
      return parts.join("");
    };
    const either = (depth: number): string =>
      random.float() < 0.3 ? `${sequence(depth)}|${sequence(depth)}` : sequence(depth);
    for (let round = 0; round < 3000; round++) {
      const source = `(?<x>${either(2)})(?<y>${either(1)})`;
      const text = Array.from({ length: Math.floor(random.float() * 8) }, () => pick(["a", "b", " "])).join("");
      const expected = new RegExp(source).exec(text)?.groups;
      const found = compileCaptures(source).match(text);
      assert.deepEqual(found, expected && [expected.x, expected.y], `${source} in "${text}"`);
      const program = compileProgram(parseRegex(source), ["x", "y"]);
      const slots = [
        { atLeast: 0, perChar: 0 },
        { atLeast: 20, perChar: 1 },
        { atLeast: 1e6, perChar: 0 },
      ].map((steps) => new Matcher(program, 4, "", steps).run(text));
      assert.deepEqual(slots[0], slots[2], `${source} in "${text}", with a memory of what failed`);
      assert.deepEqual(slots[1], slots[2], `${source} in "${text}", with one after some steps`);
    }
  });

  test("no expression can stall", () => {
    const captures = compileCaptures("(?<x>(?:a*)*(?:a|aa)+)b");
    assert.equal(captures.match("a".repeat(20_000)), undefined);
    assert.equal(captures.match(`${"a".repeat(20_000)}b`)?.[0]?.length, 20_000);
  });
});
