import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import { type Ec2World, ec2World, ownVpc } from "../../../../test/support/ec2.ts";
import { aclSpec } from "../controllers/network/acl.ts";
import { networkAclKey } from "../model.ts";
import { canonicalIpv6Cidr } from "../request/ipv6.ts";

const here = { account: "000000000000", region: "us-east-1" };
const allowAll = { Protocol: "-1", RuleAction: "allow", CidrBlock: "0.0.0.0/0" } as const;
const denyAll = { Protocol: "-1", RuleAction: "deny", CidrBlock: "0.0.0.0/0", RuleNumber: 32767 } as const;

async function aclOf(world: Ec2World, subnetId: string) {
  const Filters = [{ Name: "association.subnet-id", Values: [subnetId] }];
  return (await world.ec2("DescribeNetworkAcls", { Filters })).NetworkAcls![0]!;
}

function specOf(world: Ec2World, networkAclId: string) {
  return world.store.get(networkAclKey(here, networkAclId)).then(({ value }) => aclSpec(value));
}

test("entries of the default ACL can be changed as those of others, its closing rules cannot", async () => {
  const world = await ec2World();
  const { subnetId } = await ownVpc(world);
  const { NetworkAclId: id } = await aclOf(world, subnetId);
  const NetworkAclId = id!;
  assert.equal(await specOf(world, NetworkAclId), undefined, "it lets everything pass");
  const taken = "The network acl entry identified by 100 already exists.";
  const open = { NetworkAclId, Egress: false, ...allowAll };
  await assert.rejects(
    world.ec2("CreateNetworkAclEntry", { ...open, RuleNumber: 100 }),
    isFault("NetworkAclEntryAlreadyExists", taken),
  );
  await world.ec2("DeleteNetworkAclEntry", { NetworkAclId, RuleNumber: 100, Egress: false });
  const gone = "The network acl entry identified by 100 does not exist";
  for (const name of ["DeleteNetworkAclEntry", "ReplaceNetworkAclEntry"] as const) {
    const again = world.ec2(name, { ...open, RuleNumber: 100 });
    await assert.rejects(again, isFault("InvalidNetworkAclEntry.NotFound", gone));
  }
  for (const RuleNumber of [0, 32767]) {
    await assert.rejects(world.ec2("CreateNetworkAclEntry", { ...open, RuleNumber }), isFault("InvalidParameterValue"));
  }
  await world.ec2("CreateNetworkAclEntry", {
    ...open,
    RuleNumber: 30,
    Protocol: "tcp",
    PortRange: { From: 80, To: 90 },
  });
  await world.ec2("CreateNetworkAclEntry", {
    ...open,
    RuleNumber: 20,
    Protocol: "17",
    PortRange: { From: 53, To: 53 },
  });
  await world.ec2("ReplaceNetworkAclEntry", { ...open, RuleNumber: 20, RuleAction: "deny", CidrBlock: "10.9.9.9/8" });
  assert.deepEqual((await aclOf(world, subnetId)).Entries, [
    { Egress: true, RuleNumber: 100, ...allowAll },
    { Egress: true, ...denyAll },
    { Egress: false, RuleNumber: 20, RuleAction: "deny", Protocol: "-1", CidrBlock: "10.0.0.0/8" },
    { Egress: false, ...allowAll, RuleNumber: 30, Protocol: "6", PortRange: { From: 80, To: 90 } },
    { Egress: false, ...denyAll },
  ]);
  assert.deepEqual(await specOf(world, NetworkAclId), {
    ingress: [
      { action: "deny", protocol: "-1", fromPort: -1, toPort: -1, cidr: "10.0.0.0/8" },
      { action: "allow", protocol: "6", fromPort: 80, toPort: 90, cidr: "0.0.0.0/0" },
    ],
    egress: [{ action: "allow", protocol: "-1", fromPort: -1, toPort: -1, cidr: "0.0.0.0/0" }],
  });
});

test("an ACL is a subnet's in place of the default one, and cannot be deleted then", async () => {
  const world = await ec2World();
  const { vpcId, subnetId } = await ownVpc(world);
  const before = await aclOf(world, subnetId);
  const made = (await world.ec2("CreateNetworkAcl", { VpcId: vpcId, ClientToken: "once" })).NetworkAcl!;
  const NetworkAclId = made.NetworkAclId!;
  assert.deepEqual(
    [made.IsDefault, made.Associations, made.Entries],
    [false, [], [true, false].map((Egress) => ({ Egress, ...denyAll }))],
  );
  const again = await world.ec2("CreateNetworkAcl", { VpcId: vpcId, ClientToken: "once" });
  assert.equal(again.NetworkAcl!.NetworkAclId, NetworkAclId);
  const AssociationId = before.Associations![0]!.NetworkAclAssociationId!;
  const { NewAssociationId } = await world.ec2("ReplaceNetworkAclAssociation", { AssociationId, NetworkAclId });
  const association = { NetworkAclAssociationId: NewAssociationId, NetworkAclId, SubnetId: subnetId };
  assert.deepEqual((await aclOf(world, subnetId)).Associations, [association]);
  await assert.rejects(
    world.ec2("ReplaceNetworkAclAssociation", { AssociationId, NetworkAclId }),
    isFault("InvalidAssociationID.NotFound", `The association ID '${AssociationId}' does not exist`),
  );
  const inUse = `The networkAcl '${NetworkAclId}' has dependencies and cannot be deleted.`;
  await assert.rejects(world.ec2("DeleteNetworkAcl", { NetworkAclId }), isFault("DependencyViolation", inUse));
  await world.ec2("DeleteSubnet", { SubnetId: subnetId });
  await assert.rejects(world.ec2("DeleteVpc", { VpcId: vpcId }), isFault("DependencyViolation"));
  await world.ec2("DeleteNetworkAcl", { NetworkAclId });
  await assert.rejects(
    world.ec2("DeleteNetworkAcl", { NetworkAclId: before.NetworkAclId! }),
    isFault("InvalidParameterValue"),
  );
  await world.ec2("DeleteVpc", { VpcId: vpcId });
  assert.equal(
    (await world.ec2("DescribeNetworkAcls", { Filters: [{ Name: "vpc-id", Values: [vpcId] }] })).NetworkAcls!.length,
    0,
  );
});

test("an ACL of one network is no subnet's of another", async () => {
  const world = await ec2World();
  const [one, other] = [await ownVpc(world), await ownVpc(world)];
  const AssociationId = (await aclOf(world, one.subnetId)).Associations![0]!.NetworkAclAssociationId!;
  const { NetworkAclId } = await aclOf(world, other.subnetId);
  const request = { AssociationId, NetworkAclId: NetworkAclId! };
  await assert.rejects(world.ec2("ReplaceNetworkAclAssociation", request), isFault("InvalidParameterValue"));
});

test("what entries say of ports, ICMP and IPv6", async () => {
  const world = await ec2World();
  const { vpcId } = await ownVpc(world);
  const NetworkAclId = (await world.ec2("CreateNetworkAcl", { VpcId: vpcId })).NetworkAcl!.NetworkAclId!;
  const entry = { NetworkAclId, Egress: true, RuleAction: "allow" as const, CidrBlock: "10.0.0.0/8" };
  const ipv6 = { ...entry, CidrBlock: undefined, Ipv6CidrBlock: "2001:DB8:0:0::1/32" };
  const create = (input: object) => world.ec2("CreateNetworkAclEntry", { RuleNumber: 1, ...entry, ...input } as never);
  await assert.rejects(create({ Protocol: "6" }), isFault("InvalidParameterValue"));
  await assert.rejects(create({ Protocol: "1" }), isFault("MissingParameter"));
  await assert.rejects(create({ Protocol: "cargo" }), isFault("InvalidParameterValue"));
  await assert.rejects(create({ Protocol: "-1", CidrBlock: undefined }), isFault("MissingParameter"));
  await assert.rejects(create({ Protocol: "-1", CidrBlock: "10.0.0.0" }), isFault("InvalidParameterValue"));
  await assert.rejects(create({ Protocol: "-1", Ipv6CidrBlock: "::/0" }), isFault("InvalidParameterCombination"));
  await assert.rejects(create({ ...ipv6, Protocol: "58" }), isFault("MissingParameter"));
  await create({ RuleNumber: 1, Protocol: "icmp", IcmpTypeCode: { Type: 8, Code: -1 } });
  await create({ RuleNumber: 2, Protocol: "50", PortRange: { From: 1, To: 2 } });
  await create({ RuleNumber: 3, ...ipv6, Protocol: "icmpv6", IcmpTypeCode: { Type: -1, Code: -1 } });
  const { NetworkAcls } = await world.ec2("DescribeNetworkAcls", { NetworkAclIds: [NetworkAclId] });
  const common = { Egress: true, RuleAction: "allow" };
  assert.deepEqual(NetworkAcls![0]!.Entries!.slice(0, 3), [
    { ...common, RuleNumber: 1, Protocol: "1", CidrBlock: "10.0.0.0/8", IcmpTypeCode: { Type: 8, Code: -1 } },
    { ...common, RuleNumber: 2, Protocol: "50", CidrBlock: "10.0.0.0/8" },
    { ...common, RuleNumber: 3, Protocol: "58", Ipv6CidrBlock: "2001:db8::/32", IcmpTypeCode: { Type: -1, Code: -1 } },
  ]);
  assert.equal((await specOf(world, NetworkAclId))!.egress.length, 2, "VPCs carry no IPv6");
});

test("ranges of IPv6 in canonical form", () => {
  const cases = { "::/0": "::/0", "2001:DB8::1/128": "2001:db8::1/128", "fd00:1:2:ffff::/50": "fd00:1:2:c000::/50" };
  for (const [text, expected] of Object.entries(cases)) assert.equal(canonicalIpv6Cidr(text), expected);
  for (const text of ["::", "::/129", "10.0.0.0/8", "fe80::1%eth0/64"])
    assert.equal(canonicalIpv6Cidr(text), undefined);
});
