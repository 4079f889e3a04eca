import type { User } from "#generated/iam/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { accountKey, accounts } from "../model.ts";
import { userOrCaller } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { toUserDetails } from "../request/shapes.ts";

export const GetUser: IamHandler<"GetUser"> = async (input, ctx) => {
  if (input.UserName === undefined && ctx.caller.type === "Root") return { User: rootUser(ctx) };
  const user = await userOrCaller(ctx, input.UserName);
  return { User: toUserDetails(user.value) };
};

/** The root user has neither a name nor a path. */
function rootUser(ctx: RequestContext): User {
  const createdAt = ctx.store.view(accounts).get(accountKey(ctx.account))?.value.createdAt;
  const root = { UserId: ctx.account, Arn: ctx.caller.arn, ...(createdAt !== undefined && { CreateDate: createdAt }) };
  return root as User;
}
