import { requireRole } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { toRoleDetails } from "../request/shapes.ts";

export const GetRole: IamHandler<"GetRole"> = async (input, ctx) => {
  const role = await requireRole(ctx, input.RoleName);
  return { Role: toRoleDetails(ctx.store, role.value) };
};
