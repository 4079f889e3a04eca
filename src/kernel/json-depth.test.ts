import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeeperThan } from "./json-depth.ts";

test("levels of objects and lists are counted, brackets in texts are not", () => {
  const nested = (depth: number) => `${'{"a":['.repeat(depth / 2)}${"]}".repeat(depth / 2)}`;
  assert.deepEqual([isDeeperThan(8, nested(8)), isDeeperThan(8, nested(10))], [false, true]);
  const side = `[${Array(50).fill("[{}]").join()}]`;
  assert.deepEqual([isDeeperThan(2, side), isDeeperThan(3, side)], [true, false]);
  assert.equal(isDeeperThan(3, JSON.stringify({ a: '[{"['.repeat(50), b: "\\" })), false);
});
