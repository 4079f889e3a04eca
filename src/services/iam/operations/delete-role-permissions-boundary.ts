import { noSuchEntity, requireOwnRole } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";

export const DeleteRolePermissionsBoundary: IamHandler<"DeleteRolePermissionsBoundary"> = async (input, ctx) => {
  const role = await requireOwnRole(ctx, input.RoleName);
  const { permissionsBoundary, ...value } = role.value;
  if (permissionsBoundary === undefined) {
    throw noSuchEntity(`Role ${input.RoleName} has no permissions boundary.`);
  }
  await ctx.store.commit({ unchanged: [role], put: [{ key: role.key, value }] });
  return {};
};
