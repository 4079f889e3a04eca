import { Fault } from "#kernel/fault.ts";
import { requireLoadBalancer } from "../request/find.ts";
import { type ElbHandler, invalid, unsupported } from "../request/handler.ts";
import { chosenGroups } from "../request/subnets.ts";

/** Replaces the security groups; controllers/nodes gives them to the interfaces. */
export const SetSecurityGroups: ElbHandler<"SetSecurityGroups"> = async (input, ctx) => {
  const found = requireLoadBalancer(ctx, input.LoadBalancerArn);
  const { type, vpcId, securityGroups } = found.value;
  if (input.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic === "off") {
    throw unsupported("There is no AWS PrivateLink: security groups hold for all traffic.");
  }
  if (input.SecurityGroups.length === 0) throw invalid("At least one security group must be specified");
  if (type === "network" && securityGroups.length === 0) {
    const message = "You cannot set security groups on a Network Load Balancer that was created without any";
    throw new Fault("InvalidConfigurationRequestException", message);
  }
  const groups = chosenGroups(ctx, { type }, vpcId, input.SecurityGroups);
  const ids = groups.map(({ value }) => value.groupId);
  const value = { ...found.value, securityGroups: ids };
  await ctx.store.commit({ unchanged: [found, ...groups], put: [{ key: found.key, value }] });
  return { SecurityGroupIds: ids };
};
