import { allAttributes, withAttributes } from "../request/attributes.ts";
import { requireLoadBalancer } from "../request/find.ts";
import { type ElbHandler, invalid } from "../request/handler.ts";
import { loadBalancerAttributes } from "../request/load-balancer-attributes.ts";

export const ModifyLoadBalancerAttributes: ElbHandler<"ModifyLoadBalancerAttributes"> = async (input, ctx) => {
  const found = requireLoadBalancer(ctx, input.LoadBalancerArn);
  if (input.Attributes.length === 0) throw invalid("Attributes must be specified");
  const known = loadBalancerAttributes(found.value);
  const attributes = withAttributes("Load balancer", known, found.value.attributes, input.Attributes);
  await ctx.store.commit({ unchanged: [found], put: [{ key: found.key, value: { ...found.value, attributes } }] });
  return { Attributes: allAttributes(known, attributes) };
};
