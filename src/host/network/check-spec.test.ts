import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostNetworkSpec, InterfaceSpec } from "#kernel/agent-protocol.ts";
import { SpecCheck } from "./check-spec.ts";
import { KnownInterfaces } from "./known-interfaces.ts";

function eni(number: number, fields: Partial<InterfaceSpec> = {}): InterfaceSpec {
  return {
    networkInterfaceId: `eni-${number}`,
    subnetId: "subnet-a",
    privateIpv4Address: `10.0.0.${number + 10}`,
    macAddress: `02:00:00:00:00:0${number}`,
    securityGroupIds: ["sg-a"],
    hasPublicIp: false,
    sourceDestCheck: true,
    ...fields,
  };
}

const subnets = ["subnet-a", "subnet-b"].map(
  (subnetId, i) => ({ subnetId, cidr: `10.0.${i}.0/24`, egress: "none" }) as const,
);

function spec(interfaces: readonly InterfaceSpec[], given: typeof subnets = subnets): HostNetworkSpec {
  const vpc = { vpcId: "vpc-a", region: "us-east-1", cidrs: ["10.0.0.0/16"], securityGroups: [] };
  return { vpcs: [{ ...vpc, subnets: given, interfaces }] };
}

const [one, two, three] = [eni(1), eni(2), eni(3)];
const inB = eni(4, { subnetId: "subnet-b", privateIpv4Address: "10.0.1.9" });

const cases: readonly [string, HostNetworkSpec, RegExp][] = [
  [
    "another with its address",
    spec([one, two, eni(3, { privateIpv4Address: "10.0.0.11" })]),
    /10\.0\.0\.11 occurs twice/,
  ],
  ["one of them twice", spec([one, two, two]), /eni-2 occurs twice/],
  ["one changed for the worse", spec([eni(1, { macAddress: "x; reboot" }), two]), /no MAC address/],
  ["the subnet of one gone", spec([one, two, inB], [subnets[0]!]), /subnet-b/],
];

for (const [name, wrong, message] of cases) {
  test(`after a right description a wrong one is found: ${name}; and the next right one is taken`, () => {
    const check = new SpecCheck();
    check.check(spec([one, two, inB]));
    assert.throws(() => check.check(wrong), message);
    assert.throws(() => check.check(wrong), message, "also when it comes again");
    check.check(spec([two, three]));
  });
}

test("an address is free for another once its interface is gone", () => {
  const check = new SpecCheck();
  check.check(spec([one, two]));
  check.check(spec([two, eni(3, { privateIpv4Address: one.privateIpv4Address, macAddress: one.macAddress })]));
});

test("known interfaces follow the descriptions, and what changed is named", () => {
  const known = new KnownInterfaces();
  assert.deepEqual(known.change(spec([one, two])), new Set(["eni-1", "eni-2"]));
  assert.deepEqual(known.change(spec([eni(1), three])), new Set(["eni-1", "eni-2", "eni-3"]));
  assert.deepEqual(
    ["eni-1", "eni-2", "eni-3"].map((id) => known.has(id)),
    [true, false, true],
  );
  assert.deepEqual(known.change({ vpcs: [] }), new Set(["eni-1", "eni-3"]));
  assert.equal(known.has("eni-1"), false);
});
