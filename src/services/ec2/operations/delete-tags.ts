import type { Ec2Handler } from "../request/handler.ts";
import { changeTags } from "../request/tagged.ts";
import { withoutTags } from "../request/tags.ts";

/** Takes tags away; those that a resource does not have are passed over. */
export const DeleteTags: Ec2Handler<"DeleteTags"> = async (input, ctx) => {
  await changeTags(ctx, input.Resources, (tags) => withoutTags(tags, input.Tags));
  return {};
};
