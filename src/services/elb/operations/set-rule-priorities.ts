import { Fault } from "#kernel/fault.ts";
import { firstTwice } from "#kernel/first-twice.ts";
import { eachOnce } from "#kernel/store.ts";
import { rules } from "../model.ts";
import { requireRule } from "../request/find.ts";
import { type ElbHandler, invalid } from "../request/handler.ts";
import { toRule } from "../request/shapes.ts";

/** All of the given rules change their priorities at once, so that two of them can change places. */
export const SetRulePriorities: ElbHandler<"SetRulePriorities"> = async ({ RulePriorities: given }, ctx) => {
  const priorities = given.map(({ Priority }) => Priority);
  const twice = firstTwice(priorities);
  if (twice !== undefined) throw invalid(`Priority '${twice}' was provided multiple times`);
  const changed = given.map(({ RuleArn: arn = "", Priority: priority }) => {
    if (priority === undefined) throw invalid("A priority must be specified");
    const { listener, rule } = requireRule(ctx, arn);
    if (rule !== undefined) return { listener, rule, value: { ...rule.value, priority } };
    throw new Fault("OperationNotPermittedException", `Priority of default rule '${arn}' cannot be modified`);
  });
  const keys = new Set(changed.map(({ rule }) => rule.key));
  if (keys.size < given.length) throw invalid("A rule was provided multiple times");
  const listeners = eachOnce(changed.map(({ listener }) => listener));
  if (listeners.length > 1) throw invalid("Rules of different listeners cannot be changed at the same time");
  for (const listener of listeners) {
    const others = ctx.store.view(rules).by("listener", listener.value.id);
    const clash = others.find(({ key, value }) => !keys.has(key) && priorities.includes(value.priority));
    if (clash !== undefined) {
      throw new Fault("PriorityInUseException", `Priority '${clash.value.priority}' is currently in use`);
    }
  }
  await ctx.store.commit({
    unchanged: [...listeners, ...changed.map(({ rule }) => rule)],
    put: [
      ...listeners.map(({ key, value }) => ({ key, value: { ...value, ruleChanges: value.ruleChanges + 1 } })),
      ...changed.map(({ rule, value }) => ({ key: rule.key, value })),
    ],
  });
  return { Rules: changed.map(({ value }) => toRule(value)) };
};
