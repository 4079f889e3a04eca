import { Fault } from "#kernel/fault.ts";
import { loadBalancerArn, type RuleRecord, ruleKey, rules } from "../model.ts";
import { checkedActions, usesOf } from "../request/actions.ts";
import { authenticationWrites } from "../request/authenticate.ts";
import { checkedConditions } from "../request/conditions.ts";
import { requireListener, requireLoadBalancer } from "../request/find.ts";
import { type ElbHandler, type ElbParts, invalid } from "../request/handler.ts";
import { newId } from "../request/ids.ts";
import { limits } from "../request/limits.ts";
import { refuseTransforms } from "../request/rules.ts";
import { toRule } from "../request/shapes.ts";
import { withTags } from "../request/tags.ts";

export function createRule({ box }: ElbParts): ElbHandler<"CreateRule"> {
  return async (input, ctx) => {
    const listener = requireListener(ctx, input.ListenerArn);
    const { id, loadBalancer: owner, protocol } = listener.value;
    if (owner.type === "network") {
      throw invalid("Rules can't be created for listeners of load balancers with type 'network'");
    }
    refuseTransforms(input.Transforms);
    const conditions = checkedConditions(input.Conditions);
    const loadBalancer = requireLoadBalancer(ctx, loadBalancerArn({ ...listener.value, ...owner }));
    const where = { loadBalancer: loadBalancer.value, protocol, box };
    const { actions, groups, ...secret } = checkedActions(ctx, where, input.Actions);
    const view = ctx.store.view(rules);
    if (view.by("listener", id).some(({ value }) => value.priority === input.Priority)) {
      throw new Fault("PriorityInUseException", `Priority '${input.Priority}' is currently in use`);
    }
    const most = limits["rules-per-application-load-balancer"];
    if (view.count("loadBalancer", owner.id) >= most) {
      throw new Fault("TooManyRulesException", `The maximum number of rules per load balancer is '${most}'`);
    }
    const { account, region } = ctx;
    const record: RuleRecord = {
      ...{ account, region, id: newId(ctx.random), listener: { id, loadBalancer: owner } },
      ...{ priority: input.Priority, conditions, actions, ...secret, tags: withTags({}, input.Tags) },
    };
    const uses = usesOf(groups);
    const keys = await authenticationWrites(ctx, box, loadBalancer.value, actions);
    const changed = { ...listener.value, ruleChanges: listener.value.ruleChanges + 1 };
    await ctx.store.commit({
      unchanged: [listener, ...uses.unchanged, ...keys.unchanged],
      put: [
        { key: listener.key, value: changed },
        { key: ruleKey(ctx, owner.id, id, record.id), value: record },
        ...uses.put,
        ...keys.put,
      ],
    });
    return { Rules: [toRule(record)] };
  };
}
