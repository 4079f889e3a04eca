import assert from "node:assert/strict";
import { afterEach, describe, test } from "node:test";
import type { AclRuleSpec, NetworkAclSpec } from "#kernel/network-acl.ts";
import { whyNoPackets } from "../../../test/contracts/network/sandbox.ts";
import { everything, vpcSpec } from "../../../test/contracts/network/specs.ts";
import { interfaceOf, oneVpc, port, useWorld } from "../../../test/contracts/network/world.ts";
import { aclRules } from "./acl-rules.ts";
import { compileRules } from "./vpc-rules.ts";

const around = {
  hostServiceAddress: "169.254.172.1",
  ports: { metadata: 1, dns: 2, api: 3 },
  linkAddress: "169.254.64.1",
};
const allow: AclRuleSpec = { action: "allow", protocol: "-1", cidr: "0.0.0.0/0" };
const open: readonly AclRuleSpec[] = [allow];

test("an ACL's rules as nft says them, in their order", () => {
  const rules: readonly AclRuleSpec[] = [
    { action: "deny", protocol: "6", fromPort: 22, toPort: 22, cidr: "10.1.2.3/16" },
    { action: "allow", protocol: "6", fromPort: 0, toPort: 65535, cidr: "10.0.0.0/8" },
    { action: "allow", protocol: "1", fromPort: 8, toPort: -1, cidr: "0.0.0.0/0" },
    { action: "allow", protocol: "58", cidr: "0.0.0.0/0" },
    { action: "deny", protocol: "-1", cidr: "0.0.0.0/0" },
  ];
  assert.deepEqual(aclRules(rules, "ingress"), [
    "ip saddr 10.1.0.0/16 tcp dport 22 drop",
    "ip saddr 10.0.0.0/8 meta l4proto tcp return",
    "icmp type 8 return",
    "drop",
    "drop",
  ]);
  assert.deepEqual(aclRules([], "egress"), ["drop"]);
  assert.deepEqual(aclRules([{ ...allow, cidr: "10.0.0.0/8" }], "egress"), ["ip daddr 10.0.0.0/8 return", "drop"]);
});

test("without an ACL that denies anything there is no rule of ACLs", () => {
  const { sets, chains } = compileRules(vpcSpec(1), around).filter;
  assert.deepEqual(
    [...sets.keys(), ...chains.keys()].filter((name) => name.startsWith("acl")),
    [],
  );
});

const [client, neighbour, server] = ["10.1.1.10", "10.1.1.11", "10.1.2.10"] as const;

describe("network ACLs on real packets", { skip: whyNoPackets() ?? false }, () => {
  const world = useWorld();
  afterEach(() => world.clear());

  /** Client and neighbour in the private subnet, a server in the translated one, which has this ACL. */
  const apply = (acl: NetworkAclSpec | undefined) => {
    const subnets = vpcSpec(1).subnets.map((subnet) =>
      acl !== undefined && subnet.subnetId === "subnet-1-nat" ? { ...subnet, acl } : subnet,
    );
    const securityGroups = [{ groupId: "sg-open", ingress: [everything], egress: [everything] }];
    return world.network.apply(
      oneVpc(
        [client, neighbour, server].map((address) => interfaceOf(address)),
        { subnets, securityGroups },
      ),
    );
  };
  const onPort: AclRuleSpec = { ...allow, protocol: "tcp", fromPort: port, toPort: port };
  const answers: AclRuleSpec = { ...allow, protocol: "tcp", fromPort: 1024, toPort: 65535 };

  test("see every packet, answers too, whatever the security groups say", async () => {
    await apply(undefined);
    const [from] = [await world.task(client), await world.task(server)];
    assert.equal(await from.reach("tcp", server, port), `from ${client}`);
    await apply({ ingress: [onPort], egress: [] });
    assert.equal(await from.tryToReach("tcp", server, port), "timeout", "answers are not let out");
    await apply({ ingress: [onPort], egress: [answers] });
    assert.equal(await from.reach("tcp", server, port), `from ${client}`);
    assert.equal(await from.tryToReach("udp", server, port), "timeout");
    await apply({ ingress: [{ ...onPort, action: "deny", cidr: `${client}/32` }, ...open], egress: open });
    assert.equal(await from.tryToReach("tcp", server, port), "timeout", "the first rule that matches decides");
    const other = await world.task(neighbour);
    assert.equal(await other.reach("tcp", server, port), `from ${neighbour}`);
    await apply(undefined);
    assert.equal(await from.reach("tcp", server, port), `from ${client}`);
  });

  test("say nothing of what stays in the subnet", async () => {
    const closed = { ingress: [], egress: [] };
    const subnets = vpcSpec(1).subnets.map((subnet) => ({ ...subnet, acl: closed }));
    await world.network.apply(
      oneVpc(
        [client, neighbour, server].map((address) => interfaceOf(address)),
        { subnets },
      ),
    );
    const [from] = [await world.task(client), await world.task(neighbour), await world.task(server)];
    assert.equal(await from.reach("tcp", neighbour, port), `from ${client}`);
    assert.equal(await from.tryToReach("tcp", server, port), "timeout");
  });
});
