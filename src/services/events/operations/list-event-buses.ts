import { worldOf } from "#kernel/world.ts";
import { busIfAny, defaultBusName, eventBuses } from "../model.ts";
import { toBus } from "../request/describe.ts";
import type { EventsHandler } from "../request/handler.ts";
import { listPage, nextPage } from "../request/pages.ts";

export const ListEventBuses: EventsHandler<"ListEventBuses"> = async (input, ctx) => {
  const made = ctx.store.view(eventBuses).by("world", worldOf(ctx));
  const others = made.map(({ value }) => value).filter(({ name }) => name !== defaultBusName);
  const all = [busIfAny(ctx.store, ctx, defaultBusName)!.bus, ...others];
  const page = listPage("ListEventBuses", input, all, ({ name }) => name);
  return { EventBuses: page.items.map(toBus), ...nextPage(page) };
};
