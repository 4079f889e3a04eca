import assert from "node:assert/strict";
import { test } from "node:test";
import { privateDnsName } from "#kernel/private-names.ts";
import { lookupPrivateName } from "./private-names.ts";
import { parseResolvConf } from "./resolv-conf.ts";

const hasAddress = (address: string) => address === "172.31.0.5";
const virginia = { region: "us-east-1", cidrs: ["172.31.0.0/16"], hasAddress };
const saoPaulo = { ...virginia, region: "sa-east-1" };
const found = (answer: ReturnType<typeof lookupPrivateName>) =>
  answer?.kind === "records" ? answer.records[0] : (answer?.kind ?? "elsewhere");

test("names of addresses and addresses of names", () => {
  const a = { type: "A", address: "172.31.0.5", ttlSeconds: 60 };
  const ptr = { type: "PTR", target: "ip-172-31-0-5.ec2.internal", ttlSeconds: 60 };
  const cases: readonly (readonly [typeof virginia, string, number, unknown])[] = [
    [virginia, "ip-172-31-0-5.ec2.internal", 1, a],
    [virginia, "ip-172-31-0-5.ec2.internal", 28, "no-data"],
    [virginia, "ip-172-31-0-6.ec2.internal", 1, "no-name"],
    [virginia, "ip-172-31-0-999.ec2.internal", 1, "no-name"],
    [virginia, "x.ip-172-31-0-5.ec2.internal", 1, "no-name"],
    [virginia, "ec2.internal", 1, "no-data"],
    [virginia, "ip-172-31-0-5.sa-east-1.compute.internal", 1, "elsewhere"],
    [saoPaulo, "ip-172-31-0-5.sa-east-1.compute.internal", 1, a],
    [saoPaulo, "ip-172-31-0-5.ec2.internal", 1, "elsewhere"],
    [virginia, "5.0.31.172.in-addr.arpa", 12, ptr],
    [saoPaulo, "5.0.31.172.in-addr.arpa", 12, { ...ptr, target: "ip-172-31-0-5.sa-east-1.compute.internal" }],
    [virginia, "5.0.31.172.in-addr.arpa", 1, "no-data"],
    [virginia, "6.0.31.172.in-addr.arpa", 12, "no-name"],
    [virginia, "6.0.30.172.in-addr.arpa", 12, "elsewhere"],
    [virginia, "31.172.in-addr.arpa", 6, "elsewhere"],
    [virginia, "example.com", 1, "elsewhere"],
    [virginia, "notec2.internal", 1, "elsewhere"],
  ];
  for (const [zone, name, type, expected] of cases) {
    assert.deepEqual(found(lookupPrivateName(zone, name, type)), expected, `${name} ${type}`);
  }
  assert.equal(privateDnsName("10.0.0.9", "eu-west-1"), "ip-10-0-0-9.eu-west-1.compute.internal");
});

test("resolv.conf", () => {
  const text =
    "# nameserver 1.1.1.1\nsearch lan\nnameserver 127.0.0.53\n nameserver\tfe80::1%eth0\nnameserver 169.254.172.1\n";
  assert.deepEqual(parseResolvConf(`${text}nameserver 127.0.0.53\nnameserver x`, new Set(["169.254.172.1"])), [
    "127.0.0.53",
    "fe80::1%eth0",
  ]);
});
