import { requireRole } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { listInlinePolicies } from "../request/identity.ts";

export const ListRolePolicies: IamHandler<"ListRolePolicies"> = async (input, ctx) => {
  const role = await requireRole(ctx, input.RoleName);
  return listInlinePolicies("ListRolePolicies", input, role.value);
};
