import assert from "node:assert/strict";
import { test } from "node:test";
import { pageOf, positionIn, tokenAfter } from "./pagination.ts";

const identity = (item: string) => item;

test("a list that fits is one page without a token", () => {
  assert.deepEqual(pageOf(["a", "b"], 2, "list", identity), { items: ["a", "b"] });
  assert.deepEqual(pageOf([], 2, "list", identity), { items: [] });
});

test("the token leads behind the page's last item", () => {
  const page = pageOf(["a", "b", "c"], 2, "list", identity);
  assert.deepEqual(page.items, ["a", "b"]);
  assert.equal(positionIn(page.nextToken!, "list"), "b");
});

test("a token is good in its own list only", () => {
  for (const token of [tokenAfter("other", "b"), "", "b", "WzFd", "eyJhIjoxfQ", "bnVsbA", "\u0000"]) {
    assert.equal(positionIn(token, "list"), undefined, token);
  }
});

test("positions of any characters survive", () => {
  assert.equal(positionIn(tokenAfter("list", "é/\u0000\n%"), "list"), "é/\u0000\n%");
});
