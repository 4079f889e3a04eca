import assert from "node:assert/strict";
import { test } from "node:test";
import { dealOut, longestFirst, type SuiteName, suiteOf, testTimeoutMs, testTimeoutOf } from "./suites.ts";

test("what a file imports and starts decides its suite", () => {
  const engine = 'import { testEngine } from "../../../../test/images/engine.ts";';
  const cases: [string, string, SuiteName][] = [
    ["src/kernel/arn.test.ts", 'import { parseArn } from "./arn.ts";', "unit"],
    ["src/host/runtime/docker/logs.test.ts", engine, "machine"],
    ["src/host/network/restart.test.ts", 'from "../../../test/contracts/network/sandbox.ts"', "machine"],
    ["test/e2e/tasks.test.ts", "", "machine"],
    ["src/store/embedded/durability.test.ts", "const child = new TestProcess(program, []);", "process"],
    ["src/store/model.test.ts", "process.env.ESTIVA_SEED ? 1 : 40", "process"],
    ["codegen/cross-check.test.ts", "`@aws-sdk/client-$" + "{service}`", "process"],
    ["test/simulation/toy.test.ts", "", "process"],
    ["test/tidy.test.ts", "", "unit"],
  ];
  for (const [path, text, suite] of cases) assert.equal(suiteOf(path, text), suite, path);
});

test("files are dealt out to shares, each to one", () => {
  const files = ["a", "b", "c", "d", "e"];
  assert.deepEqual(dealOut(files, 2), [
    ["a", "c", "e"],
    ["b", "d"],
  ]);
  assert.deepEqual(dealOut(["a"], 2), [["a"], []]);
});

test("the simulation comes first, and its tests may take longer", () => {
  const [short, long] = ["test/conformance/iam/cli.test.ts", "test/simulation/toy.test.ts"] as const;
  assert.deepEqual([short, long, short].toSorted(longestFirst), [long, short, short]);
  assert.deepEqual([testTimeoutOf(short), testTimeoutOf(long)], [testTimeoutMs, 4 * testTimeoutMs]);
});
