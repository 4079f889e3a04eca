import { boundaryPolicy } from "../request/boundary.ts";
import { requireOwnRole } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";

export const PutRolePermissionsBoundary: IamHandler<"PutRolePermissionsBoundary"> = async (input, ctx) => {
  const role = await requireOwnRole(ctx, input.RoleName);
  const boundary = await boundaryPolicy(ctx, input.PermissionsBoundary);
  const value = { ...role.value, permissionsBoundary: input.PermissionsBoundary };
  await ctx.store.commit({ unchanged: [role, ...boundary], put: [{ key: role.key, value }] });
  return {};
};
