import { requireLoadBalancer } from "../request/find.ts";
import { type ElbHandler, unsupported } from "../request/handler.ts";

export const SetIpAddressType: ElbHandler<"SetIpAddressType"> = async (input, ctx) => {
  requireLoadBalancer(ctx, input.LoadBalancerArn);
  if (input.IpAddressType !== "ipv4") {
    throw unsupported(`IP address type '${input.IpAddressType}' is not available: load balancers have 'ipv4'.`);
  }
  return { IpAddressType: "ipv4" };
};
