import type { ElbHandler } from "../request/handler.ts";
import { limits } from "../request/limits.ts";
import { listPage } from "../request/pages.ts";

export const DescribeAccountLimits: ElbHandler<"DescribeAccountLimits"> = async (input) => {
  const all = Object.entries(limits).map(([Name, Max]) => ({ Name, Max: String(Max) }));
  const { items, next } = listPage("DescribeAccountLimits", input, all, ({ Name }) => Name);
  return { Limits: items, ...next };
};
