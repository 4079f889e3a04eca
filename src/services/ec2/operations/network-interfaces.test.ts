import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import { type Ec2World, ec2World, ownVpc } from "../../../../test/support/ec2.ts";
import { addresses, newTaskInterface, publicAddresses, removeInterface } from "../model.ts";
import { find, kinds } from "../request/kinds.ts";

test("an interface reads back as it was made", async () => {
  const world = await ec2World();
  const { vpcId, subnetId } = await ownVpc(world);
  const { NetworkInterface: eni } = await world.ec2("CreateNetworkInterface", {
    SubnetId: subnetId,
    PrivateIpAddress: "10.0.0.7",
    Description: "mine",
    TagSpecifications: [{ ResourceType: "network-interface", Tags: [{ Key: "team", Value: "a" }] }],
  });
  assert.match(eni!.NetworkInterfaceId!, /^eni-0[0-9a-f]{16}$/);
  assert.deepEqual(
    [eni!.VpcId, eni!.SubnetId, eni!.Status, eni!.InterfaceType, eni!.PrivateDnsName, eni!.RequesterManaged],
    [vpcId, subnetId, "available", "interface", "ip-10-0-0-7.ec2.internal", false],
  );
  assert.deepEqual(eni!.TagSet, [{ Key: "team", Value: "a" }]);
  assert.equal(eni!.Groups![0]!.GroupName, "default");
  const { NetworkInterfaces } = await world.ec2("DescribeNetworkInterfaces");
  assert.deepEqual(NetworkInterfaces, [eni]);
});

test("addresses that cannot be had", async () => {
  const world = await ec2World();
  const { subnetId: SubnetId } = await ownVpc(world);
  await world.ec2("CreateNetworkInterface", { SubnetId, PrivateIpAddress: "10.0.0.7" });
  const cases: readonly [string, string, string | RegExp][] = [
    ["10.0.0.7", "InvalidIPAddress.InUse", "Address 10.0.0.7 is in use."],
    ["10.0.1.7", "InvalidParameterValue", "Address does not fall within the subnet's address range"],
    ["10.0.0.2", "InvalidParameterValue", "Address is in subnet's reserved address range"],
    ["10.0.0.255", "InvalidParameterValue", "Address is in subnet's reserved address range"],
    ["seven", "InvalidParameterValue", /privateIpAddress/],
  ];
  for (const [PrivateIpAddress, code, message] of cases) {
    await assert.rejects(world.ec2("CreateNetworkInterface", { SubnetId, PrivateIpAddress }), isFault(code, message));
  }
});

test("a full subnet has no more interfaces", async () => {
  const world = await ec2World();
  const { vpcId: VpcId } = await ownVpc(world);
  const { Subnet } = await world.ec2("CreateSubnet", { VpcId, CidrBlock: "10.0.1.0/28" });
  const SubnetId = Subnet!.SubnetId!;
  const made = await Promise.allSettled(
    Array.from({ length: 13 }, () => world.ec2("CreateNetworkInterface", { SubnetId })),
  );
  const ips = made.flatMap((one) => (one.status === "fulfilled" ? one.value.NetworkInterface!.PrivateIpAddress! : []));
  assert.equal(new Set(ips).size, 11);
  assert.equal(ips.length, 11);
  await assert.rejects(
    world.ec2("CreateNetworkInterface", { SubnetId }),
    isFault("InsufficientFreeAddressesInSubnet", /does not have enough free addresses to satisfy the request/),
  );
});

test("a client token makes one interface", async () => {
  const world = await ec2World();
  const { subnetId: SubnetId } = await ownVpc(world);
  const input = { SubnetId, ClientToken: "a", Description: "one" };
  const first = await world.ec2("CreateNetworkInterface", input);
  assert.deepEqual(await world.ec2("CreateNetworkInterface", input), first);
  await assert.rejects(
    world.ec2("CreateNetworkInterface", { ...input, Description: "two" }),
    isFault("IdempotentParameterMismatch"),
  );
  assert.equal((await world.ec2("DescribeNetworkInterfaces")).NetworkInterfaces!.length, 1);
});

test("attributes of an interface", async () => {
  const world = await ec2World();
  const { vpcId: VpcId, subnetId: SubnetId } = await ownVpc(world);
  const made = await world.ec2("CreateNetworkInterface", { SubnetId });
  const NetworkInterfaceId = made.NetworkInterface!.NetworkInterfaceId!;
  const group = await world.ec2("CreateSecurityGroup", { GroupName: "web", Description: "d", VpcId });
  const modify = (input: object) => world.ec2("ModifyNetworkInterfaceAttribute", { NetworkInterfaceId, ...input });
  await modify({ Description: { Value: "new" } });
  await modify({ SourceDestCheck: { Value: false } });
  const unknown = isFault("InvalidSecurityGroupID.NotFound", "The securityGroup ID 'web' does not exist");
  await assert.rejects(modify({ Groups: ["web"] }), unknown);
  await modify({ Groups: [group.GroupId!] });
  const shown = (await world.ec2("DescribeNetworkInterfaces")).NetworkInterfaces![0]!;
  assert.deepEqual([shown.Description, shown.SourceDestCheck], ["new", false]);
  assert.deepEqual(shown.Groups, [{ GroupId: group.GroupId, GroupName: "web" }]);
  const attribute = (Attribute: "sourceDestCheck") =>
    world.ec2("DescribeNetworkInterfaceAttribute", { NetworkInterfaceId, Attribute });
  assert.deepEqual((await attribute("sourceDestCheck")).SourceDestCheck, { Value: false });
  await world.ec2("ResetNetworkInterfaceAttribute", { NetworkInterfaceId, SourceDestCheck: "true" });
  assert.deepEqual((await attribute("sourceDestCheck")).SourceDestCheck, { Value: true });
  await assert.rejects(modify({}), isFault("MissingParameter"));
  const both = { Description: { Value: "x" }, SourceDestCheck: { Value: true } };
  await assert.rejects(modify(both), isFault("InvalidParameterCombination"));
});

async function taskInterface(world: Ec2World, subnetId: string, attachmentArn: string) {
  const ctx = world.context();
  const subnet = await find(ctx, kinds.subnet, subnetId);
  const { SecurityGroups } = await world.ec2("DescribeSecurityGroups", {
    Filters: [{ Name: "vpc-id", Values: [subnet.value.vpcId] }],
  });
  const made = newTaskInterface({
    attachmentArn,
    subnet,
    securityGroups: [await find(ctx, kinds.securityGroup, SecurityGroups![0]!.GroupId!)],
    addresses: ctx.store.view(addresses),
    publicAddresses: ctx.store.view(publicAddresses),
    assignPublicIp: true,
    now: world.clock.now(),
  });
  assert.ok(made);
  return made;
}

test("a task's interface is seen, not changed, and gives its addresses back", async () => {
  const world = await ec2World();
  const { vpcId, subnetId } = await ownVpc(world);
  await world.ec2("ModifyVpcAttribute", { VpcId: vpcId, EnableDnsHostnames: { Value: true } });
  const arn = "arn:aws:ecs:us-east-1:000000000000:attachment/a";
  const made = await taskInterface(world, subnetId, arn);
  await world.store.commit(made);
  const id = made.networkInterface.networkInterfaceId;
  const shown = (await world.ec2("DescribeNetworkInterfaces", { NetworkInterfaceIds: [id] })).NetworkInterfaces![0]!;
  assert.deepEqual([shown.Status, shown.RequesterManaged, shown.Description], ["in-use", true, arn]);
  const { PublicIp, PublicDnsName } = shown.Association!;
  assert.match(PublicIp!, /^198\.1[89]\./);
  assert.equal(PublicDnsName, `ec2-${PublicIp!.replaceAll(".", "-")}.compute-1.amazonaws.com`);
  assert.equal(shown.Attachment!.DeviceIndex, 1);
  const ids = { NetworkInterfaceId: id };
  await assert.rejects(
    world.ec2("DeleteNetworkInterface", ids),
    isFault("InvalidParameterValue", `Network interface '${id}' is currently in use.`),
  );
  const change = { ...ids, Description: { Value: "x" } };
  await assert.rejects(world.ec2("ModifyNetworkInterfaceAttribute", change), isFault("AuthFailure"));
  const again = await taskInterface(world, subnetId, arn);
  assert.equal(again.networkInterface.networkInterfaceId, id);
  assert.notEqual(again.networkInterface.privateIpAddress, made.networkInterface.privateIpAddress);

  await world.store.commit(removeInterface(await find(world.context(), kinds.networkInterface, id)));
  assert.equal(world.store.view(addresses).size, 0);
  assert.equal(world.store.view(publicAddresses).size, 0);
});

test("filters of interfaces", async () => {
  const world = await ec2World();
  const { subnetId: SubnetId } = await ownVpc(world);
  const made = await taskInterface(world, SubnetId, "arn:aws:ecs:us-east-1:000000000000:attachment/a");
  await world.store.commit(made);
  const mine = await world.ec2("CreateNetworkInterface", { SubnetId, Description: "mine" });
  const [task, own] = [made.networkInterface.networkInterfaceId, mine.NetworkInterface!.NetworkInterfaceId!];
  const cases: readonly [string, string, readonly string[]][] = [
    ["description", "arn:aws:ecs:*:attachment/*", [task]],
    ["status", "available", [own]],
    ["requester-managed", "true", [task]],
    ["association.public-ip", "198.*", [task]],
    ["addresses.private-ip-address", mine.NetworkInterface!.PrivateIpAddress!, [own]],
    ["attachment.status", "attached", [task]],
    ["group-name", "default", [task, own].sort()],
    ["attachment.instance-id", "*", []],
  ];
  for (const [Name, value, expected] of cases) {
    const Filters = [{ Name, Values: [value] }];
    const { NetworkInterfaces } = await world.ec2("DescribeNetworkInterfaces", { Filters });
    const found = NetworkInterfaces!.map((eni) => eni.NetworkInterfaceId);
    assert.deepEqual(found, expected, `${Name} ${value}`);
  }
});
