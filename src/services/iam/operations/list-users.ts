import { usersOf } from "../model.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { toUser } from "../request/shapes.ts";

export const ListUsers: IamHandler<"ListUsers"> = async (input, ctx) => {
  const { PathPrefix: prefix = "/" } = input;
  const found = (await ctx.store.list(usersOf(ctx.account))).filter(({ value }) => value.path.startsWith(prefix));
  const { items, more } = listPage("ListUsers", input, found, ({ key }) => key);
  return { Users: items.map(({ value }) => toUser(value)), ...more };
};
