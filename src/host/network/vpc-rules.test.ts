import assert from "node:assert/strict";
import { test } from "node:test";
import type { SecurityRuleSpec, VpcSpec } from "#kernel/agent-protocol.ts";
import { everything, interfaceSpec, vpcSpec } from "../../../test/contracts/network/specs.ts";
import { changeTable, replaceTable } from "./nft-table.ts";
import { groupRules } from "./security-rules.ts";
import { compileRules } from "./vpc-rules.ts";

const around = {
  hostServiceAddress: "169.254.172.1",
  ports: { metadata: 1, dns: 2, api: 3 },
  linkAddress: "169.254.64.1",
};
const peers = new Set(["sg-a"]);
const all = { cidr: "0.0.0.0/0" };

test("a group's rules as nft says them", () => {
  const cases: readonly (readonly [string, readonly SecurityRuleSpec[], readonly string[]])[] = [
    ["nothing", [], []],
    ["everything", [{ protocol: "-1", peer: all }], ["accept"]],
    ["tcp", [{ protocol: "tcp", peer: all }], ["meta l4proto tcp accept"]],
    ["tcp by number", [{ protocol: "6", fromPort: -1, toPort: -1, peer: all }], ["meta l4proto tcp accept"]],
    ["all ports", [{ protocol: "udp", fromPort: 0, toPort: 65535, peer: all }], ["meta l4proto udp accept"]],
    ["a port", [{ protocol: "tcp", fromPort: 80, toPort: 80, peer: all }], ["tcp dport 80 accept"]],
    ["port 0", [{ protocol: "tcp", fromPort: 0, toPort: 0, peer: all }], ["tcp dport 0 accept"]],
    ["ports", [{ protocol: "udp", fromPort: 80, toPort: 90, peer: all }], ["udp dport 80-90 accept"]],
    ["no ports", [{ protocol: "udp", fromPort: 90, toPort: 80, peer: all }], []],
    ["icmp", [{ protocol: "icmp", peer: all }], ["ip protocol icmp accept"]],
    ["icmp type 0", [{ protocol: "1", fromPort: 0, toPort: -1, peer: all }], ["icmp type 0 accept"]],
    ["icmp code", [{ protocol: "icmp", fromPort: 3, toPort: 4, peer: all }], ["icmp type 3 icmp code 4 accept"]],
    ["icmp of IPv6", [{ protocol: "58", peer: all }], []],
    ["another protocol", [{ protocol: "50", fromPort: 1, toPort: 2, peer: all }], ["ip protocol 50 accept"]],
    ["a group", [{ protocol: "-1", peer: { groupId: "sg-a" } }], ["ip saddr @sg-a accept"]],
    ["an unknown group", [{ protocol: "-1", peer: { groupId: "sg-b" } }], []],
    [
      "ranges of one port, the covered ones left out",
      ["10.1.2.3/16", "10.1.0.0/24", "10.0.0.1/32", "10.0.0.1/32"].map((cidr) => ({
        protocol: "tcp",
        fromPort: 80,
        toPort: 80,
        peer: { cidr },
      })),
      ["ip saddr { 10.0.0.1/32, 10.1.0.0/16 } tcp dport 80 accept"],
    ],
  ];
  for (const [name, rules, expected] of cases)
    assert.deepEqual(groupRules(rules, "ingress", peers, "accept"), expected, name);
  assert.deepEqual(groupRules([{ protocol: "-1", peer: { cidr: "10.0.0.0/8" } }], "egress", peers, "goto inbound"), [
    "ip daddr { 10.0.0.0/8 } goto inbound",
  ]);
});

const [a, b] = [interfaceSpec("10.1.0.10", { hasPublicIp: true }), interfaceSpec("10.1.2.10")];

/** What the filter table needs to become that of `after`. */
function change(before: VpcSpec, after: VpcSpec): string[] {
  const [old, wanted] = [compileRules(before, around), compileRules(after, around)];
  return (changeTable(old.filter, wanted.filter) + changeTable(old.guard, wanted.guard)).split("\n").slice(0, -1);
}

test("equal descriptions need no change", () => {
  const vpc = vpcSpec(1, { interfaces: [a, b] });
  assert.deepEqual(change(vpc, structuredClone(vpc)), []);
  assert.deepEqual(change(vpc, { ...vpc, interfaces: [b, a], subnets: [...vpc.subnets].reverse() }), []);
});

test("one more interface is a few elements, however many there are", () => {
  const many = Array.from({ length: 200 }, (_, i) => interfaceSpec(`10.1.1.${i + 10}`));
  const lines = change(vpcSpec(1, { interfaces: [b, ...many] }), vpcSpec(1, { interfaces: [a, b, ...many] }));
  assert.equal(lines.length, 5);
  assert.match(lines[0]!, /^add element inet estiva senders \{ 10\.1\.0\.10 : jump egress-of-[0-9a-f]{16} \}$/);
  assert.match(lines[1]!, /^add element inet estiva receivers \{ 10\.1\.0\.10 : jump ingress-of-[0-9a-f]{16} \}$/);
  assert.equal(lines[2], "add element inet estiva outward { 10.1.0.10 }");
  assert.equal(lines[3], "add element inet estiva present { 10.1.0.10 }");
  assert.match(lines[4]!, /^add element bridge estiva own \{ "p[0-9a-f]{13}" \. 02:00:00:01:00:0a \. 10\.1\.0\.10 \}$/);
});

test("a changed rule rewrites its group's chain only", () => {
  const group = (rules: readonly SecurityRuleSpec[]) => ({ groupId: "sg-open", ingress: rules, egress: [everything] });
  const before = vpcSpec(1, { interfaces: [a, b], securityGroups: [group([])] });
  assert.deepEqual(change(before, { ...before, securityGroups: [group([everything])] }), [
    "flush chain inet estiva ingress-sg-open",
    "add rule inet estiva ingress-sg-open accept",
  ]);
});

test("a group that goes is forgotten after all that refers to it", () => {
  const used: SecurityRuleSpec = { protocol: "-1", peer: { groupId: "sg-more" } };
  const groups = [
    { groupId: "sg-open", ingress: [used], egress: [everything] },
    { groupId: "sg-more", ingress: [], egress: [] },
  ];
  const member = { ...a, securityGroupIds: ["sg-more"] };
  const lines = change(
    vpcSpec(1, { interfaces: [member, b], securityGroups: groups }),
    vpcSpec(1, { interfaces: [b], securityGroups: [{ ...groups[0]!, ingress: [] }] }),
  );
  const position = (start: string) => lines.findIndex((line) => line.startsWith(start));
  const order = [
    "flush chain inet estiva ingress-sg-open",
    "delete element inet estiva senders { 10.1.0.10 }",
    "delete set inet estiva sg-more",
    "delete chain inet estiva ingress-sg-more",
  ].map(position);
  assert.ok(
    order.every((at, i) => at >= 0 && (i === 0 || at > order[i - 1]!)),
    lines.join("\n"),
  );
});

test("who may go out depends on the subnet's way out and the interface's public address", () => {
  const cases = [
    ["10.1.0.10", true, true],
    ["10.1.0.10", false, false],
    ["10.1.1.10", true, false],
    ["10.1.2.10", false, true],
  ] as const;
  for (const [address, hasPublicIp, expected] of cases) {
    const rules = compileRules(vpcSpec(1, { interfaces: [interfaceSpec(address, { hasPublicIp })] }), around);
    assert.equal(rules.filter.sets.get("outward")!.elements.has(address), expected, `${address} ${hasPublicIp}`);
  }
});

test("of an interface that becomes a load balancer's, or is one no more, just that is changed", () => {
  const [plain, balancers] = [false, true].map((isLoadBalancer) =>
    vpcSpec(1, { interfaces: [interfaceSpec("10.1.0.10", { isLoadBalancer }), b] }),
  ) as [VpcSpec, VpcSpec];
  const chain = /to-host-of-\w+/.exec(change(plain, balancers).join("\n"))![0];
  assert.deepEqual(change(plain, balancers), [
    `add chain inet estiva ${chain}`,
    `add rule inet estiva ${chain} accept`,
    `add element inet estiva load-balancers { 10.1.0.10 : goto ${chain} }`,
  ]);
  assert.deepEqual(change(balancers, plain), [
    "delete element inet estiva load-balancers { 10.1.0.10 }",
    `flush chain inet estiva ${chain}`,
    `delete chain inet estiva ${chain}`,
  ]);
});

test("a table is replaced in one go, large sets in several lines", () => {
  const interfaces = Array.from({ length: 600 }, (_, i) => ({
    ...interfaceSpec(`10.1.${i >> 8 ? 2 : 1}.${i & 255}`),
    macAddress: `02:00:00:00:0${i >> 8}:${(i & 255).toString(16).padStart(2, "0")}`,
  })).slice(0, 512);
  const script = replaceTable(compileRules(vpcSpec(1, { interfaces }), around).filter);
  assert.match(script, /^add table inet estiva\ndelete table inet estiva\nadd table inet estiva\n/);
  assert.equal(script.match(/add element inet estiva senders/g)?.length, 2);
});
