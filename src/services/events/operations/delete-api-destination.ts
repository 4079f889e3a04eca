import { requireApiDestination } from "../request/api-destination.ts";
import type { EventsHandler } from "../request/handler.ts";

export const DeleteApiDestination: EventsHandler<"DeleteApiDestination"> = async ({ Name }, ctx) => {
  const destination = await requireApiDestination(ctx, Name);
  await ctx.store.commit({ unchanged: [destination], remove: [destination.key] });
  return {};
};
