import { requireConnection, stateOf } from "../request/connection.ts";
import type { EventsHandler } from "../request/handler.ts";

export const DeleteConnection: EventsHandler<"DeleteConnection"> = async ({ Name }, ctx) => {
  const connection = await requireConnection(ctx, Name);
  await ctx.store.commit({ unchanged: [connection], remove: [connection.key] });
  const { lastAuthorizedTime } = connection.value;
  return { ...stateOf(connection.value), ConnectionState: "DELETING", LastAuthorizedTime: lastAuthorizedTime };
};
