import assert from "node:assert/strict";
import { test } from "node:test";
import { formatTimestamp, parseTimestamp } from "./timestamp.ts";

const noon = Date.UTC(2026, 0, 31, 12);

test("parsing", () => {
  const cases: [string | number, number | undefined][] = [
    [1769860800, noon],
    [1769860800.25, noon + 250],
    ["1769860800.25", noon + 250],
    ["1.7698608E9", noon],
    ["2026-01-31T12:00:00Z", noon],
    ["2026-01-31T12:00:00.250Z", noon + 250],
    ["2026-01-31T12:00:00.123456789Z", noon + 123],
    ["2026-01-31T12:00:00", noon],
    ["2026-01-31T14:00:00+02:00", noon],
    ["2026-01-31T14:00:00+0200", noon],
    ["2026-01-31", noon - 12 * 3600_000],
    ["Sat, 31 Jan 2026 12:00:00 GMT", noon],
    ["-1", -1000],
    ["2026-13-01T00:00:00Z", undefined],
    ["yesterday", undefined],
    ["1 January 2026", undefined],
    ["", undefined],
    [Number.NaN, undefined],
    [1e300, undefined],
  ];
  for (const [value, ms] of cases) assert.equal(parseTimestamp(value), ms, String(value));
});

test("formatting", () => {
  assert.equal(formatTimestamp(noon + 250, "unixTimestamp"), 1769860800.25);
  assert.equal(formatTimestamp(noon, "iso8601"), "2026-01-31T12:00:00Z");
  assert.equal(formatTimestamp(noon + 250, "iso8601"), "2026-01-31T12:00:00.250Z");
  assert.equal(formatTimestamp(noon, "rfc822"), "Sat, 31 Jan 2026 12:00:00 GMT");
});
