import assert from "node:assert/strict";
import { test } from "node:test";
import { containsCidr, formatAddress, formatCidr, overlap, parseAddress, parseCidr } from "./ipv4.ts";

test("addresses", () => {
  assert.equal(parseAddress("10.0.0.1"), 0x0a000001);
  assert.equal(parseAddress("255.255.255.255"), 0xffffffff);
  assert.equal(formatAddress(0xffffffff), "255.255.255.255");
  for (const text of ["", "10.0.0", "10.0.0.256", "10.0.0.01", "10.0.0.1 ", "::1", "a.b.c.d"]) {
    assert.equal(parseAddress(text), undefined, text);
  }
});

test("ranges are brought into canonical form", () => {
  const cases: readonly [string, string | undefined][] = [
    ["10.0.0.0/16", "10.0.0.0/16"],
    ["100.68.0.18/18", "100.68.0.0/18"],
    ["255.255.255.255/1", "128.0.0.0/1"],
    ["1.2.3.4/0", "0.0.0.0/0"],
    ["1.2.3.4/32", "1.2.3.4/32"],
    ["1.2.3.4/33", undefined],
    ["1.2.3.4", undefined],
    ["1.2.3/8", undefined],
    ["::/0", undefined],
  ];
  for (const [text, expected] of cases) {
    const cidr = parseCidr(text);
    assert.equal(cidr && formatCidr(cidr), expected, text);
  }
});

test("ranges within and across each other", () => {
  const cases: readonly [string, string, boolean, boolean][] = [
    ["10.0.0.0/16", "10.0.1.0/24", true, true],
    ["10.0.1.0/24", "10.0.0.0/16", false, true],
    ["10.0.0.0/16", "10.1.0.0/16", false, false],
    ["10.0.0.0/16", "10.0.0.0/16", true, true],
    ["0.0.0.0/0", "203.0.113.0/24", true, true],
  ];
  for (const [a, b, contains, overlaps] of cases) {
    assert.equal(containsCidr(parseCidr(a)!, parseCidr(b)!), contains, `${a} contains ${b}`);
    assert.equal(overlap(parseCidr(a)!, parseCidr(b)!), overlaps, `${a} overlaps ${b}`);
  }
});
