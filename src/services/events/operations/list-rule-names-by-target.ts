import { busPath, rules } from "../model.ts";
import { requireBus } from "../request/find.ts";
import type { EventsHandler } from "../request/handler.ts";
import { listPage, nextPage } from "../request/pages.ts";

export const ListRuleNamesByTarget: EventsHandler<"ListRuleNamesByTarget"> = async (input, ctx) => {
  const { bus } = requireBus(ctx, input.EventBusName);
  const path = `${busPath({ ...bus, busName: bus.name })} ${input.TargetArn}`;
  const names = ctx.store
    .view(rules)
    .by("target", path)
    .map(({ value }) => value.name);
  const page = listPage(`ListRuleNamesByTarget ${path}`, input, names, (name) => name);
  return { RuleNames: page.items, ...nextPage(page) };
};
