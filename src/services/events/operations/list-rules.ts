import { busPath, rules } from "../model.ts";
import { toRule } from "../request/describe.ts";
import { requireBus } from "../request/find.ts";
import type { EventsHandler } from "../request/handler.ts";
import { listPage, nextPage } from "../request/pages.ts";

export const ListRules: EventsHandler<"ListRules"> = async (input, ctx) => {
  const { bus } = requireBus(ctx, input.EventBusName);
  const path = busPath({ ...bus, busName: bus.name });
  const all = ctx.store.view(rules).by("bus", path);
  const page = listPage(`ListRules ${path}`, input, all, ({ value }) => value.name);
  return { Rules: page.items.map(({ value }) => toRule(value)), ...nextPage(page) };
};
