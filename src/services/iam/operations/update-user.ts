import { absent } from "#kernel/store.ts";
import { iamArn, userKey } from "../model.ts";
import { requireUser } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { userExists } from "./create-user.ts";

/** Renames or moves a user. What refers to it by its unique id goes along; policies that name its ARN do not. */
export const UpdateUser: IamHandler<"UpdateUser"> = async (input, ctx) => {
  const user = await requireUser(ctx, input.UserName);
  const { NewUserName: userName = user.value.userName, NewPath: path = user.value.path } = input;
  const key = userKey(ctx.account, userName);
  const value = { ...user.value, userName, path, arn: iamArn(ctx, "user", path, userName) };
  if (key === user.key) {
    await ctx.store.commit({ unchanged: [user], put: [{ key, value }] });
    return {};
  }
  if ((await ctx.store.get(key)).value !== undefined) throw userExists(userName);
  await ctx.store.commit({ unchanged: [user, absent(key)], remove: [user.key], put: [{ key, value }] });
  return {};
};
