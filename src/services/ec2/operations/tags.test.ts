import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { isFault } from "../../../../test/support/context.ts";
import { ec2World, ownVpc } from "../../../../test/support/ec2.ts";
import { mergeTags, withoutTags } from "../request/tags.ts";

const name = { Key: "Name", Value: "web" };

test("resources of every kind are tagged, found and untagged", async () => {
  const world = await ec2World();
  const { ec2 } = world;
  const { subnetId: SubnetId } = await ownVpc(world);
  const eni = (await ec2("CreateNetworkInterface", { SubnetId })).NetworkInterface!.NetworkInterfaceId!;
  const rules = (await ec2("DescribeSecurityGroupRules")).SecurityGroupRules!;
  const resources: Readonly<Record<string, string>> = {
    vpc: (await ec2("DescribeVpcs")).Vpcs![0]!.VpcId!,
    subnet: SubnetId,
    "security-group": (await ec2("DescribeSecurityGroups")).SecurityGroups![0]!.GroupId!,
    "security-group-rule": rules[0]!.SecurityGroupRuleId!,
    "network-interface": eni,
    "route-table": (await ec2("DescribeRouteTables")).RouteTables![0]!.RouteTableId!,
    "internet-gateway": (await ec2("DescribeInternetGateways")).InternetGateways![0]!.InternetGatewayId!,
    "network-acl": (await ec2("DescribeNetworkAcls")).NetworkAcls![0]!.NetworkAclId!,
    "dhcp-options": (await ec2("DescribeDhcpOptions")).DhcpOptions![0]!.DhcpOptionsId!,
    "elastic-ip": (await ec2("AllocateAddress")).AllocationId!,
  };
  const Resources = Object.values(resources);
  await ec2("CreateTags", { Resources, Tags: [name, { Key: "team", Value: "a" }] });
  await ec2("CreateTags", { Resources, Tags: [{ Key: "team", Value: "b" }] });
  const byTeam = await ec2("DescribeTags", { Filters: [{ Name: "key", Values: ["team"] }] });
  const found = byTeam.Tags!.map((tag) => [tag.ResourceType, tag.ResourceId, tag.Value]);
  const expected = Object.entries(resources).map(([type, id]) => [type, id, "b"]);
  assert.deepEqual(found.sort(), expected.sort());
  await ec2("DeleteTags", { Resources, Tags: [{ Key: "team", Value: "other" }, { Key: "Name" }] });
  const left = (await ec2("DescribeTags")).Tags!;
  assert.deepEqual([...new Set(left.map((tag) => tag.Key))], ["team"]);
  await ec2("DeleteTags", { Resources });
  assert.deepEqual((await ec2("DescribeTags")).Tags, []);
});

test("two rules of one group are tagged in one call", async () => {
  const { ec2 } = await ec2World();
  const rules = (await ec2("DescribeSecurityGroupRules")).SecurityGroupRules!;
  const Resources = rules.map((rule) => rule.SecurityGroupRuleId!);
  assert.equal(Resources.length, 2);
  await ec2("CreateTags", { Resources: [...Resources, rules[0]!.GroupId!], Tags: [name] });
  const { Tags } = await ec2("DescribeTags");
  assert.equal(Tags!.length, 3);
});

test("tags of services stay and do not count", () => {
  const ctx = { fault: (code: string, message: string) => new Fault(code, message) } as RequestContext;
  const service = { key: "aws:ecs:clusterName", value: "web" };
  assert.deepEqual(withoutTags([service, { key: "a", value: "b" }], []), [service]);
  const own = Array.from({ length: 50 }, (_, i) => ({ key: String(i), value: "" }));
  assert.equal(mergeTags(ctx, [service], own).length, 51);
});

test("tags that cannot be", async () => {
  const { ec2 } = await ec2World();
  const id = (await ec2("DescribeVpcs")).Vpcs![0]!.VpcId!;
  const tag = (...Tags: { Key?: string; Value?: string }[]) => ec2("CreateTags", { Resources: [id], Tags });
  const reserved = "Tag keys starting with 'aws:' are reserved for internal use";
  await assert.rejects(tag({ Key: "aws:x", Value: "" }), isFault("InvalidParameterValue", reserved));
  const twice = "Duplicate tag key 'Name' specified.";
  await assert.rejects(tag(name, name), isFault("InvalidParameterValue", twice));
  await assert.rejects(tag({ Key: "a".repeat(128), Value: "" }), isFault("InvalidParameterValue"));
  await assert.rejects(tag({ Key: "a", Value: "b".repeat(257) }), isFault("InvalidParameterValue"));
  const many = Array.from({ length: 51 }, (_, i) => ({ Key: String(i), Value: "" }));
  await assert.rejects(tag(...many), isFault("TagLimitExceeded"));
  await assert.rejects(
    ec2("CreateTags", { Resources: [id, "web"], Tags: [name] }),
    isFault("InvalidID", "The ID 'web' is not valid"),
  );
  assert.deepEqual((await ec2("DescribeTags")).Tags, []);
  const wrong = [{ ResourceType: "subnet" as const, Tags: [name] }];
  await assert.rejects(
    ec2("CreateVpc", { CidrBlock: "10.0.0.0/16", TagSpecifications: wrong }),
    isFault("InvalidParameterValue", "'subnet' is not a valid taggable resource type for this operation."),
  );
  await tag({ Key: "a", Value: "\u{1f6a2}".repeat(256) });
});

test("zones, regions and account attributes", async () => {
  const { ec2 } = await ec2World();
  const { AvailabilityZones } = await ec2("DescribeAvailabilityZones", {}, { region: "sa-east-1" });
  const zones = AvailabilityZones!.map((zone) => [zone.ZoneName, zone.ZoneId, zone.RegionName, zone.State]);
  assert.deepEqual(zones, [
    ["sa-east-1a", "sae1-az1", "sa-east-1", "available"],
    ["sa-east-1b", "sae1-az2", "sa-east-1", "available"],
    ["sa-east-1c", "sae1-az3", "sa-east-1", "available"],
  ]);
  const unknown = isFault("InvalidParameterValue", "Invalid availability zone: [us-east-1z]");
  await assert.rejects(ec2("DescribeAvailabilityZones", { ZoneNames: ["us-east-1z"] }), unknown);
  const { Regions } = await ec2("DescribeRegions", { RegionNames: ["mars-north-1"] });
  assert.deepEqual(Regions, [
    { RegionName: "mars-north-1", Endpoint: "127.0.0.1:4566", OptInStatus: "opt-in-not-required" },
  ]);
  assert.ok((await ec2("DescribeRegions")).Regions!.some((region) => region.RegionName === "us-east-1"));
  const { AccountAttributes } = await ec2("DescribeAccountAttributes", { AttributeNames: ["supported-platforms"] });
  const platforms = { AttributeName: "supported-platforms", AttributeValues: [{ AttributeValue: "VPC" }] };
  assert.deepEqual(AccountAttributes, [platforms]);
});
