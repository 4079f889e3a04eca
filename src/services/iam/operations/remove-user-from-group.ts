import { requireGroup, requireUser } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";

/** A user that is not in the group stays so. */
export const RemoveUserFromGroup: IamHandler<"RemoveUserFromGroup"> = async (input, ctx) => {
  const group = await requireGroup(ctx, input.GroupName);
  const user = await requireUser(ctx, input.UserName);
  const groupIds = user.value.groupIds.filter((id) => id !== group.value.groupId);
  if (groupIds.length === user.value.groupIds.length) return {};
  await ctx.store.commit({ unchanged: [user], put: [{ key: user.key, value: { ...user.value, groupIds } }] });
  return {};
};
