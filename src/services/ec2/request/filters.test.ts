import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { type FilterTable, filterTest, wildcard } from "./filters.ts";

test("patterns", () => {
  const cases: readonly [string, string, boolean][] = [
    ["web", "web", true],
    ["web", "Web", false],
    ["web", "webs", false],
    ["*", "", true],
    ["web*", "web", true],
    ["web*", "web-1", true],
    ["*web", "my-web", true],
    ["a*b*c", "a-b-b-c", true],
    ["a*b*c", "a-c", false],
    ["web?", "web1", true],
    ["web?", "web", true],
    ["web?", "web12", false],
    ["\\*", "*", true],
    ["\\*", "x", false],
    ["a\\?c", "a?c", true],
    ["a\\?c", "abc", false],
    ["10.0.0.0/16", "10.0.0.0/16", true],
    ["10.0.0.0/16", "10a0.0.0/16", false],
  ];
  for (const [pattern, text, expected] of cases) {
    assert.equal(wildcard(pattern)(text), expected, `${pattern} on ${text}`);
  }
});

test("a hostile pattern takes no longer than another", () => {
  assert.equal(wildcard(`${"*a".repeat(100)}b`)("a".repeat(250)), false);
});

const ctx = { fault: (code: string, message: string) => new Fault(code, message) } as RequestContext;
const record = { name: "web", tags: [{ key: "team", value: "a" }] };
const table: FilterTable<typeof record> = { name: ({ name }) => name, none: () => undefined, number: () => [1, true] };

test("filters are joined by and, their values by or", () => {
  const cases: readonly [{ Name: string; Values: string[] }[], boolean][] = [
    [[], true],
    [[{ Name: "name", Values: ["x", "web"] }], true],
    [[{ Name: "name", Values: [] }], false],
    [[{ Name: "none", Values: ["*"] }], false],
    [[{ Name: "number", Values: ["true"] }], true],
    [
      [
        { Name: "name", Values: ["web"] },
        { Name: "tag:team", Values: ["b"] },
      ],
      false,
    ],
    [[{ Name: "tag:team", Values: ["a"] }], true],
    [[{ Name: "tag:Team", Values: ["a"] }], false],
    [[{ Name: "tag-key", Values: ["te*"] }], true],
    [[{ Name: "tag-value", Values: ["b"] }], false],
  ];
  for (const [filters, expected] of cases) {
    assert.equal(filterTest(ctx, filters, table)(record), expected, JSON.stringify(filters));
  }
});

test("unknown filters and too many values are refused", () => {
  const refused = (filters: { Name?: string; Values?: string[] }[], code: string, message: string) =>
    assert.throws(() => filterTest(ctx, filters, table), new Fault(code, message));
  refused([{ Name: "x", Values: ["y"] }], "InvalidParameterValue", "The filter 'x' is invalid");
  refused([{ Name: "constructor", Values: ["y"] }], "InvalidParameterValue", "The filter 'constructor' is invalid");
  refused([{ Values: ["y"] }], "InvalidParameterValue", "The filter 'null' is invalid");
  const message = "The maximum number of filter values specified on a single call is 200";
  refused([{ Name: "name", Values: Array.from({ length: 201 }, String) }], "FilterLimitExceeded", message);
});
