import assert from "node:assert/strict";
import { test } from "node:test";
import { listPage, pageOf, positionIn, tokenAfter } from "./pagination.ts";

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

test("pages go on behind what has gone meanwhile, upwards and downwards", () => {
  const invalid = () => new Error("no token of this list");
  for (const [descending, first, second] of [
    [false, ["a", "b"], ["c", "d"]],
    [true, ["d", "c"], ["b", "a"]],
  ] as const) {
    const listing = { scope: "list", limit: 2, position: identity, descending, invalid };
    const { items, nextToken } = listPage(["b", "d", "a", "c"], { ...listing, token: undefined });
    assert.deepEqual(items, first);
    const left = ["c", "b", "a", "d"].filter((item) => item !== first[1]);
    assert.deepEqual(listPage(left, { ...listing, token: nextToken }), { items: second });
    assert.throws(() => listPage(left, { ...listing, token: "x" }), /no token of this list/);
  }
});
