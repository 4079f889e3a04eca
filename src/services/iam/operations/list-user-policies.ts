import { requireUser } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { listInlinePolicies } from "../request/identity.ts";

export const ListUserPolicies: IamHandler<"ListUserPolicies"> = async (input, ctx) => {
  const user = await requireUser(ctx, input.UserName);
  return listInlinePolicies("ListUserPolicies", input, user.value);
};
