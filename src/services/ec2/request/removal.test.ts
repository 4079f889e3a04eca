import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "#kernel/store.ts";
import { isFault } from "../../../../test/support/context.ts";
import { defaultVpcId, type Ec2World, ec2World, ownVpc } from "../../../../test/support/ec2.ts";

/** A store that lets something else happen just before its commit of that number, counted from 1. */
function interrupted(store: Store, number: number, event: () => Promise<unknown>): Store {
  let commits = 0;
  return {
    get: (key) => store.get(key),
    list: (prefix, options) => store.list(prefix, options),
    view: (collection) => store.view(collection),
    as: (component) => store.as(component),
    async commit(commit) {
      commits++;
      if (commits === number) await event();
      return store.commit(commit);
    },
  };
}

async function subnetCount(world: Ec2World, subnetId: string): Promise<number> {
  const Filters = [{ Name: "subnet-id", Values: [subnetId] }];
  return (await world.ec2("DescribeSubnets", { Filters })).Subnets!.length;
}

test("an interface that is made after the first look keeps the subnet, which stays open", async () => {
  const world = await ec2World();
  const { subnetId: SubnetId } = await ownVpc(world);
  const store = interrupted(world.store, 1, () => world.ec2("CreateNetworkInterface", { SubnetId }));
  await assert.rejects(world.ec2("DeleteSubnet", { SubnetId }, { store }), isFault("DependencyViolation"));
  assert.equal(await subnetCount(world, SubnetId), 1);
  await world.ec2("CreateNetworkInterface", { SubnetId });
});

test("no interface is made in a subnet that is being deleted", async () => {
  const world = await ec2World();
  const { subnetId: SubnetId } = await ownVpc(world);
  let refused = 0;
  const store = interrupted(world.store, 2, async () => {
    await assert.rejects(world.ec2("CreateNetworkInterface", { SubnetId }), isFault("InvalidSubnetID.NotFound"));
    refused++;
  });
  await world.ec2("DeleteSubnet", { SubnetId }, { store });
  assert.equal(refused, 1);
  assert.equal(await subnetCount(world, SubnetId), 0);
});

test("an interface is not made in a subnet that has gone since it was read", async () => {
  const world = await ec2World();
  const { subnetId: SubnetId } = await ownVpc(world);
  const store = interrupted(world.store, 1, () => world.ec2("DeleteSubnet", { SubnetId }));
  const created = world.ec2("CreateNetworkInterface", { SubnetId }, { store });
  await assert.rejects(created, isFault("InvalidSubnetID.NotFound"));
  assert.deepEqual((await world.ec2("DescribeNetworkInterfaces")).NetworkInterfaces, []);
});

test("a deletion that was cut off can be asked for again", async () => {
  const world = await ec2World();
  const { subnetId: SubnetId } = await ownVpc(world);
  const store = interrupted(world.store, 2, () => Promise.reject(new Error("the power goes out")));
  await assert.rejects(world.ec2("DeleteSubnet", { SubnetId }, { store }), /the power goes out/);
  await world.ec2("DeleteSubnet", { SubnetId });
  assert.equal(await subnetCount(world, SubnetId), 0);
});

test("nothing new goes into a default VPC that is being deleted", async () => {
  const world = await ec2World();
  const VpcId = await defaultVpcId(world);
  const { Subnets } = await world.ec2("DescribeSubnets");
  for (const subnet of Subnets!) await world.ec2("DeleteSubnet", { SubnetId: subnet.SubnetId! });
  const { InternetGateways } = await world.ec2("DescribeInternetGateways");
  const InternetGatewayId = InternetGateways![0]!.InternetGatewayId!;
  await world.ec2("DetachInternetGateway", { InternetGatewayId, VpcId });
  let refused = 0;
  const store = interrupted(world.store, 2, async () => {
    const created = world.ec2("CreateSecurityGroup", { GroupName: "web", Description: "d" });
    await assert.rejects(created, isFault("VPCIdNotSpecified"));
    refused++;
  });
  await world.ec2("DeleteVpc", { VpcId }, { store });
  assert.equal(refused, 1);
});
