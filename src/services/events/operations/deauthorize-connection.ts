import { requireConnection, stateOf } from "../request/connection.ts";
import type { EventsHandler } from "../request/handler.ts";

/** Forgets the secrets: an update with new ones authorizes the connection again. */
export const DeauthorizeConnection: EventsHandler<"DeauthorizeConnection"> = async ({ Name }, ctx) => {
  const connection = await requireConnection(ctx, Name);
  const { sealedSecret: _, ...rest } = connection.value;
  const value = { ...rest, state: "DEAUTHORIZED" as const, lastModifiedTime: ctx.clock.now() };
  await ctx.store.commit({ unchanged: [connection], put: [{ key: connection.key, value }] });
  return { ...stateOf(value), LastAuthorizedTime: value.lastAuthorizedTime };
};
