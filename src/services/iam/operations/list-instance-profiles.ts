import { instanceProfilesOf } from "../model.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { toInstanceProfile } from "../request/shapes.ts";

export const ListInstanceProfiles: IamHandler<"ListInstanceProfiles"> = async (input, ctx) => {
  const { PathPrefix: prefix = "/" } = input;
  const all = await ctx.store.list(instanceProfilesOf(ctx.account));
  const found = all.filter(({ value }) => value.path.startsWith(prefix));
  const { items, more } = listPage("ListInstanceProfiles", input, found, ({ key }) => key);
  return { InstanceProfiles: items.map(({ value }) => toInstanceProfile(ctx.store, value)), ...more };
};
