import { groups } from "../model.ts";
import { requireUser } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { toGroup } from "../request/shapes.ts";

export const ListGroupsForUser: IamHandler<"ListGroupsForUser"> = async (input, ctx) => {
  const user = await requireUser(ctx, input.UserName);
  const found = user.value.groupIds.flatMap((id) => ctx.store.view(groups).by("id", id));
  const { items, more } = listPage("ListGroupsForUser", input, found, ({ key }) => key);
  return { Groups: items.map(({ value }) => toGroup(value)), ...more };
};
