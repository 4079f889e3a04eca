import { Fault } from "#kernel/fault.ts";
import { listenerArn, listeners, placeOf } from "../model.ts";
import { listenerIfAny, requireLoadBalancer } from "../request/find.ts";
import { type ElbHandler, invalid } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { toListener } from "../request/shapes.ts";

export const DescribeListeners: ElbHandler<"DescribeListeners"> = async (input, ctx) => {
  const { LoadBalancerArn: owner, ListenerArns: arns } = input;
  if (owner === undefined && arns === undefined) {
    throw invalid("You must specify either listener ARNs or a load balancer ARN");
  }
  if (owner !== undefined && arns !== undefined) {
    throw invalid("Listener ARNs and a load balancer ARN cannot be specified at the same time");
  }
  const found =
    arns?.map((arn) => {
      if (placeOf(arn)?.kind !== "listener") throw invalid(`'${arn}' is not a valid listener ARN`);
      const listener = listenerIfAny(ctx, arn);
      if (listener !== undefined) return listener;
      throw new Fault("ListenerNotFoundException", "One or more listeners not found");
    }) ?? ctx.store.view(listeners).by("loadBalancer", requireLoadBalancer(ctx, owner!).value.id);
  const all = [...new Set(found)].map(({ value }) => value);
  const { items, next } = listPage("DescribeListeners", input, all, listenerArn);
  return { Listeners: items.map(toListener), ...next };
};
