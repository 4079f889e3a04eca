import { instanceProfiles, nameKey, within } from "../model.ts";
import { requireRole } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { toInstanceProfile } from "../request/shapes.ts";

export const ListInstanceProfilesForRole: IamHandler<"ListInstanceProfilesForRole"> = async (input, ctx) => {
  const role = await requireRole(ctx, input.RoleName);
  const found = ctx.store.view(instanceProfiles).by("role", within(ctx.account, nameKey(role.value.roleName)));
  const { items, more } = listPage("ListInstanceProfilesForRole", input, found, ({ key }) => key);
  return { InstanceProfiles: items.map(({ value }) => toInstanceProfile(ctx.store, value)), ...more };
};
