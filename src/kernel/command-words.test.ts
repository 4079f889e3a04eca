import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { joinWords, splitWords } from "./command-words.ts";
import { seededRandom } from "./random.ts";

const cases: readonly [string, string[] | string][] = [
  ["/bin/sh", ["/bin/sh"]],
  ["  ls   -l\t/tmp\n", ["ls", "-l", "/tmp"]],
  ["", []],
  [`sh -c "echo $HOME; exit 3"`, ["sh", "-c", "echo $HOME; exit 3"]],
  ["sh -c 'a \"b\" \\ c'", ["sh", "-c", 'a "b" \\ c']],
  [String.raw`"a \" b" c\ d`, ['a " b', "c d"]],
  [`a'b'"c"d`, ["abcd"]],
  [`'' ""`, ["", ""]],
  ["ls # all of it\npwd", ["ls", "pwd"]],
  ["a#b # c", ["a#b"]],
  ["rails 'c", "EOF found when expecting closing quote"],
  ["a\\", "EOF found after escape character"],
];

describe("the words of a command", () => {
  for (const [command, words] of cases) {
    it(JSON.stringify(command), () => assert.deepEqual(splitWords(command), words));
  }

  it("come back from one text", () => {
    const alphabet = [..."ab '\"\\#$\n\té-"];
    const random = seededRandom(7);
    const pick = (count: number) => Math.floor(random.float() * count);
    for (let i = 0; i < 2_000; i++) {
      const word = () => Array.from({ length: pick(6) }, () => alphabet[pick(alphabet.length)]).join("");
      const words = Array.from({ length: pick(4) }, word);
      assert.deepEqual(splitWords(joinWords(words)), words);
    }
  });
});
