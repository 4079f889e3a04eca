import type { Ec2Handler } from "../request/handler.ts";
import { changeTags } from "../request/tagged.ts";
import { checkedTags, mergeTags } from "../request/tags.ts";

/** Gives all the resources the tags; a key that a resource has gets the new value. */
export const CreateTags: Ec2Handler<"CreateTags"> = async (input, ctx) => {
  const added = checkedTags(ctx, input.Tags);
  await changeTags(ctx, input.Resources, (tags) => mergeTags(ctx, tags, added));
  return {};
};
