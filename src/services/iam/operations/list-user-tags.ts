import { requireUser } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { tagPage } from "../request/tags.ts";

export const ListUserTags: IamHandler<"ListUserTags"> = async (input, ctx) => {
  const { value } = await requireUser(ctx, input.UserName);
  const { items, more } = tagPage("ListUserTags", input, value.tags);
  return { Tags: items, ...more };
};
