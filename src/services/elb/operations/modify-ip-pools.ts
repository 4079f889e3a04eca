import { requireLoadBalancer } from "../request/find.ts";
import { type ElbHandler, invalid } from "../request/handler.ts";

export const ModifyIpPools: ElbHandler<"ModifyIpPools"> = async (input, ctx) => {
  requireLoadBalancer(ctx, input.LoadBalancerArn);
  if (input.IpamPools !== undefined) throw invalid("There is no IPAM: no pool can be used with a load balancer");
  // None is what every load balancer has.
  return { IpamPools: {} };
};
