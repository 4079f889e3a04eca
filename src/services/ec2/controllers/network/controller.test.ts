import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostNetworkSpec } from "#kernel/agent-protocol.ts";
import type { Entry, Put } from "#kernel/store.ts";
import { type Ec2World, ec2World, ownVpc } from "../../../../../test/support/ec2.ts";
import {
  addresses,
  newTaskInterface,
  publicAddresses,
  removeInterface,
  type SecurityGroup,
  type Subnet,
  vpcKey,
} from "../../model.ts";
import { find, kinds } from "../../request/kinds.ts";
import { networkController } from "./controller.ts";

const here = { account: "000000000000", region: "us-east-1" };

async function defaultGroup(world: Ec2World, vpcId: string): Promise<Entry<SecurityGroup>> {
  const Filters = [
    { Name: "vpc-id", Values: [vpcId] },
    { Name: "group-name", Values: ["default"] },
  ];
  const { SecurityGroups } = await world.ec2("DescribeSecurityGroups", { Filters });
  return find(world.context(), kinds.securityGroup, SecurityGroups![0]!.GroupId!);
}

function interfacePuts(world: Ec2World, subnet: Entry<Subnet>, group: Entry<SecurityGroup>, seed: string): Put[] {
  const made = newTaskInterface({
    attachmentArn: seed,
    subnet,
    securityGroups: [group],
    addresses: world.store.view(addresses),
    publicAddresses: world.store.view(publicAddresses),
    assignPublicIp: false,
    now: world.clock.now(),
  });
  return [...made!.put];
}

async function withTask(world: Ec2World) {
  const { vpcId, subnetId } = await ownVpc(world);
  const subnet = await find(world.context(), kinds.subnet, subnetId);
  const group = await defaultGroup(world, vpcId);
  const put = interfacePuts(world, subnet, group, `task in ${subnetId}`);
  await world.store.commit({ put });
  return { vpcId, subnetId, groupId: group.value.groupId, key: vpcKey(here, vpcId), eni: put[0]!.key };
}

test("the network of a task's VPC", async () => {
  const world = await ec2World();
  const { vpcId, subnetId, groupId, key } = await withTask(world);
  const published: HostNetworkSpec[] = [];
  const controller = networkController((spec) => published.push(spec));
  await world.reconcile(controller, key);
  const { NetworkInterfaces } = await world.ec2("DescribeNetworkInterfaces");
  const eni = NetworkInterfaces![0]!;
  const all = { protocol: "-1", fromPort: -1, toPort: -1 };
  assert.deepEqual(published, [
    {
      vpcs: [
        {
          vpcId,
          region: "us-east-1",
          cidrs: ["10.0.0.0/16"],
          subnets: [{ subnetId, cidr: "10.0.0.0/24", egress: "none" }],
          securityGroups: [
            { groupId, ingress: [{ ...all, peer: { groupId } }], egress: [{ ...all, peer: { cidr: "0.0.0.0/0" } }] },
          ],
          interfaces: [
            {
              networkInterfaceId: eni.NetworkInterfaceId,
              subnetId,
              privateIpv4Address: eni.PrivateIpAddress,
              macAddress: eni.MacAddress,
              securityGroupIds: [groupId],
              hasPublicIp: false,
              sourceDestCheck: true,
            },
          ],
        },
      ],
    },
  ]);
});

test("a rule, a route and the end of a task reach the hosts", async () => {
  const world = await ec2World();
  const { vpcId, subnetId, groupId, key, eni } = await withTask(world);
  let latest: HostNetworkSpec | undefined;
  const controller = networkController((spec) => {
    latest = spec;
  });
  await world.reconcile(controller, key);
  const before = latest!.vpcs[0]!;

  const web = (await world.ec2("CreateSecurityGroup", { GroupName: "web", Description: "d", VpcId: vpcId })).GroupId!;
  const ipv6 = { IpProtocol: "-1", Ipv6Ranges: [{ CidrIpv6: "::/0" }] };
  const IpPermissions = [ipv6, { IpProtocol: "tcp", FromPort: 80, ToPort: 81, UserIdGroupPairs: [{ GroupId: web }] }];
  await world.ec2("AuthorizeSecurityGroupIngress", { GroupId: groupId, IpPermissions });
  await world.reconcile(controller, key);
  const groups = latest!.vpcs[0]!.securityGroups;
  assert.deepEqual(groups.map((group) => group.groupId).sort(), [groupId, web].sort());
  const rule = groups.find((group) => group.groupId === groupId)!.ingress[1];
  assert.deepEqual(rule, { protocol: "tcp", fromPort: 80, toPort: 81, peer: { groupId: web } });
  assert.equal(latest!.vpcs[0]!.interfaces[0], before.interfaces[0], "what has not changed is not made again");

  const made = await world.ec2("CreateInternetGateway");
  const GatewayId = made.InternetGateway!.InternetGatewayId!;
  await world.ec2("AttachInternetGateway", { InternetGatewayId: GatewayId, VpcId: vpcId });
  const Filters = [{ Name: "vpc-id", Values: [vpcId] }];
  const table = (await world.ec2("DescribeRouteTables", { Filters })).RouteTables![0]!;
  await world.ec2("CreateRoute", {
    RouteTableId: table.RouteTableId!,
    DestinationCidrBlock: "0.0.0.0/0",
    GatewayId,
  });
  await world.reconcile(controller, key);
  assert.deepEqual(latest!.vpcs[0]!.subnets, [{ subnetId, cidr: "10.0.0.0/24", egress: "internet-gateway" }]);

  const id = eni.slice(eni.lastIndexOf("/") + 1);
  await world.store.commit(removeInterface(await find(world.context(), kinds.networkInterface, id)));
  await world.reconcile(controller, eni);
  assert.deepEqual(latest!.vpcs[0]!.interfaces, []);
  const restarted: HostNetworkSpec[] = [];
  await world.reconcile(
    networkController((spec) => restarted.push(spec)),
    key,
  );
  assert.deepEqual(restarted, [{ vpcs: [] }]);
});

test("the first spec has all VPCs, and a VPC that no task uses is not published", async () => {
  const world = await ec2World();
  const first = await withTask(world);
  const second = await withTask(world);
  const unused = await ownVpc(world);
  const published: HostNetworkSpec[] = [];
  const controller = networkController((spec) => published.push(spec));
  await world.reconcile(controller, vpcKey(here, unused.vpcId));
  assert.deepEqual(published[0]!.vpcs.map((vpc) => vpc.vpcId).sort(), [first.vpcId, second.vpcId].sort());
  await world.reconcile(controller, vpcKey(here, unused.vpcId));
  assert.equal(published.length, 1);
});

test("a deleted VPC leaves the hosts", async () => {
  const world = await ec2World();
  const { vpcId, subnetId, key, eni } = await withTask(world);
  let latest: HostNetworkSpec | undefined;
  const controller = networkController((spec) => {
    latest = spec;
  });
  await world.reconcile(controller, key);
  const id = eni.slice(eni.lastIndexOf("/") + 1);
  await world.store.commit(removeInterface(await find(world.context(), kinds.networkInterface, id)));
  await world.ec2("DeleteSubnet", { SubnetId: subnetId });
  await world.ec2("DeleteVpc", { VpcId: vpcId });
  await world.reconcile(controller, key);
  assert.deepEqual(latest, { vpcs: [] });
});

test("interfaces that change together are published together", async () => {
  const world = await ec2World();
  const { subnetId, groupId, key } = await withTask(world);
  const published: HostNetworkSpec[] = [];
  const controller = networkController((spec) => published.push(spec));
  await world.reconcile(controller, key);
  const subnet = await find(world.context(), kinds.subnet, subnetId);
  const group = await find(world.context(), kinds.securityGroup, groupId);
  const puts = ["one", "two"].map((seed) => interfacePuts(world, subnet, group, seed));
  await world.store.commit({ put: puts.flat() });
  await Promise.all(puts.map(([eni]) => world.reconcile(controller, eni!.key)));
  assert.deepEqual(
    published.map(({ vpcs }) => vpcs[0]!.interfaces.length),
    [1, 3],
  );
  await world.reconcile(controller, puts[0]![0]!.key);
  assert.equal(published.length, 2, "nothing has changed");
});
