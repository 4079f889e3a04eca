import { replaceRule, requireRule } from "../request/find.ts";
import type { EventsHandler } from "../request/handler.ts";

/** A schedule counts anew from now on. */
export const EnableRule: EventsHandler<"EnableRule"> = async ({ Name, EventBusName }, ctx) => {
  const rule = await requireRule(ctx, Name, EventBusName);
  const { value } = rule;
  if (value.state !== "DISABLED") return {};
  const timing = value.scheduleExpression === undefined ? {} : { timing: { since: ctx.clock.now() } };
  await replaceRule(ctx, rule, { ...value, state: "ENABLED", ...timing });
  return {};
};
