import { describeConnection, requireConnection } from "../request/connection.ts";
import type { EventsHandler } from "../request/handler.ts";

export const DescribeConnection: EventsHandler<"DescribeConnection"> = async ({ Name }, ctx) => {
  return describeConnection((await requireConnection(ctx, Name)).value);
};
