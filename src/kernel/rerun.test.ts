import assert from "node:assert/strict";
import { test } from "node:test";
import { ConflictError } from "./fault.ts";
import { rerun } from "./rerun.ts";

const cases: readonly [
  name: string,
  conflicts: number,
  mostRuns: number | undefined,
  runs: number,
  rejects: boolean,
][] = [
  ["once without a conflict", 0, 3, 1, false],
  ["again after each conflict", 2, 3, 3, false],
  ["no more than so often", 5, 3, 3, true],
  ["until it succeeds", 50, undefined, 51, false],
];
for (const [name, conflicts, mostRuns, expected, rejects] of cases) {
  test(`work runs ${name}`, async () => {
    let runs = 0;
    const work = async () => {
      if (++runs <= conflicts) throw new ConflictError("key");
      return "done";
    };
    const result = rerun(work, mostRuns);
    if (rejects) await assert.rejects(result, ConflictError);
    else assert.equal(await result, "done");
    assert.equal(runs, expected);
  });
}

test("another error than a conflict is thrown at once", async () => {
  let runs = 0;
  const work = async () => {
    runs++;
    throw new TypeError("a bug");
  };
  await assert.rejects(rerun(work), TypeError);
  assert.equal(runs, 1);
});
