import { Fault } from "#kernel/fault.ts";
import { absent } from "#kernel/store.ts";
import { iamArn, type UserRecord, uniqueId, userKey } from "../model.ts";
import { boundaryPolicy } from "../request/boundary.ts";
import { type IamHandler, now } from "../request/handler.ts";
import { requireRoom } from "../request/quotas.ts";
import { toUserDetails } from "../request/shapes.ts";
import { newTags } from "../request/tags.ts";

export const CreateUser: IamHandler<"CreateUser"> = async (input, ctx) => {
  const { UserName: userName, Path: path = "/", PermissionsBoundary: permissionsBoundary } = input;
  const key = userKey(ctx.account, userName);
  if ((await ctx.store.get(key)).value !== undefined) throw userExists(userName);
  const tags = newTags(input.Tags, "case-insensitive");
  const boundary = await boundaryPolicy(ctx, permissionsBoundary);
  requireRoom(ctx, "UsersPerAccount");
  const user: UserRecord = {
    account: ctx.account,
    userName,
    userId: uniqueId(ctx.random, "AIDA"),
    path,
    arn: iamArn(ctx, "user", path, userName),
    createdAt: now(ctx),
    ...(permissionsBoundary !== undefined && { permissionsBoundary }),
    tags,
    inlinePolicies: [],
    attachedPolicies: [],
    groupIds: [],
    accessKeyIds: [],
    mfaDevices: [],
  };
  await ctx.store.commit({ unchanged: [absent(key), ...boundary], put: [{ key, value: user }] });
  return { User: toUserDetails(user) };
};

export function userExists(userName: string): Fault {
  return new Fault("EntityAlreadyExistsException", `User with name ${userName} already exists.`);
}
