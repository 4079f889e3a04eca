import { toTags } from "#kernel/tags.ts";
import { requireTagged } from "../request/find.ts";
import type { EventsHandler } from "../request/handler.ts";

export const ListTagsForResource: EventsHandler<"ListTagsForResource"> = async ({ ResourceARN }, ctx) => {
  const tagged = await requireTagged(ctx, ResourceARN);
  return { Tags: toTags(tagged.kind === "bus" ? tagged.found.bus.tags : tagged.rule.value.tags) };
};
