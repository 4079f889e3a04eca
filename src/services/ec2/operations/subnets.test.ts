import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import { defaultVpcId, ec2World, ownVpc } from "../../../../test/support/ec2.ts";

test("a subnet reads back as it was made", async () => {
  const world = await ec2World();
  const { vpcId, subnetId } = await ownVpc(world);
  const { Subnets } = await world.ec2("DescribeSubnets", { SubnetIds: [subnetId] });
  assert.deepEqual(Subnets, [
    {
      SubnetId: subnetId,
      SubnetArn: `arn:aws:ec2:us-east-1:000000000000:subnet/${subnetId}`,
      OwnerId: "000000000000",
      VpcId: vpcId,
      State: "available",
      CidrBlock: "10.0.0.0/24",
      Ipv6CidrBlockAssociationSet: [],
      AvailabilityZone: "us-east-1a",
      AvailabilityZoneId: "use1-az1",
      AvailableIpAddressCount: 251,
      DefaultForAz: false,
      MapPublicIpOnLaunch: false,
      MapCustomerOwnedIpOnLaunch: false,
      AssignIpv6AddressOnCreation: false,
      EnableDns64: false,
      Ipv6Native: false,
      PrivateDnsNameOptionsOnLaunch: {
        HostnameType: "ip-name",
        EnableResourceNameDnsARecord: false,
        EnableResourceNameDnsAAAARecord: false,
      },
      BlockPublicAccessStates: { InternetGatewayBlockMode: "off" },
      Tags: [],
    },
  ]);
  assert.match(subnetId, /^subnet-0[0-9a-f]{16}$/);
});

test("ranges and zones of subnets", async () => {
  const world = await ec2World();
  const { vpcId: VpcId } = await ownVpc(world);
  const refused = async (CidrBlock: string, code: string, message: string) =>
    assert.rejects(world.ec2("CreateSubnet", { VpcId, CidrBlock }), isFault(code, message));
  await refused("10.1.0.0/24", "InvalidSubnet.Range", "The CIDR '10.1.0.0/24' is invalid.");
  await refused("10.0.1.0/29", "InvalidSubnet.Range", "The CIDR '10.0.1.0/29' is invalid.");
  await refused("10.0.0.0/15", "InvalidSubnet.Range", "The CIDR '10.0.0.0/15' is invalid.");
  const conflict = "The CIDR '10.0.0.128/25' conflicts with another subnet";
  await refused("10.0.0.128/25", "InvalidSubnet.Conflict", conflict);
  const second = await world.ec2("CreateSubnet", { VpcId, CidrBlock: "10.0.1.0/24" });
  assert.equal(second.Subnet!.AvailabilityZone, "us-east-1b");
  const named = { VpcId, CidrBlock: "10.0.2.0/24", AvailabilityZoneId: "use1-az3" };
  assert.equal((await world.ec2("CreateSubnet", named)).Subnet!.AvailabilityZone, "us-east-1c");
  await assert.rejects(
    world.ec2("CreateSubnet", { VpcId, CidrBlock: "10.0.3.0/24", AvailabilityZone: "us-east-1z" }),
    isFault(
      "InvalidParameterValue",
      "Value (us-east-1z) for parameter availabilityZone is invalid. Subnets can currently only be created in the " +
        "following availability zones: us-east-1a, us-east-1b, us-east-1c.",
    ),
  );
  await assert.rejects(world.ec2("CreateSubnet", { VpcId: "vpc-1" }), isFault("InvalidVpcID.NotFound"));
});

test("of subnets made at the same moment that overlap, one is made", async () => {
  const world = await ec2World();
  const { vpcId: VpcId } = await ownVpc(world);
  const made = await Promise.allSettled(
    ["10.0.8.0/24", "10.0.8.0/25", "10.0.0.0/20"].map((CidrBlock) => world.ec2("CreateSubnet", { VpcId, CidrBlock })),
  );
  assert.equal(made.filter((result) => result.status === "fulfilled").length, 1);
});

test("free addresses are counted as interfaces come and go", async () => {
  const world = await ec2World();
  const { subnetId: SubnetId } = await ownVpc(world);
  const free = async () => (await world.ec2("DescribeSubnets", { SubnetIds: [SubnetId] })).Subnets![0]!;
  const { NetworkInterface: eni } = await world.ec2("CreateNetworkInterface", { SubnetId });
  await world.ec2("CreateNetworkInterface", { SubnetId });
  assert.equal((await free()).AvailableIpAddressCount, 249);
  await assert.rejects(
    world.ec2("DeleteSubnet", { SubnetId }),
    isFault("DependencyViolation", `The subnet '${SubnetId}' has dependencies and cannot be deleted.`),
  );
  await world.ec2("DeleteNetworkInterface", { NetworkInterfaceId: eni!.NetworkInterfaceId! });
  assert.equal((await free()).AvailableIpAddressCount, 250);
  const byCount = [{ Name: "available-ip-address-count", Values: ["250"] }];
  assert.equal((await world.ec2("DescribeSubnets", { Filters: byCount })).Subnets!.length, 1);
});

test("a subnet is deleted, or an interface is made in it, never both", async () => {
  for (let round = 0; round < 10; round++) {
    const world = await ec2World();
    const { subnetId: SubnetId } = await ownVpc(world);
    const remove = () => world.ec2("DeleteSubnet", { SubnetId });
    const create = () => world.ec2("CreateNetworkInterface", { SubnetId });
    const [first, second] = round % 2 === 0 ? [remove, create] : [create, remove];
    const results = await Promise.allSettled([first(), second()]);
    assert.equal(results.filter((result) => result.status === "fulfilled").length, 1);
    const mine = [{ Name: "subnet-id", Values: [SubnetId] }];
    const { Subnets } = await world.ec2("DescribeSubnets", { Filters: mine });
    const { NetworkInterfaces } = await world.ec2("DescribeNetworkInterfaces", { Filters: mine });
    assert.equal(NetworkInterfaces!.length, Subnets!.length);
    if (Subnets!.length === 0) continue;
    // The deletion that gave way left the subnet open.
    await world.ec2("CreateNetworkInterface", { SubnetId });
  }
});

test("attributes of a subnet", async () => {
  const world = await ec2World();
  const { subnetId: SubnetId } = await ownVpc(world);
  await world.ec2("ModifySubnetAttribute", { SubnetId, MapPublicIpOnLaunch: { Value: true } });
  const { Subnets } = await world.ec2("DescribeSubnets", { SubnetIds: [SubnetId] });
  assert.equal(Subnets![0]!.MapPublicIpOnLaunch, true);
  await world.ec2("ModifySubnetAttribute", { SubnetId, AssignIpv6AddressOnCreation: { Value: false } });
  await assert.rejects(
    world.ec2("ModifySubnetAttribute", { SubnetId, AssignIpv6AddressOnCreation: { Value: true } }),
    isFault("UnsupportedOperation", /IPv6 is not available/),
  );
});

test("the default subnet of a zone can be made again", async () => {
  const world = await ec2World();
  const VpcId = await defaultVpcId(world);
  const inB = [{ Name: "availability-zone", Values: ["us-east-1b"] }];
  const before = (await world.ec2("DescribeSubnets", { Filters: inB })).Subnets![0]!;
  const AvailabilityZone = "us-east-1b";
  const message = `'${before.SubnetId}' is already the default subnet in us-east-1b.`;
  await assert.rejects(
    world.ec2("CreateDefaultSubnet", { AvailabilityZone }),
    isFault("DefaultSubnetAlreadyExistsInAvailabilityZone", message),
  );
  await world.ec2("DeleteSubnet", { SubnetId: before.SubnetId! });
  const { Subnet } = await world.ec2("CreateDefaultSubnet", { AvailabilityZone });
  assert.equal(Subnet!.CidrBlock, "172.31.16.0/20");
  assert.equal(Subnet!.DefaultForAz, true);
  await world.ec2("DeleteSubnet", { SubnetId: Subnet!.SubnetId! });
  await world.ec2("CreateSubnet", { VpcId, CidrBlock: "172.31.16.0/24" });
  const moved = await world.ec2("CreateDefaultSubnet", { AvailabilityZone });
  assert.equal(moved.Subnet!.CidrBlock, "172.31.48.0/20");
});
