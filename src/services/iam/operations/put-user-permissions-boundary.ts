import { boundaryPolicy } from "../request/boundary.ts";
import { requireUser } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";

export const PutUserPermissionsBoundary: IamHandler<"PutUserPermissionsBoundary"> = async (input, ctx) => {
  const user = await requireUser(ctx, input.UserName);
  const boundary = await boundaryPolicy(ctx, input.PermissionsBoundary);
  const value = { ...user.value, permissionsBoundary: input.PermissionsBoundary };
  await ctx.store.commit({ unchanged: [user, ...boundary], put: [{ key: user.key, value }] });
  return {};
};
