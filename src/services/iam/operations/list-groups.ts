import { groupsOf } from "../model.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { toGroup } from "../request/shapes.ts";

export const ListGroups: IamHandler<"ListGroups"> = async (input, ctx) => {
  const { PathPrefix: prefix = "/" } = input;
  const found = (await ctx.store.list(groupsOf(ctx.account))).filter(({ value }) => value.path.startsWith(prefix));
  const { items, more } = listPage("ListGroups", input, found, ({ key }) => key);
  return { Groups: items.map(({ value }) => toGroup(value)), ...more };
};
