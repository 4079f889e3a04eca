import { replaceRule, requireRule } from "../request/find.ts";
import type { EventsHandler } from "../request/handler.ts";

export const DisableRule: EventsHandler<"DisableRule"> = async ({ Name, EventBusName }, ctx) => {
  const rule = await requireRule(ctx, Name, EventBusName);
  const { timing: _, ...value } = rule.value;
  if (value.state !== "DISABLED") await replaceRule(ctx, rule, { ...value, state: "DISABLED" });
  return {};
};
