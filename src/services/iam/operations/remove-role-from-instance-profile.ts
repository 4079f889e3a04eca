import { nameKey } from "../model.ts";
import { noSuchEntity, requireInstanceProfile, requireOwnRole } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";

export const RemoveRoleFromInstanceProfile: IamHandler<"RemoveRoleFromInstanceProfile"> = async (input, ctx) => {
  const profile = await requireInstanceProfile(ctx, input.InstanceProfileName);
  const role = await requireOwnRole(ctx, input.RoleName);
  const { roleName, ...empty } = profile.value;
  if (roleName === undefined || nameKey(roleName) !== nameKey(role.value.roleName)) {
    throw noSuchEntity(`The role with name ${input.RoleName} cannot be found.`);
  }
  await ctx.store.commit({ unchanged: [profile], put: [{ key: profile.key, value: empty }] });
  return {};
};
