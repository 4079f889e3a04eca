import { requireApiDestination, toApiDestination } from "../request/api-destination.ts";
import type { EventsHandler } from "../request/handler.ts";

export const DescribeApiDestination: EventsHandler<"DescribeApiDestination"> = async ({ Name }, ctx) => {
  const { value } = await requireApiDestination(ctx, Name);
  return { ...toApiDestination(value, ctx.store), Description: value.description };
};
