import assert from "node:assert/strict";
import { test } from "node:test";
import { allocateAddress, allocatePublicAddress, publicPool } from "./address.ts";
import { containsAddress, parseAddress, parseCidr } from "./ipv4.ts";
import { macAddressOf } from "./network-interface.ts";
import { isReservedAddress, usableAddressCount } from "./subnet.ts";
import { zonesOf } from "./zones.ts";

const cidr = parseCidr("10.0.0.16/28")!;

test("every address of a subnet but the reserved five is given, each once", () => {
  const taken = new Set<string>();
  for (let i = 0; i < usableAddressCount(cidr); i++) {
    const address = allocateAddress(cidr, (ip) => taken.has(ip), `seed ${i}`)!;
    assert.ok(!taken.has(address));
    assert.ok(!isReservedAddress(cidr, parseAddress(address)!), address);
    taken.add(address);
  }
  const expected = Array.from({ length: 11 }, (_, i) => `10.0.0.${20 + i}`);
  assert.deepEqual([...taken].sort(), expected);
  assert.equal(
    allocateAddress(cidr, (ip) => taken.has(ip), "one more"),
    undefined,
  );
});

test("the same seed gives the same address, others are spread", () => {
  const wide = parseCidr("10.0.0.0/16")!;
  const free = () => false;
  assert.equal(allocateAddress(wide, free, "a"), allocateAddress(wide, free, "a"));
  const spread = new Set(Array.from({ length: 100 }, (_, i) => allocateAddress(wide, free, String(i))));
  assert.ok(spread.size > 95, String(spread.size));
});

test("reserved: the first four and the last", () => {
  const reserved = ["10.0.0.16", "10.0.0.17", "10.0.0.18", "10.0.0.19", "10.0.0.31"];
  for (let last = 15; last <= 32; last++) {
    const ip = `10.0.0.${last}`;
    assert.equal(isReservedAddress(cidr, parseAddress(ip)!), reserved.includes(ip), ip);
  }
});

test("public addresses come from the pool", () => {
  const address = allocatePublicAddress(() => false, "a")!;
  assert.ok(containsAddress(publicPool, parseAddress(address)!));
});

test("MAC addresses of interfaces", () => {
  assert.match(macAddressOf("172.31.0.5", "a"), /^0[26a]:[0-9a-f]{2}:ac:1f:00:05$/);
});

test("zones", () => {
  const ids = (region: string) => zonesOf(region).map((zone) => zone.zoneId);
  assert.deepEqual(ids("us-east-1"), ["use1-az1", "use1-az2", "use1-az3"]);
  assert.deepEqual(ids("ap-southeast-2"), ["apse2-az1", "apse2-az2", "apse2-az3"]);
  assert.deepEqual(ids("us-gov-west-1"), ["usgw1-az1", "usgw1-az2", "usgw1-az3"]);
  assert.deepEqual(
    zonesOf("eu-west-1").map((zone) => zone.zoneName),
    ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
  );
});
