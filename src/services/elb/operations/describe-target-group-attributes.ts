import { allAttributes } from "../request/attributes.ts";
import { requireTargetGroup } from "../request/find.ts";
import type { ElbHandler } from "../request/handler.ts";
import { targetGroupAttributes } from "../request/target-group-attributes.ts";

export const DescribeTargetGroupAttributes: ElbHandler<"DescribeTargetGroupAttributes"> = async (input, ctx) => {
  const { value } = requireTargetGroup(ctx, input.TargetGroupArn);
  return { Attributes: allAttributes(targetGroupAttributes(value), value.attributes) };
};
