import { rolesOf } from "../model.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { toListedRole } from "../request/shapes.ts";

export const ListRoles: IamHandler<"ListRoles"> = async (input, ctx) => {
  const { PathPrefix: prefix = "/" } = input;
  const found = (await ctx.store.list(rolesOf(ctx.account))).filter(({ value }) => value.path.startsWith(prefix));
  const { items, more } = listPage("ListRoles", input, found, ({ key }) => key);
  return { Roles: items.map(({ value }) => toListedRole(ctx.store, value)), ...more };
};
