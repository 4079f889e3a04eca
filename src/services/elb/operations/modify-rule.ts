import { Fault } from "#kernel/fault.ts";
import { loadBalancerArn } from "../model.ts";
import { checkedActions, usesOf } from "../request/actions.ts";
import { checkedConditions } from "../request/conditions.ts";
import { requireLoadBalancer, requireRule } from "../request/find.ts";
import { type ElbHandler, invalid } from "../request/handler.ts";
import { refuseTransforms } from "../request/rules.ts";
import { toRule } from "../request/shapes.ts";

export const ModifyRule: ElbHandler<"ModifyRule"> = async (input, ctx) => {
  const { listener, rule } = requireRule(ctx, input.RuleArn);
  if (rule === undefined) {
    const message = `Default rule '${input.RuleArn}' cannot be modified`;
    throw new Fault("OperationNotPermittedException", message);
  }
  const { Conditions, Actions, Transforms, ResetTransforms } = input;
  refuseTransforms(Transforms);
  if (Conditions === undefined && Actions === undefined && !ResetTransforms) {
    throw invalid("Either conditions or actions must be specified");
  }
  const { loadBalancer: owner, protocol } = listener.value;
  const loadBalancer = requireLoadBalancer(ctx, loadBalancerArn({ ...listener.value, ...owner }));
  const checked = checkedActions(ctx, { loadBalancer: loadBalancer.value, protocol }, Actions ?? rule.value.actions);
  const conditions = Conditions === undefined ? rule.value.conditions : checkedConditions(Conditions);
  const value = { ...rule.value, conditions, actions: checked.actions };
  const uses = usesOf(checked.groups);
  await ctx.store.commit({
    unchanged: [listener, rule, ...uses.unchanged],
    put: [{ key: rule.key, value }, ...uses.put],
  });
  return { Rules: [toRule(value)] };
};
