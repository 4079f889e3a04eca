import { replaceRule, requireRule } from "../request/find.ts";
import type { EventsHandler } from "../request/handler.ts";

/** `Force` is for rules that services of AWS manage, of which there are none. */
export const RemoveTargets: EventsHandler<"RemoveTargets"> = async (input, ctx) => {
  const rule = await requireRule(ctx, input.Rule, input.EventBusName);
  const { targets } = rule.value;
  const missing = input.Ids.filter((id) => !targets.some((target) => target.id === id));
  const left = targets.filter(({ id }) => !input.Ids.includes(id));
  if (left.length < targets.length) await replaceRule(ctx, rule, { ...rule.value, targets: left });
  const FailedEntries = missing.map((TargetId) => ({
    ...{ TargetId, ErrorCode: "ResourceNotFoundException" },
    ErrorMessage: `Rule ${rule.value.name} does not have a target with the Id ${TargetId}.`,
  }));
  return { FailedEntryCount: missing.length, FailedEntries };
};
