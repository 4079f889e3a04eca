import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import { defaultVpcId, ec2World, ownVpc } from "../../../../test/support/ec2.ts";

const isDefault = [{ Name: "is-default", Values: ["true"] }];

test("every account has its default VPC in every region, without making it", async () => {
  const world = await ec2World();
  const { Vpcs } = await world.ec2("DescribeVpcs");
  assert.equal(Vpcs!.length, 1);
  const vpc = Vpcs![0]!;
  assert.match(vpc.VpcId!, /^vpc-0[0-9a-f]{16}$/);
  assert.equal(vpc.CidrBlock, "172.31.0.0/16");
  assert.equal(vpc.IsDefault, true);
  assert.equal(vpc.OwnerId, "000000000000");
  const again = await world.ec2("DescribeVpcs");
  assert.deepEqual(again.Vpcs, Vpcs);

  const { Subnets } = await world.ec2("DescribeSubnets");
  const shown = Subnets!.map((s) => [s.AvailabilityZone, s.CidrBlock, s.AvailableIpAddressCount]).sort();
  assert.deepEqual(shown, [
    ["us-east-1a", "172.31.0.0/20", 4091],
    ["us-east-1b", "172.31.16.0/20", 4091],
    ["us-east-1c", "172.31.32.0/20", 4091],
  ]);
  assert.ok(Subnets!.every((s) => s.MapPublicIpOnLaunch && s.DefaultForAz && s.VpcId === vpc.VpcId));

  const elsewhere = await world.ec2("DescribeVpcs", {}, { region: "eu-west-1" });
  const others = await world.ec2("DescribeVpcs", {}, { account: "111122223333" });
  assert.notEqual(elsewhere.Vpcs![0]!.VpcId, vpc.VpcId);
  assert.notEqual(others.Vpcs![0]!.VpcId, vpc.VpcId);
});

test("the default VPC leads out, and comes with its group, ACL and DHCP options", async () => {
  const { ec2 } = await ec2World();
  const { RouteTables } = await ec2("DescribeRouteTables");
  const { InternetGateways } = await ec2("DescribeInternetGateways");
  const igw = InternetGateways![0]!;
  assert.deepEqual(igw.Attachments, [{ VpcId: RouteTables![0]!.VpcId, State: "available" }]);
  assert.deepEqual(RouteTables![0]!.Routes, [
    { DestinationCidrBlock: "172.31.0.0/16", GatewayId: "local", Origin: "CreateRouteTable", State: "active" },
    {
      DestinationCidrBlock: "0.0.0.0/0",
      GatewayId: igw.InternetGatewayId,
      Origin: "CreateRoute",
      State: "active",
    },
  ]);
  const { SecurityGroups } = await ec2("DescribeSecurityGroups");
  const group = SecurityGroups![0]!;
  assert.equal(group.GroupName, "default");
  assert.equal(group.Description, "default VPC security group");
  assert.deepEqual(group.IpPermissions, [
    {
      IpProtocol: "-1",
      IpRanges: [],
      Ipv6Ranges: [],
      PrefixListIds: [],
      UserIdGroupPairs: [{ GroupId: group.GroupId, UserId: "000000000000" }],
    },
  ]);
  const { NetworkAcls } = await ec2("DescribeNetworkAcls");
  assert.equal(NetworkAcls![0]!.Associations!.length, 3);
  const { DhcpOptions } = await ec2("DescribeDhcpOptions");
  const { Vpcs } = await ec2("DescribeVpcs");
  assert.equal(DhcpOptions![0]!.DhcpOptionsId, Vpcs![0]!.DhcpOptionsId);
});

test("a deleted default VPC stays deleted until it is made again", async () => {
  const world = await ec2World();
  const { ec2 } = world;
  await assert.rejects(ec2("CreateDefaultVpc"), isFault("DefaultVpcAlreadyExists"));
  const first = await defaultVpcId(world);
  const { Subnets } = await ec2("DescribeSubnets");
  for (const subnet of Subnets!) await ec2("DeleteSubnet", { SubnetId: subnet.SubnetId! });
  const { InternetGateways } = await ec2("DescribeInternetGateways");
  const gateway = { InternetGatewayId: InternetGateways![0]!.InternetGatewayId!, VpcId: first };
  const message = `The vpc '${first}' has dependencies and cannot be deleted.`;
  await assert.rejects(ec2("DeleteVpc", { VpcId: first }), isFault("DependencyViolation", message));
  await ec2("DetachInternetGateway", gateway);
  await ec2("DeleteInternetGateway", gateway);
  await ec2("DeleteVpc", { VpcId: first });
  assert.deepEqual((await ec2("DescribeVpcs")).Vpcs, []);
  assert.deepEqual((await ec2("DescribeSecurityGroups")).SecurityGroups, []);
  assert.deepEqual((await ec2("DescribeRouteTables")).RouteTables, []);
  assert.deepEqual((await ec2("DescribeNetworkAcls")).NetworkAcls, []);
  await assert.rejects(
    ec2("CreateSecurityGroup", { GroupName: "web", Description: "web" }),
    isFault("VPCIdNotSpecified", "No default VPC for this user"),
  );
  const { Vpc } = await ec2("CreateDefaultVpc");
  assert.notEqual(Vpc!.VpcId, first);
  assert.equal(await defaultVpcId(world), Vpc!.VpcId);
  assert.equal((await ec2("DescribeSubnets")).Subnets!.length, 3);
});

test("ranges of VPCs", async () => {
  const { ec2 } = await ec2World();
  const { Vpc } = await ec2("CreateVpc", { CidrBlock: "100.68.0.18/18" });
  assert.equal(Vpc!.CidrBlock, "100.68.0.0/18");
  for (const CidrBlock of ["10.0.0.0/15", "10.0.0.0/29"]) {
    const message = `The CIDR '${CidrBlock}' is invalid.`;
    await assert.rejects(ec2("CreateVpc", { CidrBlock }), isFault("InvalidVpc.Range", message));
  }
  const message = "Value (10.0.0.0) for parameter cidrBlock is invalid. This is not a valid CIDR block.";
  await assert.rejects(ec2("CreateVpc", { CidrBlock: "10.0.0.0" }), isFault("InvalidParameterValue", message));
  await assert.rejects(ec2("CreateVpc", {}), isFault("MissingParameter"));
});

test("what is not honoured is refused", async () => {
  const { ec2 } = await ec2World();
  const refused = isFault("UnsupportedOperation");
  await assert.rejects(ec2("CreateVpc", { CidrBlock: "10.0.0.0/16", AmazonProvidedIpv6CidrBlock: true }), refused);
  await assert.rejects(ec2("CreateVpc", { Ipv4IpamPoolId: "ipam-pool-1" }), refused);
  await ec2("CreateVpc", { CidrBlock: "10.0.0.0/16", AmazonProvidedIpv6CidrBlock: false });
});

test("unknown VPCs", async () => {
  const { ec2 } = await ec2World();
  const message = "The vpc ID 'vpc-1' does not exist";
  await assert.rejects(ec2("DescribeVpcs", { VpcIds: ["vpc-1"] }), isFault("InvalidVpcID.NotFound", message));
  await assert.rejects(ec2("DeleteVpc", { VpcId: "vpc-1" }), isFault("InvalidVpcID.NotFound", message));
  const malformed = 'Invalid id: "web" (expecting "vpc-...")';
  await assert.rejects(ec2("DeleteVpc", { VpcId: "web" }), isFault("InvalidVpcId.Malformed", malformed));
});

test("another account's VPC is not there", async () => {
  const world = await ec2World();
  const VpcId = await defaultVpcId(world);
  const other = { account: "111122223333" };
  await assert.rejects(world.ec2("DescribeVpcs", { VpcIds: [VpcId] }, other), isFault("InvalidVpcID.NotFound"));
  await assert.rejects(world.ec2("DeleteVpc", { VpcId }, { region: "eu-west-1" }), isFault("InvalidVpcID.NotFound"));
});

test("attributes of a VPC", async () => {
  const world = await ec2World();
  const { ec2 } = world;
  const { vpcId: VpcId } = await ownVpc(world);
  const hostnames = async (id: string) =>
    (await ec2("DescribeVpcAttribute", { VpcId: id, Attribute: "enableDnsHostnames" })).EnableDnsHostnames;
  assert.deepEqual(await hostnames(await defaultVpcId(world)), { Value: true });
  assert.deepEqual(await hostnames(VpcId), { Value: false });
  await ec2("ModifyVpcAttribute", { VpcId, EnableDnsHostnames: { Value: true } });
  assert.deepEqual(await hostnames(VpcId), { Value: true });
  await ec2("ModifyVpcAttribute", { VpcId, EnableDnsHostnames: { Value: false } });
  assert.deepEqual(await hostnames(VpcId), { Value: false });
  await ec2("ModifyVpcAttribute", { VpcId, EnableDnsSupport: { Value: true } });
  const off = { VpcId, EnableDnsSupport: { Value: false } };
  await assert.rejects(ec2("ModifyVpcAttribute", off), isFault("UnsupportedOperation"));
});

test("a dry run does everything but", async () => {
  const { ec2 } = await ec2World();
  const dry = isFault("DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
  await assert.rejects(ec2("CreateVpc", { CidrBlock: "10.0.0.0/16", DryRun: true }), dry);
  await assert.rejects(ec2("DescribeVpcs", { DryRun: true }), dry);
  await assert.rejects(ec2("DeleteVpc", { VpcId: "vpc-1", DryRun: true }), isFault("InvalidVpcID.NotFound"));
  assert.equal((await ec2("DescribeVpcs")).Vpcs!.length, 1);
});

test("filters and pages", async () => {
  const { ec2 } = await ec2World();
  for (let i = 0; i < 12; i++) {
    const TagSpecifications = [{ ResourceType: "vpc" as const, Tags: [{ Key: "Name", Value: `web-${i}` }] }];
    await ec2("CreateVpc", { CidrBlock: `10.${i}.0.0/16`, TagSpecifications });
  }
  const found = async (Name: string, ...Values: string[]) =>
    (await ec2("DescribeVpcs", { Filters: [{ Name, Values }] })).Vpcs!.map((vpc) => vpc.CidrBlock).sort();
  assert.deepEqual(await found("cidr", "10.3.0.0/16", "172.31.*"), ["10.3.0.0/16", "172.31.0.0/16"]);
  assert.deepEqual(await found("tag:Name", "web-1", "web-7"), ["10.1.0.0/16", "10.7.0.0/16"]);
  assert.equal((await found("tag-key", "Name")).length, 12);
  await assert.rejects(found("colour", "red"), isFault("InvalidParameterValue", "The filter 'colour' is invalid"));

  const pages: string[][] = [];
  let NextToken: string | undefined;
  do {
    const page = await ec2("DescribeVpcs", { MaxResults: 5, ...(NextToken !== undefined && { NextToken }) });
    pages.push(page.Vpcs!.map((vpc) => vpc.VpcId!));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  assert.deepEqual(
    pages.map((page) => page.length),
    [5, 5, 3],
  );
  assert.equal(new Set(pages.flat()).size, 13);
  await assert.rejects(ec2("DescribeVpcs", { NextToken: "x" }), isFault("InvalidParameterValue"));
  const both = { VpcIds: [pages[0]![0]!], MaxResults: 5 };
  await assert.rejects(ec2("DescribeVpcs", both), isFault("InvalidParameterCombination"));
  const named = (await ec2("DescribeVpcs", { Filters: isDefault, VpcIds: [pages[0]![0]!] })).Vpcs!;
  assert.ok(named.length <= 1);
});
