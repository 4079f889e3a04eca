import type { InterfaceSpec, SecurityGroupSpec, SecurityRuleSpec, VpcSpec } from "#kernel/agent-protocol.ts";

export const anywhere = { cidr: "0.0.0.0/0" };
export const everything: SecurityRuleSpec = { protocol: "-1", peer: anywhere };

/** A VPC 10.`number`.0.0/16 with a public, a private and a translated subnet of 256 addresses each. */
export function vpcSpec(number: number, parts: Partial<VpcSpec> = {}): VpcSpec {
  return {
    vpcId: `vpc-${number}`,
    region: "us-east-1",
    cidrs: [`10.${number}.0.0/16`],
    subnets: [
      { subnetId: `subnet-${number}-public`, cidr: `10.${number}.0.0/24`, egress: "internet-gateway" },
      { subnetId: `subnet-${number}-private`, cidr: `10.${number}.1.0/24`, egress: "none" },
      { subnetId: `subnet-${number}-nat`, cidr: `10.${number}.2.0/24`, egress: "nat-gateway" },
    ],
    securityGroups: [openGroup],
    interfaces: [],
    ...parts,
  };
}

export const openGroup: SecurityGroupSpec = { groupId: "sg-open", ingress: [everything], egress: [everything] };

/** An interface of a VPC of `vpcSpec`: its subnet and MAC address follow from its address. */
export function interfaceSpec(address: string, parts: Partial<InterfaceSpec> = {}): InterfaceSpec {
  const [, vpc, subnet, host] = address.split(".").map(Number) as [number, number, number, number];
  const digits = (value: number) => value.toString(16).padStart(2, "0");
  return {
    networkInterfaceId: `eni-${address.replaceAll(".", "-")}`,
    subnetId: `subnet-${vpc}-${["public", "private", "nat"][subnet]}`,
    privateIpv4Address: address,
    macAddress: `02:00:00:${digits(vpc)}:${digits(subnet)}:${digits(host)}`,
    securityGroupIds: ["sg-open"],
    hasPublicIp: false,
    sourceDestCheck: true,
    ...parts,
  };
}
