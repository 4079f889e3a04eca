import { Fault } from "#kernel/fault.ts";
import { worldOf } from "#kernel/world.ts";
import { loadBalancersOf, targetGroupArn, targetGroupKey, targetGroupPlace, targetGroups } from "../model.ts";
import { requireLoadBalancer, targetGroupIfAny } from "../request/find.ts";
import { type ElbHandler, invalid } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { toTargetGroup } from "../request/shapes.ts";

export const DescribeTargetGroups: ElbHandler<"DescribeTargetGroups"> = async (input, ctx) => {
  const { LoadBalancerArn: owner, TargetGroupArns: arns, Names: names } = input;
  if ([owner, arns, names].filter((given) => given !== undefined).length > 1) {
    throw invalid("Load balancer ARN, target group ARNs and target group names cannot be specified at the same time");
  }
  if (owner !== undefined) requireLoadBalancer(ctx, owner);
  const view = ctx.store.view(targetGroups);
  const found =
    arns?.map((arn) => {
      if (targetGroupPlace(arn) === undefined) throw invalid(`'${arn}' is not a valid target group ARN`);
      return targetGroupIfAny(ctx, arn) ?? missing();
    }) ??
    names?.map((name) => view.get(targetGroupKey(ctx, name)) ?? missing()) ??
    view.by("world", worldOf(ctx));
  const all = [...new Set(found)]
    .map(({ value }) => value)
    .filter((group) => owner === undefined || loadBalancersOf(ctx.store, targetGroupArn(group)).includes(owner));
  const { items, next } = listPage("DescribeTargetGroups", input, all, targetGroupArn);
  return { TargetGroups: items.map((group) => toTargetGroup(ctx.store, group)), ...next };
};

function missing(): never {
  throw new Fault("TargetGroupNotFoundException", "One or more target groups not found");
}
