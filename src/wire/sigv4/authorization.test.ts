import assert from "node:assert/strict";
import { test } from "node:test";
import { postOf } from "../testing.ts";
import { formatSigningDate, parseAuthorization, parseSigningDate } from "./authorization.ts";

test("dates of signatures are those that there are", () => {
  for (const text of ["20150830T123600Z", "20240229T235959Z", "19700101T000000Z", "01000101T000000Z"]) {
    assert.equal(formatSigningDate(parseSigningDate(text)!), text);
  }
  const others = [
    ...["20150229T000000Z", "20150431T000000Z", "20151301T000000Z", "20150001T000000Z", "20150100T000000Z"],
    ...["20150101T240000Z", "20150101T006000Z", "20150101T000060Z", "00990101T000000Z", "2015-01-01T00:00:00Z", ""],
  ];
  for (const text of others) assert.equal(parseSigningDate(text), undefined, text);
});

test("a query is signed by the parameter that says so, not by one whose name ends like it", () => {
  const kindOf = (query: string) => parseAuthorization(postOf("", { query })).kind;
  assert.equal(kindOf("a=1&X-Amz-Algorithm=AWS4-HMAC-SHA256"), "incomplete");
  assert.equal(kindOf("not-X-Amz-Algorithm=AWS4-HMAC-SHA256"), "none");
});
