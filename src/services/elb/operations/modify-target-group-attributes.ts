import { allAttributes, withAttributes } from "../request/attributes.ts";
import { requireTargetGroup } from "../request/find.ts";
import { type ElbHandler, invalid } from "../request/handler.ts";
import { checkTogether, targetGroupAttributes } from "../request/target-group-attributes.ts";

export const ModifyTargetGroupAttributes: ElbHandler<"ModifyTargetGroupAttributes"> = async (input, ctx) => {
  const found = requireTargetGroup(ctx, input.TargetGroupArn);
  if (input.Attributes.length === 0) throw invalid("Attributes must be specified");
  const known = targetGroupAttributes(found.value);
  const attributes = withAttributes("Target group", known, found.value.attributes, input.Attributes);
  checkTogether(attributes);
  await ctx.store.commit({ unchanged: [found], put: [{ key: found.key, value: { ...found.value, attributes } }] });
  return { Attributes: allAttributes(known, attributes) };
};
