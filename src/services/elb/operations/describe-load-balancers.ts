import { Fault } from "#kernel/fault.ts";
import { worldOf } from "#kernel/world.ts";
import { loadBalancerArn, loadBalancerKey, loadBalancers, placeOf } from "../model.ts";
import { loadBalancerIfAny } from "../request/find.ts";
import { type ElbHandler, invalid } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { toLoadBalancer } from "../request/shapes.ts";

export const DescribeLoadBalancers: ElbHandler<"DescribeLoadBalancers"> = async (input, ctx) => {
  const { LoadBalancerArns: arns, Names: names } = input;
  if (arns !== undefined && names !== undefined) {
    throw invalid("Load balancer names and load balancer ARNs cannot be specified at the same time");
  }
  const view = ctx.store.view(loadBalancers);
  const found =
    arns?.map((arn) => {
      if (placeOf(arn)?.kind !== "loadbalancer") throw invalid(`'${arn}' is not a valid load balancer ARN`);
      return loadBalancerIfAny(ctx, arn) ?? missing("One or more load balancers not found");
    }) ??
    names?.map((name) => view.get(loadBalancerKey(ctx, name)) ?? missing(`Load balancers '[${name}]' not found`)) ??
    view.by("world", worldOf(ctx));
  const all = [...new Set(found)].map(({ value }) => value);
  const { items, next } = listPage("DescribeLoadBalancers", input, all, loadBalancerArn);
  return { LoadBalancers: items.map(toLoadBalancer), ...next };
};

function missing(message: string): never {
  throw new Fault("LoadBalancerNotFoundException", message);
}
