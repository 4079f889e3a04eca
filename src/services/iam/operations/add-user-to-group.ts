import { Fault } from "#kernel/fault.ts";
import { requireGroup, requireUser } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";

const groupsPerUser = 10;

export const AddUserToGroup: IamHandler<"AddUserToGroup"> = async (input, ctx) => {
  const group = await requireGroup(ctx, input.GroupName);
  const user = await requireUser(ctx, input.UserName);
  const { groupIds } = user.value;
  const { groupId } = group.value;
  if (groupIds.includes(groupId)) return {};
  if (groupIds.length >= groupsPerUser) {
    throw new Fault("LimitExceededException", `Cannot exceed quota for GroupsPerUser: ${groupsPerUser}`);
  }
  const value = { ...user.value, groupIds: [...groupIds, groupId] };
  await ctx.store.commit({ unchanged: [group, user], put: [{ key: user.key, value }] });
  return {};
};
