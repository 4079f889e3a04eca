import { Fault } from "#kernel/fault.ts";
import { absent } from "#kernel/store.ts";
import { type GroupRecord, groupKey, iamArn, uniqueId } from "../model.ts";
import { type IamHandler, now } from "../request/handler.ts";
import { requireRoom } from "../request/quotas.ts";
import { toGroup } from "../request/shapes.ts";

export const CreateGroup: IamHandler<"CreateGroup"> = async ({ GroupName: groupName, Path: path = "/" }, ctx) => {
  const key = groupKey(ctx.account, groupName);
  if ((await ctx.store.get(key)).value !== undefined) throw groupExists(groupName);
  requireRoom(ctx, "GroupsPerAccount");
  const group: GroupRecord = {
    account: ctx.account,
    groupName,
    groupId: uniqueId(ctx.random, "AGPA"),
    path,
    arn: iamArn(ctx, "group", path, groupName),
    createdAt: now(ctx),
    inlinePolicies: [],
    attachedPolicies: [],
  };
  await ctx.store.commit({ unchanged: [absent(key)], put: [{ key, value: group }] });
  return { Group: toGroup(group) };
};

export function groupExists(groupName: string): Fault {
  return new Fault("EntityAlreadyExistsException", `Group with name ${groupName} already exists.`);
}
