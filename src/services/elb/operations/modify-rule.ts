import { Fault } from "#kernel/fault.ts";
import { loadBalancerArn } from "../model.ts";
import { checkedActions, usesOf } from "../request/actions.ts";
import { authenticationWrites, withKnownSecret } from "../request/authenticate.ts";
import { checkedConditions } from "../request/conditions.ts";
import { requireLoadBalancer, requireRule } from "../request/find.ts";
import { type ElbHandler, type ElbParts, invalid } from "../request/handler.ts";
import { refuseTransforms } from "../request/rules.ts";
import { toRule } from "../request/shapes.ts";

export function modifyRule({ box }: ElbParts): ElbHandler<"ModifyRule"> {
  return async (input, ctx) => {
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
    const { sealedClientSecret: known, ...rest } = rule.value;
    const where = { loadBalancer: loadBalancer.value, protocol, box, ...(known && { sealedClientSecret: known }) };
    const { actions, groups, ...secret } = checkedActions(ctx, where, Actions ?? withKnownSecret(rest.actions));
    const conditions = Conditions === undefined ? rule.value.conditions : checkedConditions(Conditions);
    const value = { ...rest, conditions, actions, ...secret };
    const uses = usesOf(groups);
    const keys = await authenticationWrites(ctx, box, loadBalancer.value, actions);
    await ctx.store.commit({
      unchanged: [listener, rule, ...uses.unchanged, ...keys.unchanged],
      put: [{ key: rule.key, value }, ...uses.put, ...keys.put],
    });
    return { Rules: [toRule(value)] };
  };
}
