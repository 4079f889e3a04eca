import { absent } from "#kernel/store.ts";
import { groupKey, iamArn } from "../model.ts";
import { requireGroup } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { groupExists } from "./create-group.ts";

/** Renames or moves a group. Its members know it by its unique id. */
export const UpdateGroup: IamHandler<"UpdateGroup"> = async (input, ctx) => {
  const group = await requireGroup(ctx, input.GroupName);
  const { NewGroupName: groupName = group.value.groupName, NewPath: path = group.value.path } = input;
  const key = groupKey(ctx.account, groupName);
  const value = { ...group.value, groupName, path, arn: iamArn(ctx, "group", path, groupName) };
  if (key === group.key) {
    await ctx.store.commit({ unchanged: [group], put: [{ key, value }] });
    return {};
  }
  if ((await ctx.store.get(key)).value !== undefined) throw groupExists(groupName);
  await ctx.store.commit({ unchanged: [group, absent(key)], remove: [group.key], put: [{ key, value }] });
  return {};
};
