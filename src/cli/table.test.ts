import assert from "node:assert/strict";
import { test } from "node:test";
import { ago, table } from "./table.ts";

test("columns are as wide as their widest cell", () => {
  assert.equal(
    table(
      ["id", "status"],
      [
        ["a", "RUNNING"],
        ["long-id", "-"],
      ],
    ),
    "ID       STATUS\na        RUNNING\nlong-id  -\n",
  );
  assert.equal(table(["id"], []), "ID\n");
});

test("ages are told in one unit", () => {
  const cases = [
    [undefined, "-"],
    [0, "0s"],
    [59_000, "59s"],
    [60_000, "1m"],
    [3_600_000, "1h"],
    [47 * 3_600_000, "47h"],
    [48 * 3_600_000, "2d"],
  ] as const;
  const now = 1e12;
  for (const [age, text] of cases) assert.equal(ago(age === undefined ? undefined : now - age, now), text);
  assert.equal(ago(now + 5000, now), "0s", "a clock that is ahead");
});
