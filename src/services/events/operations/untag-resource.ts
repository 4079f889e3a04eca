import { withoutTags } from "#kernel/tags.ts";
import { replaceBus, replaceRule, requireTagged } from "../request/find.ts";
import type { EventsHandler } from "../request/handler.ts";

export const UntagResource: EventsHandler<"UntagResource"> = async (input, ctx) => {
  const tagged = await requireTagged(ctx, input.ResourceARN);
  if (tagged.kind === "bus") {
    const { bus } = tagged.found;
    await replaceBus(ctx, tagged.found, { ...bus, tags: withoutTags(bus.tags, input.TagKeys) });
  } else {
    const { value } = tagged.rule;
    await replaceRule(ctx, tagged.rule, { ...value, tags: withoutTags(value.tags, input.TagKeys) });
  }
  return {};
};
