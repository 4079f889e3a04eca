import { useKeys } from "../last-accessed/use-keys.ts";
import { instanceProfiles, lastUsedKey, nameKey, within } from "../model.ts";
import { requireOwnRole } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { deleteConflict, refuseWhileInUse } from "../request/identity.ts";

/** Whoever puts the role into an instance profile rewrites the role's record, which fences this. */
export const DeleteRole: IamHandler<"DeleteRole"> = async (input, ctx) => {
  const role = await requireOwnRole(ctx, input.RoleName);
  const profiles = ctx.store.view(instanceProfiles);
  if (profiles.count("role", within(ctx.account, nameKey(input.RoleName))) > 0) {
    throw deleteConflict("must remove roles from instance profile first.");
  }
  refuseWhileInUse(role.value);
  const { roleId } = role.value;
  const remove = [role.key, lastUsedKey(roleId), ...useKeys(ctx, roleId)];
  await ctx.store.commit({ unchanged: [role], remove });
  return {};
};
