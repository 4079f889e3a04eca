import assert from "node:assert/strict";
import { test } from "node:test";
import * as der from "./der.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

/** Examples of ITU-T X.690 and RFC 5280, and the borders of lengths. */
const cases: readonly [string, Uint8Array, string][] = [
  ["zero", der.integer(Uint8Array.of(0)), "020100"],
  ["an integer without its zeros", der.integer(Uint8Array.of(0, 0, 5)), "020105"],
  ["an integer that would be negative", der.integer(Uint8Array.of(0x80)), "02020080"],
  ["an object identifier", der.objectId("1.2.840.113549"), "06062a864886f70d"],
  ["bits", der.bits(Uint8Array.of(0x06), 1), "03020106"],
  ["a time", der.time(Date.UTC(2026, 0, 2, 3, 4, 5, 678)), "170d3236303130323033303430355a"],
  ["a late time", der.time(Date.UTC(2050, 0, 1)), "180f32303530303130313030303030305a"],
  ["true", der.boolean(true), "0101ff"],
  ["a tag of its own", der.context(3, Uint8Array.of(1), "constructed"), "a30101"],
];
for (const [what, bytes, expected] of cases) {
  test(what, () => assert.equal(hex(bytes), expected));
}

test("lengths of more than 127 bytes have a length of their own", () => {
  assert.equal(hex(der.octets(new Uint8Array(127))).slice(0, 4), "047f");
  assert.equal(hex(der.octets(new Uint8Array(128))).slice(0, 6), "048180");
  assert.equal(hex(der.octets(new Uint8Array(65_536))).slice(0, 10), "0483010000");
});
