import { replaceBus, replaceRule, requireTagged } from "../request/find.ts";
import type { EventsHandler } from "../request/handler.ts";
import { withTags } from "../request/tags.ts";

export const TagResource: EventsHandler<"TagResource"> = async (input, ctx) => {
  const tagged = await requireTagged(ctx, input.ResourceARN);
  if (tagged.kind === "bus") {
    const { bus } = tagged.found;
    await replaceBus(ctx, tagged.found, { ...bus, tags: withTags(bus.tags, input.Tags) });
  } else {
    const { value } = tagged.rule;
    await replaceRule(ctx, tagged.rule, { ...value, tags: withTags(value.tags, input.Tags) });
  }
  return {};
};
