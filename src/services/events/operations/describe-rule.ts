import { toRule } from "../request/describe.ts";
import { requireRule } from "../request/find.ts";
import type { EventsHandler } from "../request/handler.ts";

export const DescribeRule: EventsHandler<"DescribeRule"> = async ({ Name, EventBusName }, ctx) => {
  const { value } = await requireRule(ctx, Name, EventBusName);
  return { ...toRule(value), CreatedBy: value.createdBy };
};
