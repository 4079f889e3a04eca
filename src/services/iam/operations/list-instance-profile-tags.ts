import { requireInstanceProfile } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { tagPage } from "../request/tags.ts";

export const ListInstanceProfileTags: IamHandler<"ListInstanceProfileTags"> = async (input, ctx) => {
  const { value } = await requireInstanceProfile(ctx, input.InstanceProfileName);
  const { items, more } = tagPage("ListInstanceProfileTags", input, value.tags);
  return { Tags: items, ...more };
};
