import { requireRole } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { listAttachedPolicies } from "../request/identity.ts";

export const ListAttachedRolePolicies: IamHandler<"ListAttachedRolePolicies"> = async (input, ctx) => {
  const role = await requireRole(ctx, input.RoleName);
  return listAttachedPolicies("ListAttachedRolePolicies", input, role.value);
};
