import { toBus } from "../request/describe.ts";
import { requireBus } from "../request/find.ts";
import type { EventsHandler } from "../request/handler.ts";

export const DescribeEventBus: EventsHandler<"DescribeEventBus"> = async ({ Name }, ctx) => {
  return toBus(requireBus(ctx, Name).bus);
};
