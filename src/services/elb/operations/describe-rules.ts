import type { Rule } from "#generated/elbv2/types.ts";
import { Fault } from "#kernel/fault.ts";
import { placeOf, rules } from "../model.ts";
import { requireListener, ruleIfAny } from "../request/find.ts";
import { type ElbHandler, invalid } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { toDefaultRule, toRule } from "../request/shapes.ts";

export const DescribeRules: ElbHandler<"DescribeRules"> = async (input, ctx) => {
  const { ListenerArn: arn, RuleArns: arns } = input;
  if (arn === undefined && arns === undefined) {
    throw invalid("You must specify either listener rule ARNs or a listener ARN");
  }
  if (arn !== undefined && arns !== undefined) {
    throw invalid("Listener rule ARNs and a listener ARN cannot be specified at the same time");
  }
  const named = arns?.map((each) => {
    if (placeOf(each)?.kind !== "listener-rule") throw invalid(`'${each}' is not a valid listener rule ARN`);
    const found = ruleIfAny(ctx, each);
    if (found === undefined) throw new Fault("RuleNotFoundException", "One or more rules not found");
    return found.rule === undefined ? toDefaultRule(found.listener.value) : toRule(found.rule.value);
  });
  const all = named ?? ofListener(arn!);
  const { items, next } = listPage("DescribeRules", input, all, positionOf);
  return { Rules: items, ...next };

  function ofListener(listenerArn: string): Rule[] {
    const { value: listener } = requireListener(ctx, listenerArn);
    const own = ctx.store.view(rules).by("listener", listener.id);
    return [...own.map(({ value }) => toRule(value)), toDefaultRule(listener)];
  }
};

/** By ascending priority, the default rule last. */
function positionOf({ Priority = "", RuleArn = "" }: Rule): string {
  return `${Priority === "default" ? "99999" : Priority.padStart(5, "0")} ${RuleArn}`;
}
