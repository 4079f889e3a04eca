import { allAttributes } from "../request/attributes.ts";
import { requireListener } from "../request/find.ts";
import type { ElbHandler } from "../request/handler.ts";
import { listenerAttributes } from "../request/listener-attributes.ts";

export const DescribeListenerAttributes: ElbHandler<"DescribeListenerAttributes"> = async (input, ctx) => {
  const { value } = requireListener(ctx, input.ListenerArn);
  return { Attributes: allAttributes(listenerAttributes(value), value.attributes) };
};
