import { toTarget } from "../request/describe.ts";
import { requireRule } from "../request/find.ts";
import type { EventsHandler } from "../request/handler.ts";
import { listPage, nextPage } from "../request/pages.ts";

export const ListTargetsByRule: EventsHandler<"ListTargetsByRule"> = async (input, ctx) => {
  const rule = await requireRule(ctx, input.Rule, input.EventBusName);
  const page = listPage(`ListTargetsByRule ${rule.key}`, input, rule.value.targets, ({ id }) => id);
  return { Targets: page.items.map(toTarget), ...nextPage(page) };
};
