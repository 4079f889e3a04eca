import assert from "node:assert/strict";
import type { AwsVpcConfiguration } from "#generated/ecs/types.ts";
import type { Random } from "#kernel/random.ts";
import type { Simulation } from "../simulate.ts";
import { ApiFault, type Client, createClient, untilAnswered } from "./client.ts";
import type { EcsPlane } from "./scenario.ts";
import { pick } from "./task-shapes.ts";
import { type Action, allowing, type User } from "./users.ts";

/** Of the smallest subnet that there is, AWS leaves 11 addresses to its user. */
const smallCidr = "10.0.0.0/28";
const groupName = "web";

/** The networks that users run tasks in: the default VPC, and one of their own with a subnet that is soon full. */
export interface Vpcs {
  readonly defaultSubnets: readonly string[];
  readonly ownVpcId: string;
  /** Deleted and made again now and then. */
  smallSubnet: string;
  group: string;
  draw(random: Random): AwsVpcConfiguration;
}

export const vpcActions: readonly (readonly [number, Action])[] = [
  [2, changeRules],
  [0.3, replaceGroup],
  [0.3, replaceSubnet],
  [0.5, deleteInterface],
];

export async function createVpcs(sim: Simulation<EcsPlane>): Promise<Vpcs> {
  const client = createClient(sim);
  const described = await untilAnswered(sim, () => client.ec2("DescribeSubnets"));
  const created = await untilAnswered(sim, () => client.ec2("CreateVpc", { CidrBlock: "10.0.0.0/16" }));
  const ownVpcId = textsOf(created, "vpcId")[0]!;
  const vpcs: Vpcs = {
    defaultSubnets: textsOf(described, "subnetId"),
    ownVpcId,
    smallSubnet: await makeSubnet(sim, client, ownVpcId),
    group: await makeGroup(sim, client, ownVpcId),
    draw(random) {
      const assignPublicIp = random.float() < 0.5 ? "ENABLED" : "DISABLED";
      if (random.float() < 0.5)
        return { subnets: vpcs.defaultSubnets.slice(0, 1 + Math.floor(random.float() * 3)), assignPublicIp };
      const group = random.float() < 0.5 ? { securityGroups: [vpcs.group] } : {};
      return { subnets: [vpcs.smallSubnet], assignPublicIp, ...group };
    },
  };
  return vpcs;
}

async function makeSubnet(sim: Simulation<EcsPlane>, client: Client, VpcId: string): Promise<string> {
  const parameters = { VpcId, CidrBlock: smallCidr };
  await allowing(
    ["InvalidSubnet.Conflict"],
    untilAnswered(sim, () => client.ec2("CreateSubnet", parameters)),
  );
  const filter = { "Filter.1.Name": "vpc-id", "Filter.1.Value.1": VpcId };
  const described = await untilAnswered(sim, () => client.ec2("DescribeSubnets", filter));
  return textsOf(described, "subnetId")[0] ?? "subnet-none";
}

async function makeGroup(sim: Simulation<EcsPlane>, client: Client, VpcId: string): Promise<string> {
  const parameters = { VpcId, GroupName: groupName, GroupDescription: "d" };
  await allowing(
    ["InvalidGroup.Duplicate"],
    untilAnswered(sim, () => client.ec2("CreateSecurityGroup", parameters)),
  );
  const filter = { "Filter.1.Name": "group-name", "Filter.1.Value.1": groupName };
  const described = await untilAnswered(sim, () => client.ec2("DescribeSecurityGroups", filter));
  return textsOf(described, "groupId")[0] ?? "sg-none";
}

async function changeRules({ sim, client, vpcs }: User): Promise<void> {
  const port = String(8000 + Math.floor(sim.random.float() * 4));
  const parameters = {
    GroupId: vpcs.group,
    "IpPermissions.1.IpProtocol": "tcp",
    "IpPermissions.1.FromPort": port,
    "IpPermissions.1.ToPort": port,
    ...(sim.random.float() < 0.5
      ? { "IpPermissions.1.IpRanges.1.CidrIp": "0.0.0.0/0" }
      : { "IpPermissions.1.Groups.1.GroupId": vpcs.group }),
  };
  const action = `${sim.random.float() < 0.6 ? "Authorize" : "Revoke"}SecurityGroupIngress`;
  const codes = ["InvalidPermission.Duplicate", "InvalidPermission.NotFound", "InvalidGroup.NotFound"];
  await allowing(
    codes,
    untilAnswered(sim, () => client.ec2(action, parameters)),
  );
}

async function replaceGroup({ sim, client, vpcs }: User): Promise<void> {
  const parameters = { GroupId: vpcs.group };
  const codes = ["DependencyViolation", "InvalidGroup.NotFound"];
  await allowing(
    codes,
    untilAnswered(sim, () => client.ec2("DeleteSecurityGroup", parameters)),
  );
  vpcs.group = await makeGroup(sim, client, vpcs.ownVpcId);
}

async function replaceSubnet({ sim, client, vpcs }: User): Promise<void> {
  const parameters = { SubnetId: vpcs.smallSubnet };
  const codes = ["DependencyViolation", "InvalidSubnetID.NotFound"];
  await allowing(
    codes,
    untilAnswered(sim, () => client.ec2("DeleteSubnet", parameters)),
  );
  vpcs.smallSubnet = await makeSubnet(sim, client, vpcs.ownVpcId);
}

/** The interface of a task is the platform's: nobody takes it away. */
async function deleteInterface({ sim, world, client }: User): Promise<void> {
  const tasks = [...world.ledger.present()].filter((task) => task.networkInterface && task.lastStatus === "RUNNING");
  if (tasks.length === 0) return;
  const NetworkInterfaceId = pick(sim.random, tasks).networkInterface!.networkInterfaceId;
  const call = untilAnswered(sim, () => client.ec2("DeleteNetworkInterface", { NetworkInterfaceId }));
  await assert.rejects(call, ApiFault, `${NetworkInterfaceId} was deleted`);
}

function textsOf(xml: string, element: string): string[] {
  return [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, "g"))].map((match) => match[1]!);
}
