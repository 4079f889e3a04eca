import { ruleArn } from "../model.ts";
import { replaceRule, requireRule } from "../request/find.ts";
import type { EventsHandler } from "../request/handler.ts";
import { limitExceeded } from "../request/refusals.ts";
import { checkRole } from "../request/roles.ts";
import { toRuleTarget } from "../targets/target.ts";

/** AWS's quota on the targets of a rule. */
const mostTargets = 5;

/** Adds targets to a rule; one of the same id is put in the place of the old one. */
export const PutTargets: EventsHandler<"PutTargets"> = async (input, ctx) => {
  const rule = await requireRule(ctx, input.Rule, input.EventBusName);
  const { value } = rule;
  const { account, region, busName, name: ruleName } = value;
  const owner = { account, region, busName, ruleName };
  const targets = new Map(value.targets.map((target) => [target.id, target]));
  for (const target of input.Targets) {
    targets.set(target.Id, toRuleTarget(target, owner));
    if (target.RoleArn !== undefined) checkRole(ctx, target.RoleArn, ruleArn(value, busName, ruleName));
  }
  if (targets.size > mostTargets) throw limitExceeded();
  await replaceRule(ctx, rule, { ...value, targets: [...targets.values()] });
  return { FailedEntryCount: 0, FailedEntries: [] };
};
