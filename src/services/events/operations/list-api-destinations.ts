import { worldOf } from "#kernel/world.ts";
import { apiDestinations } from "../model.ts";
import { toApiDestination } from "../request/api-destination.ts";
import type { EventsHandler } from "../request/handler.ts";
import { listPage, nextPage } from "../request/pages.ts";

export const ListApiDestinations: EventsHandler<"ListApiDestinations"> = async (input, ctx) => {
  const { ConnectionArn: connection } = input;
  const all = ctx.store.view(apiDestinations).by("world", worldOf(ctx));
  const found = all.filter(({ value }) => connection === undefined || value.connectionArn === connection);
  const page = listPage(`ListApiDestinations ${connection}`, input, found, ({ value }) => value.name);
  return { ApiDestinations: page.items.map(({ value }) => toApiDestination(value, ctx.store)), ...nextPage(page) };
};
