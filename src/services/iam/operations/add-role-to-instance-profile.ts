import { Fault } from "#kernel/fault.ts";
import { requireInstanceProfile, requireOwnRole } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";

export const AddRoleToInstanceProfile: IamHandler<"AddRoleToInstanceProfile"> = async (input, ctx) => {
  const profile = await requireInstanceProfile(ctx, input.InstanceProfileName);
  const role = await requireOwnRole(ctx, input.RoleName);
  if (profile.value.roleName !== undefined) {
    throw new Fault("LimitExceededException", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
  }
  const value = { ...profile.value, roleName: role.value.roleName };
  await ctx.store.commit({
    unchanged: [profile, role],
    // The role is written as it was: whoever is about to remove it has to look again.
    put: [
      { key: profile.key, value },
      { key: role.key, value: role.value },
    ],
  });
  return {};
};
