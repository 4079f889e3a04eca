import { allAttributes } from "../request/attributes.ts";
import { requireLoadBalancer } from "../request/find.ts";
import type { ElbHandler } from "../request/handler.ts";
import { loadBalancerAttributes } from "../request/load-balancer-attributes.ts";

export const DescribeLoadBalancerAttributes: ElbHandler<"DescribeLoadBalancerAttributes"> = async (input, ctx) => {
  const { value } = requireLoadBalancer(ctx, input.LoadBalancerArn);
  return { Attributes: allAttributes(loadBalancerAttributes(value), value.attributes) };
};
