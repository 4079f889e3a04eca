import { allAttributes, withAttributes } from "../request/attributes.ts";
import { requireListener } from "../request/find.ts";
import { type ElbHandler, invalid } from "../request/handler.ts";
import { listenerAttributes } from "../request/listener-attributes.ts";

export const ModifyListenerAttributes: ElbHandler<"ModifyListenerAttributes"> = async (input, ctx) => {
  const found = requireListener(ctx, input.ListenerArn);
  if (input.Attributes.length === 0) throw invalid("Attributes must be specified");
  const known = listenerAttributes(found.value);
  const attributes = withAttributes("Listener", known, found.value.attributes, input.Attributes);
  await ctx.store.commit({ unchanged: [found], put: [{ key: found.key, value: { ...found.value, attributes } }] });
  return { Attributes: allAttributes(known, attributes) };
};
