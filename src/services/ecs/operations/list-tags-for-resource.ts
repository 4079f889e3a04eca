import { requireTagged } from "../tags/resources.ts";
import type { EcsHandler } from "./handler.ts";

export const ListTagsForResource: EcsHandler<"ListTagsForResource"> = async (input, ctx) => ({
  tags: (await requireTagged(ctx, input.resourceArn)).value.tags,
});
