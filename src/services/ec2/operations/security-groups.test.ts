import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import { defaultVpcId, type Ec2World, ec2World, ownVpc } from "../../../../test/support/ec2.ts";

const everywhere = [{ CidrIp: "0.0.0.0/0" }];
const http = { IpProtocol: "tcp", FromPort: 80, ToPort: 80, IpRanges: everywhere };

async function newGroup(world: Ec2World, GroupName = "web", VpcId?: string): Promise<string> {
  const input = { GroupName, Description: `${GroupName} servers`, ...(VpcId !== undefined && { VpcId }) };
  return (await world.ec2("CreateSecurityGroup", input)).GroupId!;
}

async function group(world: Ec2World, GroupId: string) {
  return (await world.ec2("DescribeSecurityGroups", { GroupIds: [GroupId] })).SecurityGroups![0]!;
}

test("a new group lets everything out and nothing in", async () => {
  const world = await ec2World();
  const GroupId = await newGroup(world);
  const permission = { IpProtocol: "-1", Ipv6Ranges: [], PrefixListIds: [], UserIdGroupPairs: [] };
  assert.deepEqual(await group(world, GroupId), {
    GroupId,
    GroupName: "web",
    Description: "web servers",
    OwnerId: "000000000000",
    VpcId: await defaultVpcId(world),
    SecurityGroupArn: `arn:aws:ec2:us-east-1:000000000000:security-group/${GroupId}`,
    IpPermissions: [],
    IpPermissionsEgress: [{ ...permission, IpRanges: everywhere }],
    Tags: [],
  });
  assert.match(GroupId, /^sg-0[0-9a-f]{16}$/);
});

test("names of groups", async () => {
  const world = await ec2World();
  const { vpcId } = await ownVpc(world);
  await newGroup(world);
  await newGroup(world, "web", vpcId);
  const VpcId = await defaultVpcId(world);
  const duplicate = `The security group 'web' already exists for VPC '${VpcId}'`;
  const cases: readonly [string, string, string | RegExp][] = [
    ["web", "InvalidGroup.Duplicate", duplicate],
    ["default", "InvalidParameterValue", "Cannot use reserved security group name: default"],
    ["sg-web", "InvalidParameterValue", /may not be in the format sg-\*/],
    ["w\u00e9b", "InvalidParameterValue", /Invalid security group name/],
    ["a".repeat(256), "InvalidParameterValue", /Invalid security group name/],
  ];
  for (const [GroupName, code, message] of cases) {
    const made = world.ec2("CreateSecurityGroup", { GroupName, Description: "d" });
    await assert.rejects(made, isFault(code, message));
  }
  const named = await world.ec2("DescribeSecurityGroups", { GroupNames: ["web"] });
  assert.equal(named.SecurityGroups![0]!.VpcId, VpcId);
  await assert.rejects(
    world.ec2("DescribeSecurityGroups", { GroupNames: ["api"] }),
    isFault("InvalidGroup.NotFound", `The security group 'api' does not exist in default VPC '${VpcId}'`),
  );
  const both = ["a", "a"].map((name) => newGroup(world, name));
  const results = await Promise.allSettled(both);
  assert.equal(results.filter((result) => result.status === "fulfilled").length, 1);
});

test("what keeps a group from being deleted", async () => {
  const world = await ec2World();
  const { vpcId, subnetId: SubnetId } = await ownVpc(world);
  const [web, db] = [await newGroup(world, "web", vpcId), await newGroup(world, "db", vpcId)];
  const remove = (GroupId: string) => world.ec2("DeleteSecurityGroup", { GroupId });
  const used = isFault("DependencyViolation", `resource ${web} has a dependent object`);
  const fromWeb = [{ IpProtocol: "tcp", FromPort: 5432, ToPort: 5432, UserIdGroupPairs: [{ GroupId: web }] }];
  await world.ec2("AuthorizeSecurityGroupIngress", { GroupId: db, IpPermissions: fromWeb });
  await assert.rejects(remove(web), used);
  await world.ec2("RevokeSecurityGroupIngress", { GroupId: db, IpPermissions: fromWeb });
  const { NetworkInterface: eni } = await world.ec2("CreateNetworkInterface", { SubnetId, Groups: [web] });
  await assert.rejects(remove(web), used);
  await world.ec2("DeleteNetworkInterface", { NetworkInterfaceId: eni!.NetworkInterfaceId! });
  assert.deepEqual(await remove(web), { Return: true, GroupId: web });
  await assert.rejects(remove(web), isFault("InvalidGroup.NotFound", `The security group '${web}' does not exist`));
  await newGroup(world, "web", vpcId);
  const ofVpc = [
    { Name: "vpc-id", Values: [vpcId] },
    { Name: "group-name", Values: ["default"] },
  ];
  const { SecurityGroups } = await world.ec2("DescribeSecurityGroups", { Filters: ofVpc });
  const id = SecurityGroups![0]!.GroupId!;
  const message = `the specified group: "${id}" name: "default" cannot be deleted by a user`;
  await assert.rejects(remove(id), isFault("CannotDelete", message));
});

test("a group may name itself and still be deleted", async () => {
  const world = await ec2World();
  const GroupId = await newGroup(world);
  const IpPermissions = [{ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId }] }];
  await world.ec2("AuthorizeSecurityGroupIngress", { GroupId, IpPermissions });
  await world.ec2("DeleteSecurityGroup", { GroupId });
});

test("rules come in one by one, and read back as permissions and as rules", async () => {
  const world = await ec2World();
  const GroupId = await newGroup(world);
  const { SecurityGroupRules } = await world.ec2("AuthorizeSecurityGroupIngress", {
    GroupId,
    IpPermissions: [{ ...http, IpRanges: [{ CidrIp: "10.1.2.3/8", Description: "inside" }, ...everywhere] }],
  });
  assert.deepEqual(
    SecurityGroupRules!.map((rule) => [rule.CidrIpv4, rule.FromPort, rule.ToPort, rule.IsEgress, rule.Description]),
    [
      ["10.0.0.0/8", 80, 80, false, "inside"],
      ["0.0.0.0/0", 80, 80, false, undefined],
    ],
  );
  assert.match(SecurityGroupRules![0]!.SecurityGroupRuleId!, /^sgr-0[0-9a-f]{16}$/);
  assert.deepEqual((await group(world, GroupId)).IpPermissions, [
    {
      IpProtocol: "tcp",
      FromPort: 80,
      ToPort: 80,
      IpRanges: [{ CidrIp: "10.0.0.0/8", Description: "inside" }, { CidrIp: "0.0.0.0/0" }],
      Ipv6Ranges: [],
      PrefixListIds: [],
      UserIdGroupPairs: [],
    },
  ]);
  const ofGroup = [{ Name: "group-id", Values: [GroupId] }];
  const listed = await world.ec2("DescribeSecurityGroupRules", { Filters: ofGroup });
  assert.equal(listed.SecurityGroupRules!.length, 3);
  const ids = [SecurityGroupRules![0]!.SecurityGroupRuleId!];
  const one = await world.ec2("DescribeSecurityGroupRules", { SecurityGroupRuleIds: ids });
  assert.deepEqual(one.SecurityGroupRules, [SecurityGroupRules![0]]);
  await assert.rejects(
    world.ec2("DescribeSecurityGroupRules", { SecurityGroupRuleIds: ids }, { account: "111122223333" }),
    isFault("InvalidSecurityGroupRuleId.NotFound"),
  );
});

test("rules that cannot be added", async () => {
  const world = await ec2World();
  const { vpcId } = await ownVpc(world);
  const GroupId = await newGroup(world);
  const elsewhere = await newGroup(world, "other", vpcId);
  await world.ec2("AuthorizeSecurityGroupIngress", { GroupId, IpPermissions: [http] });
  const duplicate = 'the specified rule "peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW" already exists';
  const tcp = (FromPort: number, ToPort: number) => ({ ...http, FromPort, ToPort });
  const pair = (id: string) => ({ IpProtocol: "-1", UserIdGroupPairs: [{ GroupId: id }] });
  const networks = "You have specified two resources that belong to different networks.";
  const cases: readonly [object, string, string | RegExp][] = [
    [http, "InvalidPermission.Duplicate", duplicate],
    [{ ...http, IpRanges: [{ CidrIp: "1.2.3.4/0" }] }, "InvalidPermission.Duplicate", duplicate],
    [tcp(90, 80), "InvalidParameterValue", "Invalid TCP/UDP port range (90:80)"],
    [tcp(0, 65536), "InvalidParameterValue", "TCP/UDP port (65536) out of range"],
    [{ IpProtocol: "tcp", IpRanges: everywhere }, "InvalidParameterValue", /Must specify both from and to ports/],
    [{ ...http, IpProtocol: "xyz" }, "InvalidParameterValue", /Invalid value 'xyz' for IP protocol/],
    [
      { ...http, IpRanges: [{ CidrIp: "10.0.0.0/33" }] },
      "InvalidParameterValue",
      "CIDR block 10.0.0.0/33 is malformed",
    ],
    [{ ...http, IpRanges: [...everywhere, ...everywhere], FromPort: 1 }, "InvalidParameterValue", /multiple times/],
    [{ IpProtocol: "-1", Ipv6Ranges: [{ CidrIpv6: "::/129" }] }, "InvalidParameterValue", /::\/129 is malformed/],
    [{ IpProtocol: "-1" }, "MissingParameter", /^Missing source specification: include source security group or/],
    [{ IpProtocol: "-1", UserIdGroupPairs: [{}] }, "MissingParameter", "Source group ID missing."],
    [pair("sg-1"), "InvalidGroup.NotFound", "The security group 'sg-1' does not exist"],
    [pair(elsewhere), "InvalidGroup.NotFound", networks],
  ];
  for (const [permission, code, message] of cases) {
    const added = world.ec2("AuthorizeSecurityGroupIngress", { GroupId, IpPermissions: [permission] });
    await assert.rejects(added, isFault(code, message), JSON.stringify(permission));
  }
  const many = Array.from({ length: 60 }, (_, i) => ({ CidrIp: `10.0.${i}.0/24` }));
  const IpPermissions = [{ ...http, IpRanges: many }];
  await assert.rejects(
    world.ec2("AuthorizeSecurityGroupIngress", { GroupId, IpPermissions }),
    isFault("RulesPerSecurityGroupLimitExceeded"),
  );
  assert.equal((await group(world, GroupId)).IpPermissions!.length, 1);
});

test("the same ports in other words are the same rule", async () => {
  const world = await ec2World();
  const GroupId = await newGroup(world);
  const pairs: readonly [object, object][] = [
    [http, { ...http, IpProtocol: "6" }],
    [{ IpProtocol: "-1", FromPort: 0, ToPort: 0 }, { IpProtocol: "all" }],
    [{ IpProtocol: "icmp" }, { IpProtocol: "1", FromPort: -1, ToPort: -1 }],
  ];
  for (const [first, second] of pairs) {
    const add = (one: object) =>
      world.ec2("AuthorizeSecurityGroupIngress", { GroupId, IpPermissions: [{ IpRanges: everywhere, ...one }] });
    await add(first);
    await assert.rejects(add(second), isFault("InvalidPermission.Duplicate"));
  }
});

test("rules are revoked by what they allow or by their ids", async () => {
  const world = await ec2World();
  const GroupId = await newGroup(world, "web", (await ownVpc(world)).vpcId);
  const { SecurityGroupRules } = await world.ec2("AuthorizeSecurityGroupIngress", {
    GroupId,
    IpPermissions: [http, { ...http, FromPort: 443, ToPort: 443 }],
  });
  const single = { IpProtocol: "tcp", FromPort: 80, ToPort: 80 };
  const revoked = await world.ec2("RevokeSecurityGroupIngress", { GroupId, CidrIp: "0.0.0.0/0", ...single });
  assert.equal(revoked.RevokedSecurityGroupRules![0]!.SecurityGroupRuleId, SecurityGroupRules![0]!.SecurityGroupRuleId);
  const byId = { GroupId, SecurityGroupRuleIds: [SecurityGroupRules![1]!.SecurityGroupRuleId!] };
  const notFound = isFault("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
  await assert.rejects(world.ec2("RevokeSecurityGroupEgress", byId), notFound);
  await world.ec2("RevokeSecurityGroupIngress", byId);
  assert.deepEqual((await group(world, GroupId)).IpPermissions, []);
  await assert.rejects(world.ec2("RevokeSecurityGroupIngress", byId), isFault("InvalidSecurityGroupRuleId.NotFound"));
  await assert.rejects(world.ec2("RevokeSecurityGroupIngress", { GroupId, IpPermissions: [http] }), notFound);
  // Terraform takes away the default rule for IPv6, which other groups have.
  const ipv6 = { GroupId, IpPermissions: [{ IpProtocol: "-1", Ipv6Ranges: [{ CidrIpv6: "::/0" }] }] };
  await assert.rejects(world.ec2("RevokeSecurityGroupEgress", ipv6), notFound);
  await world.ec2("RevokeSecurityGroupEgress", {
    GroupId,
    IpPermissions: [{ IpProtocol: "-1", IpRanges: everywhere }],
  });
  assert.deepEqual((await group(world, GroupId)).IpPermissionsEgress, []);
});

test("in the default VPC rules that there are not are told of, and the others revoked", async () => {
  const world = await ec2World();
  const GroupId = await newGroup(world);
  await world.ec2("AuthorizeSecurityGroupIngress", { GroupId, IpPermissions: [http] });
  const ipv6 = { IpProtocol: "-1", Ipv6Ranges: [{ CidrIpv6: "::/0" }] };
  const IpPermissions = [http, { ...http, FromPort: 81, ToPort: 81 }, ipv6];
  const answer = await world.ec2("RevokeSecurityGroupIngress", { GroupId, IpPermissions });
  const none = { IpRanges: [], PrefixListIds: [], UserIdGroupPairs: [] };
  const noOthers = { Ipv6Ranges: [], PrefixListIds: [], UserIdGroupPairs: [] };
  assert.deepEqual(answer.UnknownIpPermissions, [
    { ...http, FromPort: 81, ToPort: 81, ...noOthers },
    { ...none, ...ipv6 },
  ]);
  assert.deepEqual([answer.Return, answer.RevokedSecurityGroupRules!.length], [true, 1]);
  assert.deepEqual((await group(world, GroupId)).IpPermissions, []);
});

test("rules may name ranges of IPv6, which are kept and have no packets to decide about", async () => {
  const world = await ec2World();
  const { vpcId } = await ownVpc(world);
  const GroupId = await newGroup(world, "web", vpcId);
  const Ipv6Ranges = [{ CidrIpv6: "2001:DB8:0::1/32", Description: "office" }, { CidrIpv6: "::/0" }];
  const both = { ...http, Ipv6Ranges };
  const ping = { IpProtocol: "58", FromPort: 128, ToPort: -1, Ipv6Ranges: [{ CidrIpv6: "::/0" }] };
  const added = await world.ec2("AuthorizeSecurityGroupIngress", { GroupId, IpPermissions: [both, ping] });
  assert.deepEqual(
    added.SecurityGroupRules!.map((rule) => rule.CidrIpv4 ?? rule.CidrIpv6),
    ["0.0.0.0/0", "2001:db8::/32", "::/0", "::/0"],
  );
  const kept = [{ CidrIpv6: "2001:db8::/32", Description: "office" }, { CidrIpv6: "::/0" }];
  const noOthers = { PrefixListIds: [], UserIdGroupPairs: [] };
  assert.deepEqual((await group(world, GroupId)).IpPermissions, [
    { ...http, Ipv6Ranges: kept, ...noOthers },
    { ...ping, IpProtocol: "icmpv6", IpRanges: [], ...noOthers },
  ]);
  await assert.rejects(
    world.ec2("AuthorizeSecurityGroupIngress", { GroupId, IpPermissions: [{ ...http, IpRanges: [], Ipv6Ranges }] }),
    isFault("InvalidPermission.Duplicate", /peer: 2001:db8::\/32, TCP, from port: 80/),
  );
  const SecurityGroupRuleId = added.SecurityGroupRules![3]!.SecurityGroupRuleId!;
  const SecurityGroupRule = { IpProtocol: "tcp", FromPort: 22, ToPort: 22, CidrIpv6: "fd00::/8" };
  await world.ec2("ModifySecurityGroupRules", {
    GroupId,
    SecurityGroupRules: [{ SecurityGroupRuleId, SecurityGroupRule }],
  });
  const revoked = await world.ec2("RevokeSecurityGroupIngress", {
    GroupId,
    IpPermissions: [{ ...SecurityGroupRule, Ipv6Ranges: [{ CidrIpv6: "fd00::/8" }] }],
  });
  assert.equal(revoked.RevokedSecurityGroupRules![0]!.CidrIpv6, "fd00::/8");
});

test("rules are modified in place", async () => {
  const world = await ec2World();
  const GroupId = await newGroup(world);
  const https = { ...http, FromPort: 443, ToPort: 443 };
  const added = await world.ec2("AuthorizeSecurityGroupIngress", { GroupId, IpPermissions: [http, https] });
  const SecurityGroupRuleId = added.SecurityGroupRules![0]!.SecurityGroupRuleId!;
  const modify = (SecurityGroupRule: object) =>
    world.ec2("ModifySecurityGroupRules", {
      GroupId,
      SecurityGroupRules: [{ SecurityGroupRuleId, SecurityGroupRule }],
    });
  const cidr = { IpProtocol: "tcp", CidrIpv4: "0.0.0.0/0" };
  await assert.rejects(modify({ ...cidr, FromPort: 443, ToPort: 443 }), isFault("InvalidPermission.Duplicate"));
  await modify({ IpProtocol: "udp", FromPort: 53, ToPort: 53, ReferencedGroupId: GroupId, Description: "names" });
  const ids = { SecurityGroupRuleIds: [SecurityGroupRuleId] };
  const shown = async () => (await world.ec2("DescribeSecurityGroupRules", ids)).SecurityGroupRules![0]!;
  const rule = await shown();
  assert.deepEqual([rule.IpProtocol, rule.FromPort, rule.CidrIpv4, rule.Description], ["udp", 53, undefined, "names"]);
  assert.equal(rule.ReferencedGroupInfo!.GroupId, GroupId);
  await world.ec2("UpdateSecurityGroupRuleDescriptionsIngress", {
    GroupId,
    SecurityGroupRuleDescriptions: [{ SecurityGroupRuleId, Description: "resolvers" }],
  });
  assert.equal((await shown()).Description, "resolvers");
  const UserIdGroupPairs = [{ GroupId }];
  const IpPermissions = [{ IpProtocol: "udp", FromPort: 53, ToPort: 53, UserIdGroupPairs }];
  await world.ec2("UpdateSecurityGroupRuleDescriptionsIngress", { GroupId, IpPermissions });
  assert.equal((await shown()).Description, undefined);
});

test("filters of groups", async () => {
  const world = await ec2World();
  const [web, db] = [await newGroup(world), await newGroup(world, "db")];
  await world.ec2("AuthorizeSecurityGroupIngress", { GroupId: web, IpPermissions: [http] });
  const IpPermissions = [{ IpProtocol: "tcp", FromPort: 5432, ToPort: 5432, UserIdGroupPairs: [{ GroupId: web }] }];
  await world.ec2("AuthorizeSecurityGroupIngress", { GroupId: db, IpPermissions });
  const cases: readonly [string, string, readonly string[]][] = [
    ["ip-permission.from-port", "80", [web]],
    ["ip-permission.cidr", "0.0.0.0/0", [web]],
    ["ip-permission.group-id", web, [db]],
    ["ip-permission.group-name", "web", [db]],
    ["egress.ip-permission.protocol", "tcp", []],
    ["description", "* servers", [db, web].sort()],
    ["group-name", "d?", [db]],
  ];
  for (const [Name, value, expected] of cases) {
    const { SecurityGroups } = await world.ec2("DescribeSecurityGroups", { Filters: [{ Name, Values: [value] }] });
    const found = SecurityGroups!.map((one) => one.GroupId);
    assert.deepEqual(found, expected, `${Name} ${value}`);
  }
});
