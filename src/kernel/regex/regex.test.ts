import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { seededRandom } from "../random.ts";
import { compileRegex } from "./regex.ts";

describe("regular expressions in linear time", () => {
  const table: [source: string, matches: string[], others: string[]][] = [
    ["", ["", "x"], []],
    ["abc", ["abc", "xabcx"], ["ab", "acb", ""]],
    ["^\\[?\\d{4}-\\d{2}", ["2026-01-02 x", "[2026-01"], ["x 2026-01", "26-01-02"]],
    ["^(?:Mon|Tue) (0[1-9]|[12][0-9])$", ["Mon 07", "Tue 21"], ["Wed 07", "Mon 7", "Mon 07 "]],
    ["(?i)error|warn", ["ERROR", "xWarN"], ["info"]],
    ["(?i:E)x", ["ex", "Ex"], ["EX"]],
    ["\\bcat\\b", ["a cat.", "cat"], ["concat", "cats"]],
    ["\\Bcat", ["concat"], ["a cat"]],
    ["^a{2,3}$", ["aa", "aaa"], ["a", "aaaa"]],
    ["^(ab)*c+?$", ["c", "ababcc"], ["aab", "ab"]],
    ["a|b|", ["", "c"], []],
    ["[^a-c\\d]", ["x", "abcx"], ["abc123"]],
    ["[]a-]+$", ["]", "-", "a"], ["b"]],
    ["[[:upper:]][[:^digit:]]", ["Ab"], ["A1", "ab"]],
    ["\\x41\\x{42}\\.\\t", ["AB.\t"], ["AB.."]],
    ["x.y", ["xzy"], ["x\ny"]],
    ["(?s)x.y", ["x\ny"], ["xy"]],
    ["(?m)^b$", ["a\nb\nc"], ["ab"]],
    ["^b", ["b"], ["a\nb"]],
    ["(?P<year>\\d+)(?<rest>x)", ["12x"], ["12"]],
    ["é+$", ["caf\u00e9\u00e9"], ["cafe"]],
    ["{", ["{"], ["x"]],
    ["a{,2}", ["a{,2}"], ["aa"]],
  ];
  for (const [source, matches, others] of table) {
    test(JSON.stringify(source), () => {
      const regex = compileRegex(source);
      for (const text of matches) assert.equal(regex.test(text), true, JSON.stringify(text));
      for (const text of others) assert.equal(regex.test(text), false, JSON.stringify(text));
    });
  }

  test("refuses what it cannot read", () => {
    const bad = ["(", ")", "[a", "*a", "a{1001}", "a{3,2}", "\\", "\\1", "(?=a)", "\\p{L}", "(?<=a)", "[b-a]", "\\x1"];
    for (const source of bad) assert.throws(() => compileRegex(source), { name: "RegexError" }, source);
    assert.throws(() => compileRegex("((a{100}){100}){100}"), { message: "expression is too large" });
    assert.throws(() => compileRegex("(".repeat(5000)), { name: "RegexError" });
  });

  test("agrees with the engine of the language on random expressions", () => {
    const random = seededRandom(7);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random.float() * from.length)]!;
    const make = (depth: number): string => {
      if (depth === 0) return pick(["a", "b", "c", ".", "[ab]", "[^a]", "\\w", "^", "$", "\\b"]);
      const inner = () => make(depth - 1);
      const quantified = () => `(?:${inner()})${pick(["*", "+", "?", "{2}", "{1,2}"])}`;
      return pick([() => inner() + inner(), () => `(?:${inner()}|${inner()})`, quantified])();
    };
    for (let round = 0; round < 2000; round++) {
      const source = make(Math.floor(random.float() * 4));
      const ours = compileRegex(source);
      for (let i = 0; i < 5; i++) {
        const text = Array.from({ length: Math.floor(random.float() * 8) }, () => pick(["a", "b", "c", " "])).join("");
        assert.equal(ours.test(text), new RegExp(source).test(text), `${source} on ${JSON.stringify(text)}`);
      }
    }
  });

  test("is not stalled by expressions that make a backtracking engine take ages", () => {
    assert.equal(compileRegex("(a*)*(a*)*(a|a)*b").test("a".repeat(100_000)), false);
    assert.equal(compileRegex("a*a*a*a*a*a*c$").test("a".repeat(100_000)), false);
  });
});
