import { requireInstanceProfile } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { deleteConflict } from "../request/identity.ts";

export const DeleteInstanceProfile: IamHandler<"DeleteInstanceProfile"> = async (input, ctx) => {
  const profile = await requireInstanceProfile(ctx, input.InstanceProfileName);
  if (profile.value.roleName !== undefined) throw deleteConflict("must remove roles from instance profile first.");
  await ctx.store.commit({ unchanged: [profile], remove: [profile.key] });
  return {};
};
