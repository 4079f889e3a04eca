import { requireRole } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { toRoleDetails } from "../request/shapes.ts";

/** The one change that users may make to service-linked roles, too. */
export const UpdateRoleDescription: IamHandler<"UpdateRoleDescription"> = async (input, ctx) => {
  const role = await requireRole(ctx, input.RoleName);
  const value = { ...role.value, description: input.Description };
  await ctx.store.commit({ unchanged: [role], put: [{ key: role.key, value }] });
  return { Role: toRoleDetails(ctx.store, value) };
};
