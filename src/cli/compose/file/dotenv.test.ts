// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables in texts are what is tested.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDotenv } from "./dotenv.ts";

const shell: Readonly<Record<string, string>> = { HOST: "h", A: "shell" };

const cases: [name: string, text: string, variables: Readonly<Record<string, string>>][] = [
  ["plain lines, comments, empty lines", "X=1\n# no\n\nY = two words \n", { X: "1", Y: "two words" }],
  ["export, colon, no value", "export X=1\nY: 2\nZ=\n", { X: "1", Y: "2", Z: "" }],
  ["comments behind values", "X=1 # one\nY=a#b\nZ='a # b' # c\nW= # none", { X: "1", Y: "a#b", Z: "a # b", W: "" }],
  ["quotes", `X='$HOST\\n'\nY="$HOST\\n\\$HOST \\"q\\""\n`, { X: "$HOST\\n", Y: 'h\n$HOST "q"' }],
  ["values over lines", 'KEY="-----\nabc\n-----"\nX=1', { KEY: "-----\nabc\n-----", X: "1" }],
  [
    "variables from above and from the surroundings",
    "X=1\nY=${X}-$HOST-${NO:-d}\nA=file\nB=$A",
    {
      ...{ X: "1", Y: "1-h-d", A: "file", B: "shell" },
    },
  ],
  ["a name alone has the surroundings' value", "HOST\nNONE\n", { HOST: "h" }],
  ["Windows lines and a byte order mark", "\uFEFFX=1\r\nY=2\r\n", { X: "1", Y: "2" }],
];
for (const [name, text, variables] of cases) {
  test(name, () => assert.deepEqual(Object.fromEntries(parseDotenv(text, (key) => shell[key])), variables));
}

test("raw values stay as they are", () => {
  assert.deepEqual([...parseDotenv("X='$A' # b\n", () => undefined, true)], [["X", "'$A' # b"]]);
});

test("a quote that is not closed is refused", () => {
  assert.throws(() => parseDotenv("X='abc\n", () => undefined), /not closed/);
});
