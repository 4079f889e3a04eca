import assert from "node:assert/strict";
import { test } from "node:test";
import { requestsToldBy, timeLines } from "./log-format.ts";

test("a line that is told stands for as many requests as the draws pass over", () => {
  const draw = /\{ rand\((\d+)\) gt 0 \} \{ fe_req_rate gt (\d+) \}/g;
  const draws = Array.from(
    timeLines().join().matchAll(draw),
    ([, oneOf, rate]) => [Number(oneOf), Number(rate)] as const,
  );
  const told = (requestRate: number) =>
    draws.reduce((product, [oneOf, rate]) => (requestRate > rate ? product * oneOf : product), 1);
  const rates = [0, 1, 100, 101, 5000, 5001, 100_000];
  assert.deepEqual(rates.map(requestsToldBy), rates.map(told));
  assert.deepEqual(rates.map(told), [1, 1, 1, 50, 50, 1000, 1000]);
});
