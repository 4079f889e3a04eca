import { noSuchEntity, requireUser } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";

export const DeleteUserPermissionsBoundary: IamHandler<"DeleteUserPermissionsBoundary"> = async (input, ctx) => {
  const user = await requireUser(ctx, input.UserName);
  const { permissionsBoundary, ...value } = user.value;
  if (permissionsBoundary === undefined) {
    throw noSuchEntity(`User ${input.UserName} has no permissions boundary.`);
  }
  await ctx.store.commit({ unchanged: [user], put: [{ key: user.key, value }] });
  return {};
};
