import { users } from "../model.ts";
import { requireGroup } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { toGroup, toUser } from "../request/shapes.ts";

export const GetGroup: IamHandler<"GetGroup"> = async (input, ctx) => {
  const group = await requireGroup(ctx, input.GroupName);
  const members = ctx.store.view(users).by("group", group.value.groupId);
  const { items, more } = listPage("GetGroup", input, members, ({ key }) => key);
  return { Group: toGroup(group.value), Users: items.map(({ value }) => toUser(value)), ...more };
};
