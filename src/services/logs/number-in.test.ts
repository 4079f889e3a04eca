import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { numberIn } from "./number-in.ts";

const digits = "1".repeat(2 ** 20);

const cases: readonly [text: string, number: number | undefined][] = [
  ["7", 7],
  [" -7.5 ", -7.5],
  ["7.", 7],
  [".5", 0.5],
  ["+1.5e3", 1500],
  ["", undefined],
  [".", undefined],
  ["0x10", undefined],
  ["1 2", undefined],
  ["1.2.3", undefined],
  ["1e", undefined],
  // With a pattern that tries each way to divide the digits this would take hours.
  [`${digits}x`, undefined],
  [`${digits}.${digits}x`, undefined],
];

describe("numbers in texts", () => {
  for (const [text, number] of cases) test(`"${text.slice(0, 20)}"`, () => assert.equal(numberIn(text), number));
});
