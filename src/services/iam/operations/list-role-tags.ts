import { requireRole } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { tagPage } from "../request/tags.ts";

export const ListRoleTags: IamHandler<"ListRoleTags"> = async (input, ctx) => {
  const { value } = await requireRole(ctx, input.RoleName);
  const { items, more } = tagPage("ListRoleTags", input, value.tags);
  return { Tags: items, ...more };
};
