import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../random.ts";
import { literalsOf } from "./literals.ts";
import { compileRegex } from "./regex.ts";

const table: [source: string, literals: string[]][] = [
  ["ERROR", ["ERROR"]],
  ['"path":"(?<path>[^"]+)"', ['"path":"']],
  ["^\\d+ took (\\d+) ms$", [" took "]],
  ["colou?r", ["colour", "color"]],
  ["WARN|ERROR", ["WARN", "ERROR"]],
  ["(GET|POST) /api/", ["GET /api/", "POST /api/"]],
  ["x(abc)+y", ["abc"]],
  ["(?i)err", ["er", "eR", "Er", "ER"]],
  ["a|b*", []],
  ["a|b|c|d|e", []],
  ["\\w+", []],
  ["", []],
  ["[\ud83d]", []],
  ["(?:ab){2}", ["ab"]],
];
for (const [source, literals] of table) {
  test(`every match of ${JSON.stringify(source)} has ${JSON.stringify(literals)}`, () => {
    assert.deepEqual(new Set(literalsOf(source)), new Set(literals));
  });
}

test("no text that matches is without them, for random expressions", () => {
  const random = seededRandom(5);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random.float() * from.length)]!;
  const make = (depth: number): string => {
    if (depth === 0) return pick(["a", "b", "ab", ".", "[ab]", "[^a]", "^", "\\b"]);
    const inner = () => make(depth - 1);
    const quantified = () => `(?:${inner()})${pick(["*", "+", "?", "{2}", "{1,2}", "{0}"])}`;
    return pick([() => inner() + inner(), () => `(?:${inner()}|${inner()})`, quantified])();
  };
  let looked = 0;
  for (let round = 0; round < 3000; round++) {
    const source = make(Math.floor(random.float() * 5));
    const [literals, regex] = [literalsOf(source), compileRegex(source)];
    if (literals.length > 0) looked++;
    for (let i = 0; i < 5; i++) {
      const text = Array.from({ length: Math.floor(random.float() * 8) }, () => pick(["a", "b", "c", " "])).join("");
      if (literals.length === 0 || literals.some((literal) => text.includes(literal))) continue;
      assert.equal(regex.test(text), false, `${source} has ${literals} in ${JSON.stringify(text)}`);
    }
  }
  assert.ok(looked > 500, `${looked} expressions have literals`);
});
