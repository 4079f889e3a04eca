import type { Put } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { idOf } from "./common.ts";
import { formatCidr, parseCidr, sizeOf } from "./ipv4.ts";
import { defaultNetworkAclId, type NetworkAcl, networkAclKey } from "./network-acl.ts";
import {
  type InternetGateway,
  internetGatewayKey,
  type RouteTable,
  routeTableKey,
  vpcInternetGatewayKey,
} from "./routing.ts";
import { allowAllEgress, type SecurityGroup, securityGroupKey, securityGroupNameKey } from "./security-group.ts";
import { type Subnet, subnetKey } from "./subnet.ts";
import { type DefaultVpcMark, type DhcpOptions, defaultVpcMarkKey, dhcpOptionsKey, type Vpc, vpcKey } from "./vpc.ts";
import { zonesOf } from "./zones.ts";

const defaultVpcCidr = "172.31.0.0/16";

/** The DHCP options of all VPCs of the account in this region. */
function dhcpOptionsIdOf(world: World): string {
  return idOf("dopt", world.account, world.region);
}

/**
 * A default VPC, 172.31.0.0/16: a /20 subnet in each zone, an internet gateway, a main route table that leads to it,
 * the default security group, network ACL and DHCP options. Ids follow from the account, the region and `generation`:
 * 1 for the one that every account is born with, more for those that CreateDefaultVpc makes.
 */
export function defaultVpcPuts(world: World, generation: number): readonly Put[] {
  const { account, region } = world;
  const seed = [account, region, String(generation)];
  const vpcId = idOf("vpc", ...seed);
  const mark: DefaultVpcMark = { account, region, generation };
  const options: DhcpOptions = { account, region, dhcpOptionsId: dhcpOptionsIdOf(world), tags: [] };
  const gateway: InternetGateway = { account, region, internetGatewayId: idOf("igw", ...seed), vpcId, tags: [] };
  return [
    { key: defaultVpcMarkKey(world), value: mark },
    ...(generation === 1 ? [{ key: dhcpOptionsKey(world, options.dhcpOptionsId), value: options }] : []),
    ...vpcPuts({
      world,
      vpcId,
      cidrBlock: defaultVpcCidr,
      isDefault: true,
      routes: [{ destinationCidrBlock: "0.0.0.0/0", internetGatewayId: gateway.internetGatewayId }],
      tags: [],
    }),
    { key: internetGatewayKey(world, gateway.internetGatewayId), value: gateway },
    { key: vpcInternetGatewayKey(world, vpcId), value: { internetGatewayId: gateway.internetGatewayId } },
    ...zonesOf(region).map(({ zoneName }) => {
      const subnet = defaultSubnet(world, vpcId, zoneName, idOf("subnet", ...seed, zoneName));
      return { key: subnetKey(world, subnet.subnetId), value: subnet };
    }),
  ];
}

/** The default subnet of a zone: the first zone has 172.31.0.0/20, the next one 172.31.16.0/20. */
export function defaultSubnet(world: World, vpcId: string, zoneName: string, subnetId: string): Subnet {
  const block = { base: parseCidr(defaultVpcCidr)!.base, prefixLength: 20 };
  const position = zonesOf(world.region).findIndex((zone) => zone.zoneName === zoneName);
  return {
    account: world.account,
    region: world.region,
    subnetId,
    vpcId,
    cidrBlock: formatCidr({ ...block, base: block.base + position * sizeOf(block) }),
    availabilityZone: zoneName,
    defaultForAz: true,
    mapPublicIpOnLaunch: true,
    tags: [],
  };
}

export interface NewVpc extends Pick<Vpc, "vpcId" | "cidrBlock" | "isDefault" | "tags"> {
  readonly world: World;
  readonly routes: RouteTable["routes"];
}

/** A VPC with what comes with every one: main route table, default security group, default network ACL. */
export function vpcPuts(request: NewVpc): readonly Put[] {
  const { world, vpcId, cidrBlock, isDefault, routes, tags } = request;
  const { account, region } = world;
  const vpc: Vpc = {
    account,
    region,
    vpcId,
    cidrBlock,
    cidrAssociationId: idOf("vpc-cidr-assoc", vpcId),
    dhcpOptionsId: dhcpOptionsIdOf(world),
    isDefault,
    enableDnsHostnames: isDefault,
    tags,
  };
  const table: RouteTable = {
    account,
    region,
    routeTableId: idOf("rtb", vpcId),
    vpcId,
    routes,
    associations: [{ routeTableAssociationId: idOf("rtbassoc", vpcId) }],
    tags: [],
  };
  const group = defaultSecurityGroup(world, vpcId);
  const acl: NetworkAcl = { account, region, networkAclId: defaultNetworkAclId(vpcId), vpcId, tags: [] };
  return [
    { key: vpcKey(world, vpcId), value: vpc },
    { key: routeTableKey(world, table.routeTableId), value: table },
    { key: securityGroupKey(world, group.groupId), value: group },
    { key: securityGroupNameKey(vpcId, group.groupName), value: { groupId: group.groupId } },
    { key: networkAclKey(world, acl.networkAclId), value: acl },
  ];
}

/** Its members reach each other, and everything outside. */
function defaultSecurityGroup(world: World, vpcId: string): SecurityGroup {
  const groupId = idOf("sg", vpcId);
  return {
    account: world.account,
    region: world.region,
    groupId,
    groupName: "default",
    description: "default VPC security group",
    vpcId,
    rules: [
      {
        securityGroupRuleId: idOf("sgr", groupId, "ingress"),
        isEgress: false,
        ipProtocol: "-1",
        fromPort: -1,
        toPort: -1,
        referencedGroupId: groupId,
        tags: [],
      },
      allowAllEgress(idOf("sgr", groupId, "egress")),
    ],
    tags: [],
  };
}
