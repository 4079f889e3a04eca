import assert from "node:assert/strict";
import { test } from "node:test";
import { exitCodes } from "./command.ts";
import { timeOf } from "./times.ts";

const now = Date.UTC(2026, 0, 2);

test("a time is so long ago, or a date", () => {
  const table: [text: string, time: number][] = [
    ["0s", now],
    ["15m", now - 15 * 60_000],
    ["2h", now - 2 * 3_600_000],
    ["7d", now - 7 * 86_400_000],
    ["2025-12-31T12:00:00Z", Date.UTC(2025, 11, 31, 12)],
  ];
  for (const [text, time] of table) assert.equal(timeOf("since", text, now), time, text);
  const isTold = { exitCode: exitCodes.usage, message: /^--since takes a time such as 15m/ };
  for (const text of ["15", "soon", "", "-5m", "1e9d", "99999999d"]) {
    assert.throws(() => timeOf("since", text, now), isTold, text);
  }
});
