import type { RequestContext } from "#kernel/handler.ts";

/** How much there may be of each: AWS's quotas, where those are small with room as AWS grants it on request. */
export const quotas = {
  vpcs: { limit: 100, code: "VpcLimitExceeded", what: "VPCs" },
  subnets: { limit: 200, code: "SubnetLimitExceeded", what: "subnets" },
  securityGroups: { limit: 2500, code: "SecurityGroupLimitExceeded", what: "security groups" },
  securityGroupRules: {
    limit: 60,
    code: "RulesPerSecurityGroupLimitExceeded",
    what: "rules per security group",
  },
  securityGroupsPerInterface: {
    limit: 5,
    code: "SecurityGroupsPerInterfaceLimitExceeded",
    what: "security groups per interface",
  },
  networkInterfaces: { limit: 5000, code: "NetworkInterfaceLimitExceeded", what: "network interfaces" },
  networkAcls: { limit: 200, code: "NetworkAclLimitExceeded", what: "network ACLs" },
  networkAclEntries: { limit: 40, code: "NetworkAclEntryLimitExceeded", what: "network ACL entries" },
  routeTables: { limit: 200, code: "RouteTableLimitExceeded", what: "route tables" },
  internetGateways: { limit: 100, code: "InternetGatewayLimitExceeded", what: "internet gateways" },
  natGateways: { limit: 100, code: "NatGatewayLimitExceeded", what: "NAT gateways" },
  elasticAddresses: { limit: 100, code: "AddressLimitExceeded", what: "addresses" },
} as const;

/** Throws when `count`, what there would be, is more than there may be. */
export function checkQuota(ctx: RequestContext, name: keyof typeof quotas, count: number): void {
  const { limit, code, what } = quotas[name];
  if (count > limit) throw ctx.fault(code, `The maximum number of ${what} has been reached.`);
}
