import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import { type Ec2World, ec2World, ownVpc } from "../../../../test/support/ec2.ts";
import { egressOf, subnetKey, subnets } from "../model.ts";

async function gatewayFor(world: Ec2World, VpcId: string): Promise<string> {
  const made = await world.ec2("CreateInternetGateway");
  const InternetGatewayId = made.InternetGateway!.InternetGatewayId!;
  await world.ec2("AttachInternetGateway", { InternetGatewayId, VpcId });
  return InternetGatewayId;
}

async function tableFor(world: Ec2World, VpcId: string): Promise<string> {
  return (await world.ec2("CreateRouteTable", { VpcId })).RouteTable!.RouteTableId!;
}

async function mainTable(world: Ec2World, vpcId: string) {
  const Filters = [
    { Name: "vpc-id", Values: [vpcId] },
    { Name: "association.main", Values: ["true"] },
  ];
  return (await world.ec2("DescribeRouteTables", { Filters })).RouteTables![0]!;
}

const toAll = { DestinationCidrBlock: "0.0.0.0/0" };

function egress(world: Ec2World, subnetId: string): string {
  const key = subnetKey({ account: "000000000000", region: "us-east-1" }, subnetId);
  return egressOf(world.store, world.store.view(subnets).get(key)!.value);
}

test("a subnet leads out by its own route table or by the main one", async () => {
  const world = await ec2World();
  const { vpcId, subnetId: SubnetId } = await ownVpc(world);
  assert.equal(egress(world, SubnetId), "none");
  const GatewayId = await gatewayFor(world, vpcId);
  const main = await mainTable(world, vpcId);
  await world.ec2("CreateRoute", { RouteTableId: main.RouteTableId!, ...toAll, GatewayId });
  assert.equal(egress(world, SubnetId), "internet-gateway");

  const RouteTableId = await tableFor(world, vpcId);
  const { AssociationId } = await world.ec2("AssociateRouteTable", { RouteTableId, SubnetId });
  assert.equal(egress(world, SubnetId), "none");
  await world.ec2("CreateRoute", { RouteTableId, ...toAll, GatewayId });
  assert.equal(egress(world, SubnetId), "internet-gateway");
  await world.ec2("DetachInternetGateway", { InternetGatewayId: GatewayId, VpcId: vpcId });
  assert.equal(egress(world, SubnetId), "none");
  const shown = (await world.ec2("DescribeRouteTables", { RouteTableIds: [RouteTableId] })).RouteTables![0]!;
  assert.equal(shown.Routes![1]!.State, "blackhole");
  await world.ec2("AttachInternetGateway", { InternetGatewayId: GatewayId, VpcId: vpcId });
  await world.ec2("DeleteRoute", { RouteTableId, ...toAll });
  assert.equal(egress(world, SubnetId), "none");
  await world.ec2("DisassociateRouteTable", { AssociationId: AssociationId! });
  assert.equal(egress(world, SubnetId), "internet-gateway");
});

test("a private subnet leads out through a NAT gateway in a public one", async () => {
  const world = await ec2World();
  const { vpcId, subnetId: SubnetId } = await ownVpc(world);
  const inside = await world.ec2("CreateSubnet", { VpcId: vpcId, CidrBlock: "10.0.1.0/24" });
  const insideId = inside.Subnet!.SubnetId!;
  const { AllocationId, PublicIp } = await world.ec2("AllocateAddress", { Domain: "vpc" });
  const nat = { SubnetId, AllocationId: AllocationId! };
  await assert.rejects(world.ec2("CreateNatGateway", nat), isFault("Gateway.NotAttached"));
  const GatewayId = await gatewayFor(world, vpcId);
  await assert.rejects(world.ec2("CreateNatGateway", { SubnetId }), isFault("MissingParameter"));
  const made = await world.ec2("CreateNatGateway", nat);
  const NatGatewayId = made.NatGateway!.NatGatewayId!;
  assert.equal(made.NatGateway!.State, "available");
  assert.equal(made.NatGateway!.NatGatewayAddresses![0]!.PublicIp, PublicIp);
  await assert.rejects(world.ec2("CreateNatGateway", nat), isFault("Resource.AlreadyAssociated"));
  const release = () => world.ec2("ReleaseAddress", { AllocationId: AllocationId! });
  await assert.rejects(release(), isFault("InvalidIPAddress.InUse"));
  const { AssociationId } = (await world.ec2("DescribeAddresses")).Addresses![0]!;
  const disassociate = () => world.ec2("DisassociateAddress", { AssociationId: AssociationId! });
  await assert.rejects(disassociate(), isFault("AuthFailure"));

  const main = await mainTable(world, vpcId);
  await world.ec2("CreateRoute", { RouteTableId: main.RouteTableId!, ...toAll, NatGatewayId });
  assert.equal(egress(world, insideId), "none", "the gateway's own subnet does not lead out yet");
  const RouteTableId = await tableFor(world, vpcId);
  await world.ec2("CreateRoute", { RouteTableId, ...toAll, GatewayId });
  await world.ec2("AssociateRouteTable", { RouteTableId, SubnetId });
  assert.equal(egress(world, insideId), "nat-gateway");
  const detach = { InternetGatewayId: GatewayId, VpcId: vpcId };
  await assert.rejects(world.ec2("DetachInternetGateway", detach), isFault("DependencyViolation"));

  await world.ec2("DeleteNatGateway", { NatGatewayId });
  assert.equal(egress(world, insideId), "none");
  const message = `The Nat Gateway ${NatGatewayId} was not found`;
  const described = world.ec2("DescribeNatGateways", { NatGatewayIds: [NatGatewayId] });
  await assert.rejects(described, isFault("NatGatewayNotFound", message));
  assert.deepEqual((await world.ec2("DescribeNetworkInterfaces")).NetworkInterfaces, []);
  await assert.rejects(disassociate(), isFault("InvalidAssociationID.NotFound"));
  await release();
  assert.deepEqual((await world.ec2("DescribeAddresses")).Addresses, []);
});

test("a private NAT gateway leads nowhere outside", async () => {
  const world = await ec2World();
  const { vpcId, subnetId: SubnetId } = await ownVpc(world);
  const inside = await world.ec2("CreateSubnet", { VpcId: vpcId, CidrBlock: "10.0.1.0/24" });
  const GatewayId = await gatewayFor(world, vpcId);
  const RouteTableId = await tableFor(world, vpcId);
  await world.ec2("CreateRoute", { RouteTableId, ...toAll, GatewayId });
  await world.ec2("AssociateRouteTable", { RouteTableId, SubnetId });
  const { NatGateway } = await world.ec2("CreateNatGateway", { SubnetId, ConnectivityType: "private" });
  const NatGatewayId = NatGateway!.NatGatewayId!;
  const main = await mainTable(world, vpcId);
  await world.ec2("CreateRoute", { RouteTableId: main.RouteTableId!, ...toAll, NatGatewayId });
  assert.equal(egress(world, inside.Subnet!.SubnetId!), "none");
});

test("the main association moves to another table", async () => {
  const world = await ec2World();
  const { vpcId } = await ownVpc(world);
  const main = await mainTable(world, vpcId);
  const AssociationId = main.Associations![0]!.RouteTableAssociationId!;
  const RouteTableId = await tableFor(world, vpcId);
  const cannot = `cannot disassociate the main route table association ${AssociationId}`;
  await assert.rejects(
    world.ec2("DisassociateRouteTable", { AssociationId }),
    isFault("InvalidParameterValue", cannot),
  );
  const violation = `The routeTable '${main.RouteTableId}' has dependencies and cannot be deleted.`;
  await assert.rejects(
    world.ec2("DeleteRouteTable", { RouteTableId: main.RouteTableId! }),
    isFault("DependencyViolation", violation),
  );
  await world.ec2("ReplaceRouteTableAssociation", { AssociationId, RouteTableId });
  assert.equal((await mainTable(world, vpcId)).RouteTableId, RouteTableId);
  await world.ec2("DeleteRouteTable", { RouteTableId: main.RouteTableId! });
  await world.ec2("DescribeSubnets");
});

test("a subnet's association moves, and goes with the subnet", async () => {
  const world = await ec2World();
  const { vpcId, subnetId: SubnetId } = await ownVpc(world);
  const [first, second] = [await tableFor(world, vpcId), await tableFor(world, vpcId)];
  const made = await world.ec2("AssociateRouteTable", { RouteTableId: first, SubnetId });
  const message = `the specified association for route table ${second} conflicts with an existing association`;
  const again = world.ec2("AssociateRouteTable", { RouteTableId: second, SubnetId });
  await assert.rejects(again, isFault("Resource.AlreadyAssociated", message));
  const AssociationId = made.AssociationId!;
  const moved = await world.ec2("ReplaceRouteTableAssociation", { AssociationId, RouteTableId: second });
  assert.notEqual(moved.NewAssociationId, AssociationId);
  const foreign = world.ec2(
    "DisassociateRouteTable",
    { AssociationId: moved.NewAssociationId! },
    { region: "eu-west-1" },
  );
  await assert.rejects(foreign, isFault("InvalidAssociationID.NotFound"));
  await world.ec2("DeleteRouteTable", { RouteTableId: first });
  const bySubnet = [{ Name: "association.subnet-id", Values: [SubnetId] }];
  const { RouteTables } = await world.ec2("DescribeRouteTables", { Filters: bySubnet });
  assert.deepEqual(
    RouteTables!.map((table) => table.RouteTableId),
    [second],
  );
  await world.ec2("DeleteSubnet", { SubnetId });
  await world.ec2("DeleteRouteTable", { RouteTableId: second });
});

test("routes that cannot be made or removed", async () => {
  const world = await ec2World();
  const { vpcId } = await ownVpc(world);
  const other = (await world.ec2("CreateVpc", { CidrBlock: "10.9.0.0/16" })).Vpc!.VpcId!;
  const [GatewayId, foreign] = [await gatewayFor(world, vpcId), await gatewayFor(world, other)];
  const RouteTableId = await tableFor(world, vpcId);
  const add = (input: object) => world.ec2("CreateRoute", { RouteTableId, ...input });
  const remove = (DestinationCidrBlock: string) => world.ec2("DeleteRoute", { RouteTableId, DestinationCidrBlock });
  await add({ ...toAll, GatewayId });
  const exists = "The route identified by 0.0.0.0/0 already exists.";
  await assert.rejects(add({ ...toAll, GatewayId }), isFault("RouteAlreadyExists", exists));
  const networks = `route table ${RouteTableId} and network gateway ${foreign} belong to different networks`;
  await assert.rejects(add({ ...toAll, GatewayId: foreign }), isFault("InvalidParameterValue", networks));
  const partial = { DestinationCidrBlock: "198.51.100.0/24", GatewayId };
  await assert.rejects(add(partial), isFault("UnsupportedOperation"));
  await assert.rejects(add({ ...toAll, TransitGatewayId: "tgw-1" }), isFault("UnsupportedOperation"));
  await assert.rejects(add({ DestinationIpv6CidrBlock: "::/0", GatewayId }), isFault("UnsupportedOperation", /IPv6/));
  const local = `cannot remove local route 10.0.0.0/16 in route table ${RouteTableId}`;
  await assert.rejects(remove("10.0.0.0/16"), isFault("InvalidParameterValue", local));
  const none = `no route with destination-cidr-block 10.5.0.0/16 in route table ${RouteTableId}`;
  await assert.rejects(remove("10.5.0.0/16"), isFault("InvalidRoute.NotFound", none));
});

test("internet gateways", async () => {
  const world = await ec2World();
  const { vpcId: VpcId } = await ownVpc(world);
  const InternetGatewayId = await gatewayFor(world, VpcId);
  const again = `resource ${InternetGatewayId} is already attached to network ${VpcId}`;
  const attach = (id: string) => world.ec2("AttachInternetGateway", { InternetGatewayId: id, VpcId });
  await assert.rejects(attach(InternetGatewayId), isFault("Resource.AlreadyAssociated", again));
  const second = (await world.ec2("CreateInternetGateway")).InternetGateway!.InternetGatewayId!;
  const taken = `Network ${VpcId} already has an internet gateway attached`;
  await assert.rejects(attach(second), isFault("InvalidParameterValue", taken));
  const dependent = `The internetGateway '${InternetGatewayId}' has dependencies and cannot be deleted.`;
  await assert.rejects(
    world.ec2("DeleteInternetGateway", { InternetGatewayId }),
    isFault("DependencyViolation", dependent),
  );
  await world.ec2("DetachInternetGateway", { InternetGatewayId, VpcId });
  await assert.rejects(
    world.ec2("DetachInternetGateway", { InternetGatewayId, VpcId }),
    isFault("Gateway.NotAttached", `resource ${InternetGatewayId} is not attached to network ${VpcId}`),
  );
  await attach(second);
  await world.ec2("DeleteInternetGateway", { InternetGatewayId });
});
