import assert from "node:assert/strict";
import { test } from "node:test";
import { isImmutable, matchesWildcard } from "./mutability.ts";

const wildcards: readonly [pattern: string, text: string, matches: boolean][] = [
  ["latest", "latest", true],
  ["latest", "latest1", false],
  ["dev-*", "dev-", true],
  ["dev-*", "dev", false],
  ["*-rc", "1-rc", true],
  ["*", "", true],
  ["a*a", "a", false],
  ["a*b*c", "aXbXbc", true],
  ["a*b*c", "acb", false],
  ["*b*", "abc", true],
  ["a.c", "abc", false],
];
for (const [pattern, text, matches] of wildcards) {
  test(`${pattern} ${matches ? "matches" : "does not match"} '${text}'`, () => {
    assert.equal(matchesWildcard(pattern, text), matches);
  });
}

test("exclusions turn a repository's setting round", () => {
  const exclusionFilters = [{ filterType: "WILDCARD", filter: "dev-*" }] as const;
  const of = (imageTagMutability: "IMMUTABLE_WITH_EXCLUSION" | "MUTABLE_WITH_EXCLUSION", tag: string) =>
    isImmutable({ imageTagMutability, exclusionFilters }, tag);
  assert.deepEqual([of("IMMUTABLE_WITH_EXCLUSION", "dev-1"), of("IMMUTABLE_WITH_EXCLUSION", "v1")], [false, true]);
  assert.deepEqual([of("MUTABLE_WITH_EXCLUSION", "dev-1"), of("MUTABLE_WITH_EXCLUSION", "v1")], [true, false]);
});
