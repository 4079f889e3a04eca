import { worldOf } from "#kernel/world.ts";
import { connections } from "../model.ts";
import { toConnection } from "../request/connection.ts";
import type { EventsHandler } from "../request/handler.ts";
import { listPage, nextPage } from "../request/pages.ts";

export const ListConnections: EventsHandler<"ListConnections"> = async (input, ctx) => {
  const { ConnectionState: state } = input;
  const all = ctx.store.view(connections).by("world", worldOf(ctx));
  const found = all.filter(({ value }) => state === undefined || value.state === state);
  const page = listPage(`ListConnections ${state}`, input, found, ({ value }) => value.name);
  return { Connections: page.items.map(({ value }) => toConnection(value)), ...nextPage(page) };
};
